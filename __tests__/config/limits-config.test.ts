import { describe, expect, test } from '@jest/globals';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { LIMIT_KEYS } from '../../src/config/limit-fields.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { formatProblem } from '../../src/lib/errors.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';

const scenario = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

const problems = (...lines: string[]): string[] =>
  validateConfig(scenario(...lines), FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));

async function faultsOf(...lines: string[]) {
  const files = fakeFiles({ '/repo/README.md': '', [`/repo/${FILE}`]: scenario(...lines) });
  const { scenarios } = await makePlan({}, { files, workspace: '/repo' });
  return scenarios[0]?.faults;
}

describe('the limits of a scenario', () => {
  test('bind whoever there is, and the seed of the faults is that of the scenario', async () => {
    expect(await faultsOf('run: x', 'seed: 7', 'faults: {limits: {memory: 256MB}}')).toEqual({
      seed: 7,
      rounds: expect.any(Number),
      limits: [{ of: 'flow', memory: 256e6 }],
    });
    const subjects = async (...lines: string[]) =>
      (await faultsOf(...lines, 'faults: {limits: {cpu: 1}}'))?.limits?.map(({ of }) => of);
    expect(await subjects('run: x', 'service: y')).toEqual(['flow', 'service']);
    expect(await subjects('http: http://127.0.0.1:1/', 'service: y')).toEqual(['service']);
  });

  test('a scenario without has none', async () => {
    expect(await faultsOf('run: x')).toBeUndefined();
  });

  test.each([
    [
      ['http: http://127.0.0.1:1/', 'service: y', 'faults: {limits: {of: flow, memory: 256MB}}'],
      '6:14: scenarios.s.faults.limits: HTTP flows have no process of their own; limit the service (of: service)',
    ],
    [
      ['http: http://127.0.0.1:1/', 'faults: {limits: {memory: 256MB}}'],
      '5:14: scenarios.s.faults.limits: limits nothing: HTTP flows have no process of their own; limit the service (of: service), of which there is none',
    ],
    [
      ['run: x', 'faults: {limits: [{of: flow, cpu: 1}, {of: service, memory: 256MB}]}'],
      '5:43: scenarios.s.faults.limits[1]: there is no service to limit; leave it out, or write of: flow',
    ],
    [['run: x', 'faults: {limits: {memroy: 256MB, cpu: 1}}'], 'there is no key memroy; did you mean memory?'],
    [['run: x', 'faults: {limts: {cpu: 1}}'], 'there is no key limts; did you mean limits?'],
    [['run: x', 'faults: {limits: {memory: 256}}'], 'limits.memory: 256 needs a unit; write 256MB'],
  ])('%j', (lines, expected) => {
    const found = problems(...lines);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  test('alone are no reason against a load that faults can not be injected into', () => {
    expect(problems('run: x', 'rate: 5/s', 'duration: 1s', 'faults: {limits: {cpu: 1}}')).toEqual([]);
    expect(problems('run: x', 'ladder: [1, 2, 5]', 'faults: {limits: {cpu: 1}}')).toEqual([]);
  });

  test('a name that is a key of this part misleads nobody', () => {
    const text = scenario('run: x', 'faults: {wrong: 1}').replace('  s:', '  limits:');
    expect(validateConfig(text, FILE).map(({ message }) => message)).toEqual([
      expect.stringContaining('keys are'),
    ]);
  });
});

test('the JSON Schema has one map of limits or a list, with the same keys', () => {
  const schema = JSON.stringify(configJsonSchema());
  const { limits } = (
    JSON.parse(schema) as {
      properties: {
        scenarios: {
          additionalProperties: {
            properties: { faults: { properties: Record<string, { anyOf: unknown[] }> } };
          };
        };
      };
    }
  ).properties.scenarios.additionalProperties.properties.faults.properties;
  const [map, list] = limits?.anyOf as [{ properties: object }, { items: { properties: object } }];
  expect(Object.keys(map.properties)).toEqual([...LIMIT_KEYS]);
  expect(list.items).toEqual(map);
});
