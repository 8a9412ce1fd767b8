import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Opponent } from '../../../src/compare/opponent.js';
import type { Comparing } from '../../../src/compare/trees/open.js';
import type { ScenarioPlan } from '../../../src/model/plan.js';
import { makeRepository, type TestRepository } from '../../repository.js';
import { openIn, treeWorld } from './world.js';

const CONFIG = `version: 1
compare: base
scenarios:
  order:
    run: node order.js
    flows: 2
    env: {KIND: old}
    setup: node seed.js
  page:
    module: flows/page.mjs
    working-directory: shop
`;
const FILES = {
  '.github/flowgate.yml': CONFIG,
  '.gitignore': 'node_modules/\n',
  'order.js': '// one\n',
  'shop/flows/page.mjs': 'export default () => undefined;\n',
};

function repositoryWith(second: Readonly<Record<string, string>>): TestRepository {
  const repository = makeRepository();
  repository.commit('one', FILES);
  repository.commit('two', second);
  return repository;
}

/** The opponent of the only scenario, or of the one that is named. */
function opponentOf(
  { plan, opponents }: Comparing,
  name?: string,
): { head: ScenarioPlan; opponent: Opponent } {
  const head = plan.scenarios.find((scenario) => scenario.name === (name ?? scenario.name));
  if (head === undefined) throw new Error('no such scenario');
  return { head, opponent: opponents.of(head) };
}

function planOf(opponent: Opponent): ScenarioPlan {
  if ('absent' in opponent) throw new Error(opponent.absent);
  return opponent.plan;
}

function absence(opponent: Opponent): string | undefined {
  return 'absent' in opponent ? opponent.absent : undefined;
}

const treesOf = (repository: TestRepository): number =>
  repository.git('worktree', 'list').split('\n').length - 1;

