import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { drawnWaves } from '../../src/faults/config.js';
import type { FaultsPlan } from '../../src/model/faults.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';

const scenario = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

/** Every problem as it is shown, without the file's name. */
function problems(...lines: string[]): string[] {
  return validateConfig(scenario(...lines), FILE).map((problem) =>
    formatProblem(problem).replace(`${FILE}:`, ''),
  );
}

async function faultsIn(line: string, inputs: Inputs = {}): Promise<FaultsPlan | undefined> {
  const files = fakeFiles({ [`/repo/${FILE}`]: scenario('run: x', 'seed: 7', line) });
  const plan = await makePlan(inputs, { files, workspace: '/repo' });
  return plan.scenarios[0]?.faults;
}

describe('a plan of faults', () => {
  test('takes what is left out from the defaults, and the seed from the scenario', async () => {
    expect(await faultsIn('faults: {kill: {share: 10%}}')).toEqual({
      seed: 7,
      kill: { share: 0.1, after: { from: 100, to: 1000 }, signal: 'SIGKILL' },
      waves: drawnWaves(5, 7),
    });
  });

  test('says all of it', async () => {
    const line =
      'faults: {seed: 42, rounds: 3, kill: {share: 0.5, after: 1s..2s, signal: SIGTERM}, ' +
      'network: [{listen: 15432, upstream: "127.0.0.1:5432", reset: 5%}]}';
    expect(await faultsIn(line)).toMatchObject({
      seed: 42,
      waves: drawnWaves(3, 42),
      kill: { share: 0.5, after: { from: 1000, to: 2000 }, signal: 'SIGTERM' },
      network: [{ listen: { port: 15432 }, toxics: [{ kind: 'reset', probability: 0.05 }] }],
    });
  });

  test('kills all after one time', async () => {
    expect((await faultsIn('faults: {kill: {share: 100%, after: 500ms}}'))?.kill?.after).toEqual({
      from: 500,
      to: 500,
    });
  });

  test('follows the seed of the inputs', async () => {
    expect((await faultsIn('faults: {kill: {share: 10%}}', { seed: '9' }))?.seed).toBe(9);
  });

  test('is none where there is none', async () => {
    expect(await faultsIn('warmup: 0')).toBeUndefined();
  });
});

describe('the order of the waves', () => {
  const key = (rounds: number, seed: number): string =>
    drawnWaves(rounds, seed)
      .map((kind) => (kind === 'clean' ? 'C' : 'F'))
      .join('');

  test('begins with clean ones and one with faults; what follows is drawn', () => {
    for (const rounds of [1, 5, 20]) {
      const order = key(rounds, 3);
      const [ahead, lot] = [order.slice(0, rounds + 1), order.slice(rounds + 1)];
      expect(ahead).toBe(`${'C'.repeat(rounds)}F`);
      expect(lot).toHaveLength(2 * rounds + 1);
      expect(lot.replaceAll('C', '')).toHaveLength(rounds);
    }
  });

  test('is the same for the same seed', () => {
    expect(key(5, 1)).toBe('CCCCCFCCFFCFCFCCF');
    expect(key(5, 2)).not.toBe(key(5, 1));
  });

  test('is any of the possible ones with equal chance', () => {
    const seeds = 10_000;
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const order = key(2, seed);
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const expected = seeds / 10;
    const chiSquared = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(counts.size).toBe(10);
    // The 99.9% point of chi-squared with nine degrees of freedom.
    expect(chiSquared).toBeLessThan(27.88);
  });

  test('is none where nothing is injected wave by wave', async () => {
    expect((await faultsIn('faults: {limits: {memory: 256MB}}'))?.waves).toEqual([]);
  });
});

describe('a dependency that is a service', () => {
  const upstream = (text: string): string =>
    `faults: {network: [{listen: 15432, upstream: "${text}", reset: 5%}]}`;

  test.each([
    ['127.0.0.1:{{port}}', 'service: x', { host: '127.0.0.1', upstreamPort: '{{port}}' }],
    [
      '127.0.0.1:{{ port.db }}',
      'services: {db: x, app: y}',
      { host: '127.0.0.1', upstreamPort: '{{port.db}}' },
    ],
    ['[::1]:{{port}}', 'services: {db: x}', { host: '::1', upstreamPort: '{{port}}' }],
  ])('%s with %s has its port once it is chosen', async (text, services, { host, upstreamPort }) => {
    const files = fakeFiles({ [`/repo/${FILE}`]: scenario('run: x', services, upstream(text)) });
    const plan = await makePlan({}, { files, workspace: '/repo' });
    expect(plan.scenarios[0]?.faults?.network).toEqual([
      expect.objectContaining({ upstream: { host, port: 0 }, upstreamPort }),
    ]);
  });

  test.each([
    [
      'warmup: 0',
      '127.0.0.1:{{port}}',
      '6:61: scenarios.s.faults.network[0].upstream: {{port}} is the port of a service, and there is none; add one under service',
    ],
    [
      'services: {db: x, app: y}',
      '127.0.0.1:{{port}}',
      '6:61: scenarios.s.faults.network[0].upstream: {{port}} could be that of db or app; write {{port.db}}',
    ],
    [
      'service: x',
      '127.0.0.1:{{prot}}',
      '6:61: scenarios.s.faults.network[0].upstream: there is no placeholder {{prot}}; did you mean {{port}}?',
    ],
    [
      'service: x',
      '{{port}}',
      '6:50: scenarios.s.faults.network[0].upstream: {{port}} is no HOST:PORT; write it as 127.0.0.1:{{port}}',
    ],
    [
      'service: x',
      '127.0.0.1:5{{port}}',
      '6:50: scenarios.s.faults.network[0].upstream: 127.0.0.1:5{{port}} is no HOST:PORT; write it as 127.0.0.1:{{port}}',
    ],
    [
      'service: x',
      '127.0.0.1:{{port}}/db',
      '6:50: scenarios.s.faults.network[0].upstream: 127.0.0.1:{{port}}/db is no HOST:PORT; write it as 127.0.0.1:{{port}}',
    ],
  ])('with %s, %s is an error', (services, text, expected) => {
    expect(problems('run: x', services, upstream(text))).toEqual([expected]);
  });

  test('where the proxy listens has no placeholder', () => {
    const line = 'faults: {network: [{listen: "{{port}}", upstream: "127.0.0.1:{{port}}", reset: 5%}]}';
    expect(problems('run: x', 'service: x', line)).toEqual([
      expect.stringContaining('listen: {{port}} is no HOST:PORT; write'),
    ]);
  });
});

