import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { TreePorts } from '../../../src/compare/trees/open.js';
import { Repository } from '../../../src/compare/trees/repository.js';
import { Worktrees } from '../../../src/compare/trees/worktrees.js';
import { makeRepository, temporary, type TestRepository } from '../../repository.js';
import { treeWorld, type World } from './world.js';

function oneCommit(): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { a: '1' });
  return repository;
}

/** Both trees of a run. */
async function open({ folder }: TestRepository, ports: TreePorts = treeWorld().ports): Promise<Worktrees> {
  const { git, interrupt } = ports;
  const repository = await Repository.open(git, { workspace: folder, interrupt });
  const trees = await Worktrees.open(repository, ports);
  for (const side of ['head', 'base'] as const) await trees.add(side, repository.head);
  return trees;
}

const folderOf = (trees: Worktrees): string => dirname(trees.path('head'));

/** Beside the working tree itself. */
const known = (repository: TestRepository): number =>
  repository.git('worktree', 'list').split('\n').length - 1;

test('trees of a killed run are forgotten by git once their folder is gone, and those of a running one are not', async () => {
  const repository = oneCommit();
  const [killed, running] = [await open(repository), await open(repository)];
  rmSync(folderOf(killed), { recursive: true });
  const next = await open(repository);
  expect(known(repository)).toBe(4);
  expect(existsSync(join(running.path('head'), 'a'))).toBe(true);
  await next.close();
  await running.close();
  expect(known(repository)).toBe(0);
  expect([next, running].map(folderOf).filter(existsSync)).toEqual([]);
});

test('a worktree of the user whose folder is just not there outlives a comparison', async () => {
  const repository = oneCommit();
  const mine = join(temporary(), 'mine');
  repository.git('worktree', 'add', '-q', '--detach', mine);
  renameSync(mine, `${mine}-unmounted`);
  await (await open(repository)).close();
  await (await open(repository)).close();
  renameSync(`${mine}-unmounted`, mine);
  expect(repository.git('-C', mine, 'status', '--porcelain')).toBe('');
  expect(known(repository)).toBe(1);
});

/** Head's tree holds a file of somebody else's: git and we remove what we can, and git forgets the tree all the same. */
function withStuckFile({ ports, ...world }: World): World {
  const isHead = (path: string | undefined): boolean => path?.endsWith('/head') === true;
  const holdsHead = (path: string): boolean => isHead(path) || existsSync(join(path, 'head'));
  return {
    ...world,
    ports: {
      ...ports,
      git: {
        run: async (folder, args, options) => {
          const end = await ports.git.run(folder, args, options);
          if (args[1] !== 'remove' || !isHead(args.at(-1))) return end;
          mkdirSync(join(args.at(-1) ?? '', 'docker'), { recursive: true });
          return { ...end, code: 255 };
        },
      },
      files: {
        ...ports.files,
        remove: (path) =>
          holdsHead(path)
            ? Promise.reject(new Error('permission denied: head/docker'))
            : ports.files.remove(path),
      },
    },
  };
}

test('a file that can not be removed keeps neither the other tree nor what git knows of both', async () => {
  const repository = oneCommit();
  const world = withStuckFile(treeWorld());
  const trees = await open(repository, world.ports);
  await trees.close();
  expect(existsSync(trees.path('base'))).toBe(false);
  expect(known(repository)).toBe(0);
  expect(world.log).toEqual([`warn ${folderOf(trees)} could not be removed: permission denied: head/docker`]);
  rmSync(folderOf(trees), { recursive: true });
});

test('a tree that has lost its place in the repository is forgotten too', async () => {
  const repository = oneCommit();
  const trees = await open(repository);
  rmSync(join(trees.path('head'), '.git'));
  await trees.close();
  expect(known(repository)).toBe(0);
  expect(existsSync(folderOf(trees))).toBe(false);
});
