import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { cacheKeyOf } from '../../src/trees/prepare.js';
import { temporary, type TestRepository } from '../repository.js';
import { nodeOf } from './installed-node.js';
import { config, onLinux, repositoryWith, treesOf, until } from './prepared.js';
import { openIn, treeWorld, type World } from './world.js';

describe('a cache key', () => {
  const cached = (calls: string, key = 'v1') =>
    `{run: 'echo $(cat kind) >> ${calls}; cp kind built; ln -s built link; chmod +x built', cache-key: ${key}}`;

  async function open(world: World, repository: TestRepository, repositoryName?: string): Promise<void> {
    const name = repositoryName === undefined ? {} : { repositoryName };
    const comparing = await openIn(world, { workspace: repository.folder, ...name });
    const { head, base } = treesOf(comparing);
    expect([head, base].map((tree) => readFileSync(join(tree, 'link'), 'utf8'))).toEqual(['head', 'base']);
    // A tree of git's however it came: clean, but for what prepare made.
    expect(repository.git('-C', base, 'status', '--porcelain').split('\n')).toEqual(['?? built', '?? link']);
    await comparing.opponents.close();
  }

  test('takes a prepared tree from the cache, of the same repository and key only', async () => {
    const calls = join(temporary(), 'calls');
    const count = () => readFileSync(calls, 'utf8').trim().split('\n').length;
    const world = treeWorld();
    const repository = repositoryWith(cached(calls));
    await open(world, repository, 'octo/shop');
    expect(count()).toBe(2);
    const said = () => world.log.filter((line) => line.startsWith('info prepare runs'));
    expect(said()).toEqual([expect.stringMatching(/^info prepare runs in both trees, base first: /)]);
    await open(world, repository, 'octo/shop');
    expect(count()).toBe(2);
    expect(said()).toHaveLength(1);
    expect(world.log.filter((line) => line.endsWith('comes prepared from the cache'))).toHaveLength(2);
    await open(world, repository, 'mallory/shop');
    expect(count()).toBe(4);
    repository.commit('three', { '.github/flowgate.yml': config(cached(calls, 'v2')) });
    repository.commit('four', {});
    writeFileSync(join(repository.folder, 'kind'), 'head');
    const before = said().length;
    await openIn(world, { workspace: repository.folder, repositoryName: 'octo/shop' }).then(({ opponents }) =>
      opponents.close(),
    );
    expect(count()).toBe(6);
    expect(said().slice(before)).toHaveLength(1);
  });

  test('is of the version of Node that the command finds, and not of our own', async () => {
    const calls = join(temporary(), 'calls');
    const count = () => readFileSync(calls, 'utf8').trim().split('\n').length;
    const world = treeWorld();
    const repository = repositoryWith(cached(calls), { '.gitignore': 'installed/' });
    const installed = join(repository.folder, 'installed');
    const openWith = async (version: string): Promise<void> => {
      const env = { PATH: [installed, nodeOf(version), process.env['PATH'] ?? ''].join(':') };
      await (await openIn(world, { workspace: repository.folder, env })).opponents.close();
    };
    await openWith('v20.18.0');
    await openWith('v22.11.0');
    expect(count()).toBe(4);
    await openWith('v20.18.0');
    await openWith('v22.11.0');
    expect(count()).toBe(4);
    // The trees do not have what lies in the workspace and git does not know.
    renameSync(nodeOf('v99.0.0'), installed);
    await openWith('v22.11.0');
    expect(count()).toBe(4);
  });

  test('is one of all that a prepared tree hangs on', () => {
    const prepare = { run: 'npm ci', cacheKey: 'v1' };
    const machine = { os: 'linux', arch: 'x64', system: 'ubuntu24 20260101.1', node: 'v20.18.0' };
    const identity = { repository: 'octo/shop', sha: 'a', prefix: '', machine };
    const keys = [
      cacheKeyOf(prepare, identity),
      cacheKeyOf({ ...prepare, run: 'npm install' }, identity),
      cacheKeyOf({ ...prepare, cacheKey: 'v2' }, identity),
      cacheKeyOf(prepare, { ...identity, repository: 'mallory/shop' }),
      cacheKeyOf(prepare, { ...identity, sha: 'b' }),
      cacheKeyOf(prepare, { ...identity, prefix: 'packages/shop' }),
      cacheKeyOf(prepare, { ...identity, machine: { ...machine, arch: 'arm64' } }),
      cacheKeyOf(prepare, { ...identity, machine: { ...machine, node: 'v24.0.0' } }),
      cacheKeyOf(prepare, { ...identity, machine: { ...machine, system: 'alpine 3.22.1' } }),
      cacheKeyOf(prepare, { ...identity, machine: { ...machine, os: 'darwin' } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => /^[0-9a-f]{40}$/.test(key ?? ''))).toBe(true);
    expect(cacheKeyOf({ run: 'npm ci' }, identity)).toBeUndefined();
  });

  test('keeps neither a working tree with changes nor a tree whose command failed', async () => {
    const calls = join(temporary(), 'calls');
    const world = treeWorld();
    const run = `{run: 'echo x >> ${calls}; [ "$(cat kind)" != base ]', cache-key: v1}`;
    const repository = repositoryWith(run);
    writeFileSync(join(repository.folder, 'new'), '');
    const { opponents } = await openIn(world, {
      workspace: repository.folder,
      inputs: { compare: 'HEAD~1' },
    });
    await opponents.close();
    expect(existsSync(world.cache) ? readdirSync(world.cache) : []).toEqual([]);
  });

  test('keeps and takes nothing any more once it is interrupted', async () => {
    const started = join(temporary(), 'started');
    const repository = repositoryWith(
      `{run: '[ "$(cat kind)" = head ] || { touch ${started}; exec sleep 600; }', cache-key: v1}`,
    );
    const world = treeWorld();
    const opening = openIn(world, { workspace: repository.folder });
    await until(() => existsSync(started));
    world.interrupt.abort('SIGINT');
    await (await opening).opponents.close();
    expect(existsSync(world.cache)).toBe(false);

    const hasty = treeWorld();
    const take = (): Promise<boolean> => {
      hasty.interrupt.abort('SIGINT');
      return Promise.reject(new Error('aborted'));
    };
    const cache = { take, keep: () => Promise.resolve() };
    const { plan, opponents } = await openIn(
      { ...hasty, ports: { ...hasty.ports, cache } },
      { workspace: repository.folder },
    );
    const [scenario] = plan.scenarios;
    expect(scenario && opponents.of(scenario)).toMatchObject({ absent: 'interrupted' });
    expect(hasty.log.filter((line) => line.startsWith('warn'))).toEqual([]);
    await opponents.close();
  });

  onLinux(
    'keeps no tree whose command leaves something running, which nobody would start on a hit',
    async () => {
      const world = treeWorld();
      const leaving = `{run: 'if [ "$(cat kind)" = head ]; then sleep 300 > log 2>&1 < /dev/null & fi', cache-key: v1}`;
      const repository = repositoryWith(leaving);
      await (await openIn(world, { workspace: repository.folder })).opponents.close();
      expect(world.log.filter((line) => line.startsWith('warn'))).toEqual([
        'warn prepare leaves processes running, so the tree of head is not cached: sleep',
      ]);
      // That of base was prepared and kept before.
      expect(readdirSync(world.cache)).toHaveLength(1);
    },
  );

  test('costs time only where the cache can not be read', async () => {
    const world = treeWorld();
    const take = (): Promise<boolean> => Promise.reject(new Error('input/output error'));
    const keep = (): Promise<void> => Promise.resolve();
    const unreadable: World = { ...world, ports: { ...world.ports, cache: { take, keep } } };
    await open(unreadable, repositoryWith(cached(join(temporary(), 'calls'))));
    const warning = 'warn a prepared tree could not be taken from the cache: input/output error';
    expect(world.log.filter((line) => line.startsWith('warn'))).toEqual([warning, warning]);
  });
});
