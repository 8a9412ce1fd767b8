import { expect, test } from '@jest/globals';
import { makePlan } from '../../src/config/plan.js';
import { init } from '../../src/init/index.js';
import { fakeFiles } from '../fakes/files.js';

const ROOT = '/repo';
const CONFIG = '.github/flowgate.yml';
const WORKFLOW = '.github/workflows/flowgate.yml';

/** A repository in memory, by paths from its root. */
const repositoryOf = (contents: Readonly<Record<string, string>>): ReturnType<typeof fakeFiles> =>
  fakeFiles(Object.fromEntries(Object.entries(contents).map(([path, text]) => [`${ROOT}/${path}`, text])));

test('writes config and workflow into a repository that has neither, and the plan can be made of them', async () => {
  const files = repositoryOf({ 'package.json': JSON.stringify({ bin: 'cli.js' }) });
  expect(await init(files, ROOT)).toEqual({
    found: 'package.json installs the command cli.js',
    written: [CONFIG, WORKFLOW],
    kept: [],
  });
  const plan = await makePlan({}, { files, workspace: ROOT });
  expect(plan.source).toEqual({ kind: 'config', file: CONFIG });
  expect(plan.scenarios.map(({ name, work }) => [name, work.kind])).toEqual([['command', 'command']]);
});

test('overwrites nothing, and says what it kept', async () => {
  const files = repositoryOf({ [CONFIG]: 'mine' });
  expect(await init(files, ROOT)).toMatchObject({ written: [WORKFLOW], kept: [CONFIG] });
  const before = new Map(files.contents);
  expect(await init(files, ROOT)).toMatchObject({ written: [], kept: [CONFIG, WORKFLOW] });
  expect(files.contents).toEqual(before);
  expect(files.contents.get(`${ROOT}/${CONFIG}`)).toBe('mine');
});

test('reads the default branch that the clone remembers', async () => {
  const files = repositoryOf({ '.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/release/next\n' });
  await init(files, ROOT);
  expect(files.contents.get(`${ROOT}/${WORKFLOW}`)).toContain('- release/next');
});

test('reads Makefile and pyproject.toml, and a worktree whose .git is a file', async () => {
  const files = repositoryOf({
    '.git': 'gitdir: elsewhere\n',
    Makefile: 'smoke:\n\ttrue\n',
    'pyproject.toml': '[project.scripts]\n"my-tool" = "a:main"\n',
  });
  expect((await init(files, ROOT)).found).toBe('pyproject.toml installs the command my-tool');
  expect(files.contents.get(`${ROOT}/${CONFIG}`)).toContain('the Makefile has the target smoke');
});