describe('two trees of one repository', () => {
  test('each side runs in its own, as its own config says, under the load and the gates of head', async () => {
    const changed = CONFIG.replace('node order.js', 'node order.js --fast')
      .replace('flows: 2', 'flows: 3')
      .replace('KIND: old', 'KIND: new')
      .replace('    setup: node seed.js\n', '    timeout: 5s\n    teardown: node tidy.js\n');
    const repository = repositoryWith({ '.github/flowgate.yml': changed, 'order.js': '// two\n' });
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    const { head, opponent } = opponentOf(comparing, 'order');
    const base = planOf(opponent);
    expect(readFileSync(join(head.workingDirectory, 'order.js'), 'utf8')).toBe('// two\n');
    expect(readFileSync(join(base.workingDirectory, 'order.js'), 'utf8')).toBe('// one\n');
    // Like with like: neither is the working tree, and their paths are equally long.
    expect(dirname(head.workingDirectory)).toBe(dirname(base.workingDirectory));
    expect(head.workingDirectory).toHaveLength(base.workingDirectory.length);
    expect(head).toMatchObject({
      work: { run: 'node order.js --fast' },
      env: { KIND: 'new' },
      timeout: 5000,
    });
    expect(base).toMatchObject({
      work: { run: 'node order.js' },
      env: { KIND: 'old' },
      setup: 'node seed.js',
      load: { flows: 3 },
      timeout: 5000,
      thresholds: head.thresholds,
    });
    expect([head.setup, head.teardown, base.teardown]).toEqual([undefined, 'node tidy.js', undefined]);
    expect(opponent).toMatchObject({
      base: { label: 'the commit before', sha: repository.git('rev-parse', 'HEAD~1') },
      head: { label: 'main', sha: repository.git('rev-parse', 'HEAD') },
      commits: { total: 1, list: [{ subject: 'two', author: 'Ada' }] },
    });
    const page = opponentOf(comparing, 'page');
    expect(planOf(page.opponent).work).toMatchObject({
      module: join(base.workingDirectory, 'shop/flows/page.mjs'),
    });
    expect(planOf(page.opponent).workingDirectory).toBe(join(base.workingDirectory, 'shop'));
    await comparing.opponents.close();
    expect(existsSync(dirname(head.workingDirectory))).toBe(false);
    expect(treesOf(repository)).toBe(0);
  });

  test('from a folder in the repository, and for inputs in place of a config', async () => {
    const repository = repositoryWith({ 'shop/flows/page.mjs': '// two\n' });
    const workspace = join(repository.folder, 'shop');
    const inputs = { module: join(workspace, 'flows/page.mjs'), compare: 'HEAD~1' };
    const comparing = await openIn(treeWorld(), { workspace, inputs });
    const { head, opponent } = opponentOf(comparing);
    const base = planOf(opponent);
    expect(head.work).toMatchObject({ module: join(head.workingDirectory, 'flows/page.mjs') });
    expect(base.work).toMatchObject({ module: join(base.workingDirectory, 'flows/page.mjs') });
    expect(base.workingDirectory.endsWith('/base/shop')).toBe(true);
    await comparing.opponents.close();
  });

  test('what names a place of the working tree in the environment names the tree', async () => {
    const repository = repositoryWith({});
    const { folder } = repository;
    const env = {
      GITHUB_WORKSPACE: folder,
      PATH: `${folder}/node_modules/.bin:/bin`,
      OTHER: '/etc',
      HOME: '/h',
    };
    const comparing = await openIn(treeWorld(), { workspace: folder, env });
    const { head, opponent } = opponentOf(comparing, 'order');
    for (const { workingDirectory: tree, env: variables } of [head, planOf(opponent)]) {
      expect(variables).toEqual({
        KIND: 'old',
        GITHUB_WORKSPACE: tree,
        PATH: `${tree}/node_modules/.bin:/bin`,
      });
    }
    await comparing.opponents.close();
    const atHome = await openIn(treeWorld(), { workspace: folder, env: { ...env, HOME: `${folder}/home` } });
    const { head: inHome } = opponentOf(atHome, 'order');
    expect(inHome.env).toEqual({ KIND: 'old', GITHUB_WORKSPACE: inHome.workingDirectory });
    await atHome.opponents.close();
  });

  test('changes in the working tree are head, new files too and ignored ones not; nothing of it is touched', async () => {
    const repository = repositoryWith({});
    repository.write({
      'order.js': '// changed\n',
      'new.js': '// new\n',
      'node_modules/x/index.js': '',
      '.flowgate/results.json': '{}',
    });
    const before = [repository.git('status', '--porcelain'), repository.git('for-each-ref')];
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    const { head, opponent } = opponentOf(comparing, 'order');
    const read = (file: string) => readFileSync(join(head.workingDirectory, file), 'utf8');
    expect([read('order.js'), read('new.js')]).toEqual(['// changed\n', '// new\n']);
    expect(existsSync(join(head.workingDirectory, 'node_modules'))).toBe(false);
    expect(existsSync(join(head.workingDirectory, '.flowgate'))).toBe(false);
    expect(opponent.head).toEqual({ label: 'working tree (2 files changed)' });
    expect(opponent.base).toMatchObject({ label: 'the last commit' });
    expect(opponent.commits).toEqual({ total: 0, list: [] });
    await comparing.opponents.close();
    expect([repository.git('status', '--porcelain'), repository.git('for-each-ref')]).toEqual(before);
  });

  test('hooks and the monitor of the repository run nothing', async () => {
    const repository = repositoryWith({});
    const hook = join(repository.folder, 'hook.sh');
    repository.write({ 'hook.sh': `#!/bin/sh\ntouch ${repository.folder}/hooked\n` });
    repository.git('config', 'core.fsmonitor', hook);
    repository.git('config', 'core.hooksPath', join(repository.folder, 'hooks'));
    repository.write({ 'hooks/post-checkout': `#!/bin/sh\ntouch ${repository.folder}/hooked\n` });
    for (const file of ['hook.sh', 'hooks/post-checkout']) chmodSync(join(repository.folder, file), 0o755);
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    await comparing.opponents.close();
    expect(existsSync(join(repository.folder, 'hooked'))).toBe(false);
  });
});