describe('what is wrong with it', () => {
  test.each([
    ['faults: 3', 'scenarios.s.faults: must be a map such as {kill: {share: 10%}}, not 3'],
    [
      'faults: {seed: 3}',
      'scenarios.s.faults: injects nothing; give it kill, network or limits, or remove the key',
    ],
    ['faults: {kil: {share: 10%}}', 'scenarios.s.faults: there is no key kil; did you mean kill?'],
    [
      'faults: {kill: {}}',
      'scenarios.s.faults.kill.share: must be a share of the flows such as 10%, not nothing',
    ],
    [
      'faults: {kill: {share: 0%}}',
      'scenarios.s.faults.kill.share: 0% of the flows are none; write more than 0, or leave it out',
    ],
    ['faults: {kill: {share: 10}}', 'scenarios.s.faults.kill.share: 10 is more than all; did you mean 10%?'],
    [
      'faults: {kill: {share: 10%, after: 2s..1s}}',
      'scenarios.s.faults.kill.after: 2s..1s ends before it begins; write the earlier time first, as in 100ms..1s',
    ],
    [
      'faults: {kill: {share: 10%, after: 1s..}}',
      'scenarios.s.faults.kill.after: 1s.. has no two ends; write it as 100ms..1s, or 500ms for all',
    ],
    [
      'faults: {kill: {share: 10%, signal: KILL}}',
      'scenarios.s.faults.kill.signal: must be one of SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, not "KILL"',
    ],
    [
      'faults: {kill: {share: 10%, when: 1s}}',
      'scenarios.s.faults.kill: there is no key when; keys are share, after, signal',
    ],
    [
      'faults: {network: [{listen: 1, upstream: "a:2", latencie: 3ms}]}',
      'scenarios.s.faults.network[0]: there is no key latencie; did you mean latency?',
    ],
    [
      'faults: {kill: {share: 10%}, rounds: 0}',
      'scenarios.s.faults.rounds: must be a whole number from 1 up, not 0',
    ],
  ])('%s', (line, expected) => {
    const found = problems('run: x', line);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  test('a module with isolate: thread has neither a process nor a signal to be killed by', () => {
    expect(problems('module: x', 'isolate: thread', 'faults: {kill: {share: 10%}}')).toEqual([
      '6:14: scenarios.s.faults.kill: kills a flow by its process, or by aborting its signal where all flows share one, and isolate: thread has neither; write isolate: process, or none',
    ]);
  });

  test('a module with a process for each flow has, and one that shares a process is aborted', () => {
    expect(problems('module: x', 'isolate: process', 'faults: {kill: {share: 10%}}')).toEqual([]);
    expect(problems('module: x', 'faults: {kill: {share: 10%}}')).toEqual([]);
    expect(problems('module: x', 'faults: {kill: {share: 10%, signal: SIGTERM}}')).toEqual([
      expect.stringContaining('a module flow that shares one is aborted: leave it out'),
    ]);
  });

  test('an HTTP flow is sent no signal', () => {
    const found = problems('http: "http://a/"', 'faults: {kill: {share: 10%, signal: SIGTERM}}');
    expect(found).toEqual([expect.stringContaining('of an HTTP flow the connection is reset: leave it out')]);
  });

  test.each([
    ['ladder: [1, 2]', 'ladder and faults are given'],
    ['stages: [{flows: 1, for: 1s}]', 'stages and faults are given'],
    ['rate: 5/s', 'rate and faults are given'],
  ])('%s is no load of waves', (load, expected) => {
    const found = problems('run: x', load, ...(load.startsWith('rate') ? ['duration: 1s'] : []), KILL);
    expect(found).toEqual([expect.stringContaining(expected)]);
    expect(found[0]).toContain('waves of one closed load');
  });

  test('nor is a rate in the inputs', async () => {
    await expect(faultsIn(KILL, { rate: '5/s', duration: '1s' })).rejects.toThrow(
      's has faults, which come in waves of one closed load; leave the rate out',
    );
  });
});

const KILL = 'faults: {kill: {share: 10%}}';
