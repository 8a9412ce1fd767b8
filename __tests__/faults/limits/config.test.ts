import { describe, expect, test } from '@jest/globals';
import { configJsonSchema } from '../../../src/config/json-schema.js';
import { makePlan, validateConfig } from '../../../src/config/plan.js';
import { limits, planLimits } from '../../../src/faults/limits/config.js';
import { formatProblem } from '../../../src/lib/errors.js';
import { fakeFiles } from '../../fakes/files.js';

const plansOf = (value: unknown) => planLimits(limits.parse(value), { http: false, services: true });

function messagesOf(value: unknown): readonly string[] {
  const scenario = { run: 'x', service: 'y', faults: { limits: value } };
  const text = JSON.stringify({ version: 1, scenarios: { s: scenario } });
  return validateConfig(text, 'f.yml').map(({ where = '', message }) => {
    const path = where.replace('scenarios.s.faults.', '').replace(/\[(\d)\]/g, '.$1');
    return `${path}: ${message}`;
  });
}

describe('faults.limits', () => {
  test('a map without `of` limits each flow and each service', () => {
    const resources = { memory: 256e6, cpu: 0.5, processes: 64, files: 256 };
    expect(plansOf({ memory: '256MB', cpu: 0.5, processes: 64, files: 256 })).toEqual([
      { of: 'flow', ...resources },
      { of: 'service', ...resources },
    ]);
  });

  test('a list has a map for each of them', () => {
    const list = [
      { of: 'flows', memory: '1GiB' },
      { of: 'flow', cpu: '50%' },
      { of: 'service', files: 1024 },
    ];
    expect(plansOf(list)).toEqual([
      { of: 'flows', memory: 2 ** 30 },
      { of: 'flow', cpu: 0.5 },
      { of: 'service', files: 1024 },
    ]);
  });

  test.each([
    [0.5, 0.5],
    ['0.5', 0.5],
    [2, 2],
    ['150%', 1.5],
    ['7%', 0.07],
  ])('cpu: %p is %p cores', (written, cores) => {
    expect(plansOf({ of: 'flow', cpu: written })).toEqual([{ of: 'flow', cpu: cores }]);
  });

  test.each([
    [null, 'limits: must be a map such as {memory: 256MB, cpu: 0.5}, or a list of them, not nothing'],
    [[], 'limits: is empty; write a map such as {memory: 256MB, cpu: 0.5}'],
    [{}, 'limits: limits nothing; set memory, cpu, processes or files'],
    [{ of: 'flow' }, 'limits: limits nothing; set memory, cpu, processes or files'],
    [{ memory: 256 }, 'limits.memory: 256 needs a unit; write 256MB'],
    [{ memory: '256' }, 'limits.memory: memory is a size; 256 needs a unit: write 256MB or 256KB'],
    [{ memory: '5s' }, 'limits.memory: memory is a size; 5s is a time; write it as 500MB or 2GiB'],
    [{ memory: '1KB' }, 'limits.memory: 1KB is less than any program needs to start; write 1MB or more'],
    [{ cpu: '5MB' }, 'limits.cpu: is a number of cores; 5MB is none; write 0.5, or 50% of one core'],
    [{ cpu: 0 }, 'limits.cpu: 0 is less than the kernel can give; write 0.01 or more'],
    [{ cpu: -1 }, 'limits.cpu: -1 is negative; a limit is 0 or more'],
    [{ cpu: true }, 'limits.cpu: must be a number of cores such as 0.5, or 50% of one, not true'],
    [{ processes: 0 }, 'limits.processes: must be a whole number from 1 up, not 0'],
    [
      { files: '256' },
      'limits.files: must be a whole number from 16 up, not "256"; write it without quotation marks',
    ],
    [{ of: 'all', files: 64 }, 'limits.of: must be one of flow, flows, service, not "all"'],
    [
      [{ memory: '1GB' }, { of: 'service', memory: '2GB' }],
      'limits.1: limits each service, as entry 1 does; join the two',
    ],
  ])('%j is refused', (value, message) => {
    expect(messagesOf(value)).toEqual([message]);
  });

  test('everything that is wrong is said at once, with its place', () => {
    expect(messagesOf([{ memory: 'much', cpu: 'all' }, { flies: 3 }])).toEqual([
      'limits.0.memory: much is no number; write a number and a unit',
      'limits.0.cpu: all is no number; write a number and a unit',
      expect.stringMatching(/^limits\.1: .*flies/),
    ]);
  });
});

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
      waves: [],
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
  expect(Object.keys(map.properties)).toEqual(['of', 'memory', 'cpu', 'processes', 'files']);
  expect(list.items).toEqual(map);
});
