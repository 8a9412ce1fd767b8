import { describe, expect, test } from '@jest/globals';
import { makePlan } from '../../src/config/plan.js';
import { UserError } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { fakeFiles } from '../fakes/files.js';
import { fixture } from './imported.js';

const OHA = fixture('oha.json');

async function planOf(
  yaml: string,
  {
    inputs = {},
    files = { '/repo/oha.json': OHA },
  }: { inputs?: Inputs; files?: Record<string, string> } = {},
): Promise<readonly ScenarioPlan[]> {
  const all = fakeFiles({ ...files, '/repo/flowgate.yml': `version: 1\n${yaml}` });
  return (await makePlan(inputs, { files: all, workspace: '/repo', imports: 'read' })).scenarios;
}

async function problemsOf(...given: Parameters<typeof planOf>): Promise<readonly string[]> {
  try {
    await planOf(...given);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return thrown.problems.map(({ line, where, message }) => `${line ?? ''} ${where ?? ''}: ${message}`);
  }
}

describe('import: in a config', () => {
  test('the file is read when the run is planned, and one gate that it can meet is the default', async () => {
    const [plan] = await planOf('scenarios: {load: {import: oha.json}}');
    expect(plan?.work).toMatchObject({ kind: 'import', name: 'oha.json', file: '/repo/oha.json' });
    expect(plan?.work.kind === 'import' && plan.work.run?.from.count).toBe(200);
    expect(plan?.thresholds.map(({ expression }) => expression)).toEqual(['success_rate >= 90%']);
    expect(plan?.omittedGates).toHaveLength(3);
  });

  test('with before it is read after that, as the command may write it', async () => {
    const [plan] = await planOf('scenarios: {load: {before: make load, import: gone.json, env: {A: b}}}');
    expect(plan?.work).toEqual({ kind: 'import', name: 'gone.json', file: '/repo/gone.json' });
  });

  test.each([
    [
      'a file that is missing',
      'scenarios: {load: {import: gone.json}}',
      '2 scenarios.load.import: gone.json: there is no such file',
    ],
    [
      'another kind of flow',
      'scenarios: {load: {import: oha.json, run: x}}',
      '2 scenarios.load: run and import are given; keep one',
    ],
    [
      'flows',
      'scenarios: {load: {import: oha.json, flows: 3}}',
      '2 scenarios.load.flows: is for flows that flowgate runs',
    ],
    [
      'faults',
      'scenarios: {load: {import: oha.json, faults: {kill: {share: 10%}}}}',
      '2 scenarios.load.faults: is for flows',
    ],
    [
      'a ladder',
      'scenarios: {load: {import: oha.json, ladder: [1, 2]}}',
      '2 scenarios.load.ladder: is for flows',
    ],
    [
      'a service',
      'scenarios: {load: {import: oha.json, service: {run: x}}}',
      '2 scenarios.load.service: is for flows',
    ],
    [
      'a check',
      'scenarios: {load: {import: oha.json, checks: {growth: fail}}}',
      '2 scenarios.load.checks: is for flows',
    ],
    [
      'env that nothing uses',
      'scenarios: {load: {import: oha.json, env: {A: b}}}',
      '2 scenarios.load.env: is for the command before',
    ],
    [
      'a gate that ends the run',
      'scenarios: {load: {import: oha.json, thresholds: [{expr: success_rate > 1%, abort-on-fail: true}]}}',
      'abort-on-fail ends a run, and this one is over',
    ],
    [
      'a comparison',
      'compare: base\nscenarios: {load: {import: oha.json}}',
      '3 scenarios.load.import: another tool has run it',
    ],
    [
      'a limit on the base',
      'scenarios: {load: {import: oha.json, thresholds: [flow_time.p95 < base + 5%]}}',
      'needs compare',
    ],
  ])('%s is an error', async (_, yaml, message) => {
    const problems = await problemsOf(yaml);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  test('load from an input is an error where nothing is run, and none beside a scenario that runs', async () => {
    const alone = 'scenarios: {load: {import: oha.json}}';
    const inputs = { flows: '3' };
    expect(await problemsOf(alone, { inputs })).toEqual([
      ' input flows: every scenario is an import, so nothing is run and nothing uses it; leave it out',
    ]);
    expect(await problemsOf("scenarios: {load: {import: oha.json}, own: {run: 'true'}}", { inputs })).toEqual(
      [],
    );
  });
});
