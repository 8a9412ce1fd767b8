import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { gitProgram } from '../../src/adapters/git-program.js';
import { Repository } from '../../src/trees/repository.js';
import { Worktrees } from '../../src/trees/worktrees.js';
import { makeRepository, temporary, type TestRepository } from '../repository.js';
import { treeWorld } from './world.js';

function oneCommit(): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { a: '1' });
  return repository;
}

/** Both trees of a run. */
async function open({ folder }: TestRepository): Promise<Worktrees> {
  const interrupt = new AbortController().signal;
  const repository = await Repository.open(gitProgram, { workspace: folder, interrupt });
  const trees = await Worktrees.open(repository, treeWorld().ports);
  for (const side of ['head', 'base'] as const) await trees.add(side, repository.head);
  return trees;
}

const folderOf = (trees: Worktrees): string => dirname(trees.path('head'));

/** Beside the working tree itself. */
const known = (repository: TestRepository): number =>
  repository.git('worktree', 'list').split('\n').length - 1;

describe('what a killed run has left', () => {
  test('is removed by the next one, and what a running one needs is not', async () => {
    const repository = oneCommit();
    const [killed, running] = [await open(repository), await open(repository)];
    writeFileSync(join(folderOf(killed), 'owner'), '999999999');
    const next = await open(repository);
    expect(existsSync(folderOf(killed))).toBe(false);
    expect(existsSync(join(running.path('head'), 'a'))).toBe(true);
    expect(known(repository)).toBe(4);
    await next.close();
    await running.close();
    expect(known(repository)).toBe(0);
    expect([next, running].map(folderOf).filter(existsSync)).toEqual([]);
  });

  test('is forgotten by git, where somebody has removed the folder and where half of it is there', async () => {
    const repository = oneCommit();
    const [swept, half] = [await open(repository), await open(repository)];
    rmSync(folderOf(swept), { recursive: true });
    rmSync(half.path('base'), { recursive: true });
    writeFileSync(join(folderOf(half), 'owner'), '999999999');
    const next = await open(repository);
    expect(known(repository)).toBe(2);
    await next.close();
  });
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