describe('an opponent is absent', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['where base has no config', { 'order.js': '' }, 'the scenario is new: the commit before has no config'],
    [
      'where base has no such scenario',
      { ...FILES, '.github/flowgate.yml': CONFIG.replace('  order:', '  other:') },
      'the scenario is new: the commit before has none that is called order',
    ],
    [
      'where the config of base is invalid',
      { ...FILES, '.github/flowgate.yml': CONFIG.replace('flows: 2', 'flows: none') },
      'what the commit before has of it can not be run: scenarios.order.flows must be a whole number from 1 up, not "none" (line 6)',
    ],
    [
      'where the config of base is no YAML',
      { ...FILES, '.github/flowgate.yml': 'a: [' },
      'what the commit before has of it can not be run: .github/flowgate.yml is no valid YAML',
    ],
  ])('%s', async (_where, first, expected) => {
    const repository = makeRepository();
    repository.commit('one', first);
    repository.commit('two', FILES);
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    expect(absence(opponentOf(comparing, 'order').opponent)).toContain(expected);
    await comparing.opponents.close();
  });

  test('where what it runs is not there, and only there', async () => {
    const { 'shop/flows/page.mjs': page, ...others } = FILES;
    const repository = makeRepository();
    repository.commit('one', { ...others, 'shop/README.md': '' });
    repository.commit('two', { 'shop/flows/page.mjs': page });
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    expect(absence(opponentOf(comparing, 'page').opponent)).toBe(
      'what the commit before has of it can not be run: scenarios.page.module there is no file shop/flows/page.mjs; write its path from the working directory (line 10)',
    );
    expect(absence(opponentOf(comparing, 'order').opponent)).toBeUndefined();
    await comparing.opponents.close();
  });

  test('where there is no earlier commit; head is in a tree of its own all the same', async () => {
    const repository = makeRepository();
    repository.commit('one', FILES);
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    const { head, opponent } = opponentOf(comparing, 'order');
    expect(opponent).toMatchObject({
      absent: 'there is no earlier commit to compare with',
      base: { label: 'base' },
      head: { label: 'main', sha: repository.git('rev-parse', 'HEAD') },
    });
    expect(head.workingDirectory.endsWith('/head')).toBe(true);
    expect(treesOf(repository)).toBe(1);
    await comparing.opponents.close();
    expect(treesOf(repository)).toBe(0);
  });
});

describe('what the trees lack is said', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp[]]>([
    ['nothing', {}, []],
    [
      'submodules',
      { '.gitmodules': '[submodule "lib"]\n' },
      [/submodules are empty; give prepare: git submodule update --init --recursive$/],
    ],
    [
      'large files',
      { 'assets/.gitattributes': '*.bin filter=lfs diff=lfs\n' },
      [/files of Git LFS are pointers; give prepare: git lfs pull$/],
    ],
  ])('%s', async (_what, files, expected) => {
    const repository = repositoryWith(files);
    const world = treeWorld();
    const comparing = await openIn(world, { workspace: repository.folder });
    await comparing.opponents.close();
    const warnings = world.log.filter((line) => line.startsWith('warn'));
    expect(warnings).toHaveLength(expected.length);
    expected.forEach((pattern, index) => {
      expect(warnings[index]).toMatch(pattern);
    });
  });

  test('what git ignores, unless something is prepared', async () => {
    const repository = repositoryWith({});
    repository.write({ 'node_modules/x/index.js': '' });
    const world = treeWorld();
    const inputs = { prepare: 'true' };
    await (await openIn(world, { workspace: repository.folder, inputs })).opponents.close();
    expect(world.log.filter((line) => line.startsWith('warn'))).toEqual([]);
    await (await openIn(world, { workspace: repository.folder })).opponents.close();
    expect(world.log.filter((line) => line.startsWith('warn'))).toEqual([
      'warn in the trees of both sides what git ignores is not there (node_modules/); give prepare: a command such as npm ci, if flows need it',
    ]);
  });
});

const SHALLOW = 'the clone is shallow (fetch-depth: 0 shows them)';

function twoCommits(): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { a: '1' });
  repository.commit('two', { a: '2' });
  return repository;
}

async function told(repository: TestRepository, compare: string) {
  const world = treeWorld();
  const { plan, opponents } = await openIn(world, {
    workspace: repository.folder,
    inputs: { run: 'true', compare },
  });
  await opponents.close();
  const [scenario] = plan.scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return { warnings: world.log.filter((line) => line.startsWith('warn')), opponent: opponents.of(scenario) };
}

test.each(['HEAD', 'main'])('%s compared with itself is warned of', async (ref) => {
  const repository = twoCommits();
  const sha = repository.git('rev-parse', '--short=7', 'HEAD');
  expect((await told(repository, ref)).warnings).toEqual([
    `warn compare: ${ref} is what is checked out: both sides are the same commit (${sha}), and nothing but noise is compared; name an earlier ref, or base`,
  ]);
});

test('an earlier commit, or changes in the working tree, are warned of by nobody', async () => {
  const repository = twoCommits();
  expect((await told(repository, 'HEAD~1')).warnings).toEqual([]);
  repository.write({ a: '3' });
  expect((await told(repository, 'HEAD')).warnings).toEqual([]);
});

test('commits between are known in a whole clone, and said to be unknown in a shallow one', async () => {
  const repository = twoCommits();
  expect((await told(repository, 'base')).opponent.commits).toMatchObject({
    total: 1,
    list: [{ subject: 'two' }],
  });
  expect((await told(repository.clone(1), 'base')).opponent.commits).toEqual({
    total: 0,
    list: [],
    unknown: SHALLOW,
  });
});
