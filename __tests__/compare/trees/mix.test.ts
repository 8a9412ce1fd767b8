import { expect, test } from '@jest/globals';
import { inTheMannerOf } from '../../../src/compare/rounds/load.js';
import { type BaseScenario, baseScenario, planInTree } from '../../../src/compare/trees/plans.js';
import type { MixPart, ScenarioPlan, SingleWork } from '../../../src/model/plan.js';
import { scenarioPlanOf } from '../../fakes/record.js';

const COMMAND: SingleWork = { kind: 'command', run: 'x', shell: 'sh' };

const part = (name: string, differs: Partial<MixPart> = {}): MixPart => ({
  name,
  share: 0.5,
  work: COMMAND,
  timeout: 1000,
  workingDirectory: '/head',
  env: {},
  ...differs,
});
const mixOf = (...parts: readonly MixPart[]): ScenarioPlan =>
  scenarioPlanOf({ name: 'shop', work: { kind: 'mix', parts } });

const baseOf = (head: ScenarioPlan, base: ScenarioPlan): Promise<BaseScenario> =>
  baseScenario(head, {
    planBase: () => Promise.resolve(base),
    source: { kind: 'config', file: 'flowgate.yml' },
    prefix: '',
    env: {},
    move: { from: '/head', to: '/base' },
    label: 'main',
  });

test("base does its own work of each part, in head's shares and with head's patience", async () => {
  const own = { kind: 'command', run: 'old', shell: 'sh' } as const;
  const head = mixOf(
    part('browse', { share: 0.7, timeout: 9, retries: { times: 1, backoff: 5 } }),
    part('buy', { share: 0.3 }),
  );
  const base = mixOf(
    part('buy', { work: own, env: { A: 'b' }, workingDirectory: '/base' }),
    part('gone'),
    part('browse'),
  );
  const found = await baseOf(head, base);
  expect('plan' in found ? inTheMannerOf(head, found.plan).work : found).toEqual({
    kind: 'mix',
    parts: [
      part('browse', { share: 0.7, timeout: 9, retries: { times: 1, backoff: 5 } }),
      part('buy', { share: 0.3, work: own, env: { A: 'b' }, workingDirectory: '/base', retries: undefined }),
    ],
  });
});

test('a mix that base does not have, or of which it lacks a part, is new', async () => {
  const head = mixOf(part('browse'), part('buy'));
  expect(await baseOf(head, mixOf(part('browse')))).toEqual({
    absent: 'the mix is new: main has no part buy',
  });
  expect(await baseOf(head, scenarioPlanOf({ name: 'shop', work: COMMAND }))).toEqual({
    absent: 'the mix is new: main has none of that name',
  });
});

test('requests of all parts to one server that neither side starts are compared with themselves', async () => {
  const asking = (url: string): SingleWork => ({
    kind: 'http',
    requests: [{ name: 'r', method: 'GET', url, headers: {}, expect: { status: [], statusText: '2xx' } }],
    followRedirects: false,
    maxBody: 1,
  });
  const requests = mixOf(
    part('a', { work: asking('http://h/a') }),
    part('b', { work: asking('http://h/b') }),
  );
  expect(await baseOf(requests, requests)).toEqual({ absent: expect.stringContaining('the same requests') });
  const withCommand = mixOf(part('a', { work: asking('http://h/a') }), part('b'));
  expect(await baseOf(withCommand, withCommand)).toHaveProperty('plan');
});

test("places of a part are those in the side's own tree", () => {
  const data = { name: 'users.csv', file: '/head/users.csv', order: 'sequence' } as const;
  const module = { kind: 'module', module: '/head/buy.mjs', isolate: 'none', options: {} } as const;
  const plan = {
    scenarios: [mixOf(part('buy', { data, work: module }))],
    source: { kind: 'inputs' } as const,
  };
  const { scenarios } = planInTree(plan, {}, { from: '/head', to: '/tree' });
  expect(scenarios[0]?.work).toEqual({
    kind: 'mix',
    parts: [
      part('buy', {
        data: { ...data, file: '/tree/users.csv' },
        work: { ...module, module: '/tree/buy.mjs' },
        workingDirectory: '/tree',
      }),
    ],
  });
});
