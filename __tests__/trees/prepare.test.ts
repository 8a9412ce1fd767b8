import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { cacheKeyOf } from '../../src/trees/prepare.js';
import type { Comparing } from '../../src/trees/open-trees.js';
import { makeRepository, temporary, type TestRepository } from '../repository.js';
import { nodeOf } from './installed-node.js';
import { openIn, treeWorld, type World } from './world.js';

const config = (prepare: string): string => `version: 1
compare: base
prepare: ${prepare}
scenarios:
  s: {run: 'true'}
`;

/** Elsewhere processes can not be told from others by what is in their environment. */
const onLinux = process.platform === 'linux' ? test : test.skip;

function repositoryWith(prepare: string, second: Readonly<Record<string, string>> = {}): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { '.github/flowgate.yml': config(prepare), kind: 'base' });
  repository.commit('two', { kind: 'head', ...second });
  return repository;
}

function treesOf({ plan, opponents }: Comparing): { head: string; base: string } {
  const [head] = plan.scenarios;
  if (head === undefined) throw new Error('no scenario');
  const opponent = opponents.of(head);
  if ('absent' in opponent) throw new Error(opponent.absent);
  return { head: head.workingDirectory, base: opponent.plan.workingDirectory };
}

async function problemOf(opening: Promise<Comparing>): Promise<string> {
  const thrown: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof UserError) return thrown.message;
  throw new Error('it was not refused', { cause: thrown });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the command', () => {
  test.each([1, 2])('runs once in each tree, on %d cores', async (cores) => {
    const calls = join(temporary(), 'calls');
    const repository = repositoryWith(`echo "$(cat kind) $GITHUB_WORKSPACE" >> ${calls}; cp kind built`);
    const env = { GITHUB_WORKSPACE: repository.folder };
    const comparing = await openIn(treeWorld(), { workspace: repository.folder, cores, env });
    const { head, base } = treesOf(comparing);
    expect([head, base].map((tree) => readFileSync(join(tree, 'built'), 'utf8'))).toEqual(['head', 'base']);
    expect(readFileSync(calls, 'utf8').trim().split('\n').sort()).toEqual([`base ${base}`, `head ${head}`]);
    await comparing.opponents.close();
    expect(existsSync(head)).toBe(false);
  });

  test('runs in the tree of head where there is no earlier commit', async () => {
    const repository = makeRepository();
    repository.commit('one', { '.github/flowgate.yml': config('cp kind built'), kind: 'first' });
    const world = treeWorld();
    const { plan, opponents } = await openIn(world, { workspace: repository.folder });
    const tree = plan.scenarios[0]?.workingDirectory ?? '';
    expect(readFileSync(join(tree, 'built'), 'utf8')).toBe('first');
    expect(existsSync(join(repository.folder, 'built'))).toBe(false);
    expect(world.log).toEqual([
      'info main runs by itself: there is no earlier commit to compare with',
      'info prepare runs in the tree of head: cp kind built',
    ]);
    await opponents.close();
  });

  onLinux('may leave processes for the flows, which are gone with the trees', async () => {
    const repository = repositoryWith("'setsid sleep 300 > log 2>&1 < /dev/null & echo $! > pid'");
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    const pids = Object.values(treesOf(comparing)).map((tree) => Number(readFileSync(join(tree, 'pid'))));
    expect(pids.map(isRunning)).toEqual([true, true]);
    await comparing.opponents.close();
    expect(pids.map(isRunning)).toEqual([false, false]);
  });

  test('that fails leaves no process behind', async () => {
    const pid = join(temporary(), 'pid');
    const repository = repositoryWith(`'sleep 300 > log 2>&1 & echo $! > ${pid}; exit 3'`);
    await expect(openIn(treeWorld(), { workspace: repository.folder })).rejects.toThrow('exit status 3');
    expect(isRunning(Number(readFileSync(pid)))).toBe(false);
  });

  test('that fails in base leaves head without an opponent, and says why', async () => {
    const repository = repositoryWith(`'echo building; echo "no compiler" >&2; [ "$(cat kind)" = head ]'`);
    const world = treeWorld();
    const { plan, opponents } = await openIn(world, { workspace: repository.folder });
    const [scenario] = plan.scenarios;
    expect(scenario && opponents.of(scenario)).toMatchObject({
      absent: 'the commit before can not be prepared: prepare ended with exit status 1: no compiler',
      base: { label: 'the commit before', sha: repository.git('rev-parse', 'HEAD~1') },
    });
    expect(world.log.filter((line) => line.startsWith('warn'))).toEqual([
      'warn prepare: the commit before can not be prepared: prepare ended with exit status 1: no compiler\n  no compiler',
    ]);
    await opponents.close();
  });

  test('that fails in head ends the run with the last lines that it printed, and nothing is left', async () => {
    const repository = repositoryWith(
      `'for i in $(seq 30); do echo line $i; done; [ "$(cat kind)" = base ]'`,
    );
    const message = await problemOf(openIn(treeWorld(), { workspace: repository.folder }));
    expect(message).toMatch(
      /^prepare: main can not be prepared: prepare ended with exit status 1: line 30\n/,
    );
    expect(message.split('\n').slice(1)).toEqual(
      Array.from({ length: 12 }, (_, index) => `  line ${index + 19}`),
    );
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('is ended by an interrupt: there is no opponent, and nothing is left once it is closed', async () => {
    const world = treeWorld();
    const started = join(temporary(), 'started');
    const repository = repositoryWith(`touch ${started}; exec sleep 600`);
    const opening = openIn(world, { workspace: repository.folder });
    await until(() => existsSync(started));
    world.interrupt.abort('SIGINT');
    const { plan, opponents } = await opening;
    const [scenario] = plan.scenarios;
    expect(scenario && opponents.of(scenario)).toMatchObject({ absent: 'interrupted' });
    expect(world.log.filter((line) => line.includes('again'))).toEqual([]);
    // To remove them takes time that a runner does not leave for what comes before: telling.
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(3);
    await opponents.close();
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });
});

