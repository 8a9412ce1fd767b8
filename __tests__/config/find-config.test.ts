import { describe, expect, test } from '@jest/globals';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import { fakeFiles } from '../fakes/files.js';

const CONFIG = 'version: 1\nscenarios: {a: {run: exit 1}}\n';
const NOTHING =
  'input config: there is no .github/flowgate.yml and no flowgate.yml in the workspace, and none of run, module and url is given; ';
const DEMO = '; demo: true (flowgate demo) runs the built-in demo';

/** What comes of it in /repo/app: where the plan is from, or the problems. */
async function outcome(inputs: Inputs, paths: readonly string[]): Promise<unknown> {
  const files = fakeFiles(
    Object.fromEntries([...paths, '/repo/app/README.md'].map((path) => [path, CONFIG])),
  );
  try {
    return (await makePlan(inputs, { files, workspace: '/repo/app' })).source;
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem).join('\n');
    throw thrown;
  }
}

const near = (file: string): string =>
  `${NOTHING}the nearest config is ${file}: give config: ${file} (--config ${file}), or move it to .github/flowgate.yml${DEMO}`;

describe('the config that is used', () => {
  test('is .github/flowgate.yml, else flowgate.yml', async () => {
    expect(await outcome({}, ['/repo/app/flowgate.yml'])).toEqual({ kind: 'config', file: 'flowgate.yml' });
    expect(await outcome({}, ['/repo/app/flowgate.yml', '/repo/app/.github/flowgate.yml'])).toEqual({
      kind: 'config',
      file: '.github/flowgate.yml',
    });
  });

  test('gates with what the inputs say: it does not have to be named for that', async () => {
    const inputs = { thresholds: 'success_rate >= 99%', flows: '2' };
    expect(await outcome(inputs, ['/repo/app/flowgate.yml'])).toEqual({
      kind: 'config',
      file: 'flowgate.yml',
    });
  });
});

describe('without config and without run, module or url nothing is run', () => {
  test.each<[Inputs]>([
    [{}],
    [{ thresholds: 'success_rate >= 99%' }],
    [{ workingDirectory: '.' }],
    [{ flows: '2', iterations: '4' }],
    [{ scenario: 'a' }],
    [{ demo: 'false' }],
    [{ config: '', run: '', module: '', url: '', demo: '' }],
  ])('%j', async (inputs) => {
    expect(await outcome(inputs, [])).toBe(`${NOTHING}flowgate init writes a config${DEMO}`);
  });

  test('a blank run is the problem, not that there is no config', async () => {
    expect(await outcome({ run: ' ' }, [])).toBe('input run: is blank; write it or leave it out');
  });
});

describe('the nearest config is named', () => {
  test.each<[string, readonly string[], Inputs]>([
    ['flowgate.yaml', ['/repo/app/flowgate.yaml'], {}],
    ['.github/flowgate.yaml', ['/repo/app/.github/flowgate.yaml'], {}],
    ['.flowgate.yml', ['/repo/app/.flowgate.yml'], {}],
    ['flow-gate.yml', ['/repo/app/flow-gate.yml', '/repo/app/codecov.yml'], {}],
    ['shop/flowgate.yml', ['/repo/app/shop/flowgate.yml'], { workingDirectory: 'shop' }],
    ['shop/.github/flowgate.yml', ['/repo/app/shop/.github/flowgate.yml'], { workingDirectory: 'shop' }],
    ['../flowgate.yml', ['/repo/flowgate.yml', '/repo/.git/HEAD'], {}],
    ['../.github/flowgate.yml', ['/repo/.github/flowgate.yml', '/repo/.git/HEAD'], {}],
  ])('%s', async (file, paths, inputs) => {
    expect(await outcome(inputs, paths)).toBe(near(file));
  });

  test.each<[string, readonly string[]]>([
    ['above the top of the repository', ['/flowgate.yml', '/repo/.git/HEAD']],
    ['above the workspace where there is no repository', ['/repo/flowgate.yml']],
    ['above the workspace if that is the top', ['/repo/flowgate.yml', '/repo/app/.git/HEAD']],
    ['called otherwise', ['/repo/app/codecov.yml', '/repo/app/flowgate.json']],
  ])('not one that is %s', async (_, paths) => {
    expect(await outcome({}, paths)).toBe(`${NOTHING}flowgate init writes a config${DEMO}`);
  });
});

test.each<[string, readonly string[], Inputs]>([
  ['no.yml; write its path from the workspace', [], { config: 'no.yml' }],
  [
    'no.yml; write its path from the workspace; the nearest config is flowgate.yml',
    ['/repo/app/flowgate.yml'],
    { config: 'no.yml' },
  ],
  [
    'ci/laod.yml; write its path from the workspace; did you mean load.yml?',
    ['/repo/app/ci/load.yml'],
    { config: 'ci/laod.yml' },
  ],
  [
    'gate.yml; write its path from the workspace: shop/gate.yml',
    ['/repo/app/shop/gate.yml'],
    { config: 'gate.yml', workingDirectory: 'shop' },
  ],
])('a config that is named and not there: there is no file %s', async (message, paths, inputs) => {
  expect(await outcome(inputs, paths)).toBe(`input config: there is no file ${message}`);
});