/** A command that fails while another of its kind is under way, as tools do that lock what they share. */
function locking(folder: string): string {
  writeFileSync(
    join(folder, 'lock.sh'),
    `echo $(cat kind) >> ${folder}/calls
if ! mkdir ${folder}/lock 2> ${folder}/errors; then touch ${folder}/met; echo it is locked; exit 1; fi
until [ -e ${folder}/met ]; do sleep 0.01; done
rmdir ${folder}/lock
cp kind built
`,
  );
  return `sh ${folder}/lock.sh`;
}

describe('two at once that do not bear each other', () => {
  test('that which failed runs again, alone, and is not cached', async () => {
    const folder = temporary();
    const repository = repositoryWith(`{run: ${locking(folder)}, cache-key: v1}`);
    const world = treeWorld();
    const comparing = await openIn(world, { workspace: repository.folder });
    const { head, base } = treesOf(comparing);
    expect([head, base].map((tree) => readFileSync(join(tree, 'built'), 'utf8'))).toEqual(['head', 'base']);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    const last = calls.at(-1) ?? '';
    expect(calls.toSorted()).toEqual(['base', 'head', last].toSorted());
    expect(world.log.filter((line) => line.includes('again'))).toEqual([
      `info prepare failed in the tree of ${last} beside that of ${last === 'head' ? 'base' : 'head'}, and runs again alone: prepare ended with exit status 1: it is locked`,
    ]);
    expect(readdirSync(world.cache)).toHaveLength(1);
    await comparing.opponents.close();
  });

  test.each([
    [2, ['base', 'head', 'head']],
    [1, ['base', 'head']],
  ])(
    'what fails alone too ends the run, and one core runs them alone from the start: %d',
    async (cores, expected) => {
      const calls = join(temporary(), 'calls');
      const repository = repositoryWith(`'echo $(cat kind) >> ${calls}; exit 3'`);
      const message = await problemOf(openIn(treeWorld(), { workspace: repository.folder, cores }));
      expect(message).toContain('exit status 3');
      expect(readFileSync(calls, 'utf8').trim().split('\n').toSorted()).toEqual(expected);
    },
  );
});

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
    expect(said()).toEqual([expect.stringMatching(/^info prepare runs in both trees: /)]);
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
    // Head is prepared by then, and would be kept.
    const opening = openIn(world, { workspace: repository.folder, cores: 1 });
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
        'warn prepare leaves processes running, so its tree is not cached: sleep',
      ]);
      expect(existsSync(world.cache)).toBe(false);
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
