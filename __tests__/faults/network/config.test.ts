import { describe, expect, test } from '@jest/globals';
import { formatPath } from '../../../src/config/file.js';
import { parseYaml } from '../../../src/config/yaml.js';
import { networkFaults } from '../../../src/faults/network/config.js';
import type { NetworkFaultPlan } from '../../../src/model/network-fault.js';

const ENTRY = 'listen: 15432, upstream: "127.0.0.1:5432"';

function read(value: string) {
  const source = parseYaml(`network: ${value}`, 'f.yml');
  return { source, parsed: networkFaults.safeParse((source.value as { network: unknown }).network) };
}

function plans(value: string): readonly NetworkFaultPlan[] {
  const { parsed } = read(value);
  expect(parsed.error?.issues).toBeUndefined();
  return parsed.data ?? [];
}

/** As the config's reader says them: where, and then what. */
function problems(value: string): string[] {
  const { source, parsed } = read(value);
  return (parsed.error?.issues ?? []).flatMap((issue) => {
    const path = ['network', ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
    const { column } = source.locate(path);
    return issue.message.split('\n').map((message) => `${column}: ${formatPath(path)}: ${message}`);
  });
}

describe('an entry', () => {
  test('of the design, whole', () => {
    expect(plans(`[{${ENTRY}, latency: 200ms±50ms, reset: 5%, bandwidth: 1MB/s, down: 2s..4s}]`)).toEqual([
      {
        listen: { host: '127.0.0.1', port: 15432 },
        upstream: { host: '127.0.0.1', port: 5432 },
        toxics: [
          {
            kind: 'latency',
            mean: 200,
            jitter: 50,
            direction: 'downstream',
            probability: 1,
          },
          { kind: 'bandwidth', rate: 1e6, direction: 'both', probability: 1 },
          { kind: 'reset', after: 0, probability: 0.05 },
        ],
        outages: [{ kind: 'down', during: [{ from: 2000, to: 4000 }] }],
      },
    ]);
  });

  test('in the long forms, and in stages', () => {
    const [plan] = plans(
      '[{listen: "0.0.0.0:15432", upstream: "[::1]:5432",' +
        'latency: [{mean: 100ms, during: 0s..10s}, {mean: 300ms, jitter: 20ms, direction: both, probability: 20%, during: [10s..20s, 30s..]}],' +
        'bandwidth: {rate: 500KiB/s, direction: upstream}, reset: {probability: 0.1, after: 50ms},' +
        'blackhole: {probability: 5%, during: ..3s}, slow_close: {delay: 1s}, refuse: true, down: [1s..2s, 3s..4s]}]',
    );
    expect(plan?.listen).toEqual({ host: '0.0.0.0', port: 15432 });
    expect(plan?.upstream).toEqual({ host: '::1', port: 5432 });
    expect(plan?.toxics).toMatchObject([
      { kind: 'latency', mean: 100, probability: 1, during: [{ from: 0, to: 10_000 }] },
      {
        kind: 'latency',
        mean: 300,
        jitter: 20,
        direction: 'both',
        probability: 0.2,
        during: [{ from: 10_000, to: 20_000 }, { from: 30_000 }],
      },
      { kind: 'bandwidth', rate: 512_000, direction: 'upstream' },
      { kind: 'reset', probability: 0.1, after: 50 },
      { kind: 'blackhole', probability: 0.05, during: [{ from: 0, to: 3000 }] },
      { kind: 'slow_close', delay: 1000, direction: 'downstream' },
    ]);
    expect(plan?.outages).toEqual([
      { kind: 'refuse', during: [{ from: 0 }] },
      {
        kind: 'down',
        during: [
          { from: 1000, to: 2000 },
          { from: 3000, to: 4000 },
        ],
      },
    ]);
  });

  test.each([
    ['latency: 200ms+-50ms', { mean: 200, jitter: 50 }],
    ['latency: 200ms +/- 50ms', { mean: 200, jitter: 50 }],
    ['latency: 1m30s', { mean: 90_000, jitter: 0 }],
    ['latency: {mean: 5ms, jitter: 0}', { mean: 5, jitter: 0 }],
    ['blackhole: true', { kind: 'blackhole', probability: 1 }],
    ['blackhole: 0.25', { kind: 'blackhole', probability: 0.25 }],
    ['reset: true', { kind: 'reset', probability: 1, after: 0 }],
    ['bandwidth: 60MB/min', { rate: 1e6 }],
    ['slow_close: 500ms', { delay: 500 }],
  ])('%s', (written, toxic) => {
    expect(plans(`[{${ENTRY}, ${written}}]`)[0]?.toxics).toMatchObject([toxic]);
  });
});

describe('what is wrong with it', () => {
  test.each([
    ['{a: 1}', '1: network: must be a list such as [{listen: 15432,'],
    ['[]', '1: network: is empty; list a proxy, or remove the key'],
    ['[15432]', 'network[0]: must be a map such as {listen: 15432'],
    [
      `[{${ENTRY}}]`,
      'network[0]: does nothing; give it a fault, such as latency: 200ms; faults are latency,',
    ],
    [
      '[{upstream: "a:1", reset: 5%}]',
      'network[0].listen: must be a port such as 15432, or HOST:PORT, not nothing',
    ],
    [
      '[{listen: 70000, upstream: "a:1", reset: 5%}]',
      '20: network[0].listen: a port is 1 to 65535, not 70000',
    ],
    [
      '[{listen: a, upstream: "a:1", reset: 5%}]',
      'network[0].listen: a is no HOST:PORT; write it as 127.0.0.1:5432',
    ],
    [
      '[{listen: 1, upstream: 5432, reset: 5%}]',
      'upstream: 5432 is no HOST:PORT; write it as 127.0.0.1:5432',
    ],
    ['[{listen: 1, upstream: "a:0", reset: 5%}]', 'network[0].upstream: a:0: a port is 1 to 65535'],
    [
      '[{listen: 9, upstream: "127.0.0.1:9", reset: 5%}]',
      'upstream: is where it listens itself; listen on another',
    ],
    [
      `[{${ENTRY}, reset: 5%}, {${ENTRY}, reset: 5%}]`,
      '[1].listen: 127.0.0.1:15432 is where network[0] listens',
    ],
    [`[{${ENTRY}, latencyy: 200ms}]`, 'network[0]: there is no key latencyy; did you mean latency?'],
    [`[{${ENTRY}, slow-close: 1s}]`, 'there is no key slow-close; did you mean slow_close?'],
    [
      `[{${ENTRY}, latency: {men: 5ms, mean: 5ms}}]`,
      'network[0].latency: there is no key men; did you mean mean?',
    ],
    [
      `[{${ENTRY}, latency: [{mean: 1s}, {mean: 1s, x: 1}]}]`,
      'latency[1]: there is no key x; keys are mean, jitter,',
    ],
    [`[{${ENTRY}, latency: 200}]`, 'network[0].latency: 200 needs a unit: write 200s or 200ms'],
    [`[{${ENTRY}, latency: 0ms}]`, 'latency: 0ms delays nothing; write 200ms or 200ms±50ms'],
    [`[{${ENTRY}, latency: {mean: 0}}]`, 'latency.mean: delays nothing; write more than 0'],
    [`[{${ENTRY}, latency: {jitter: 5ms}}]`, 'latency.mean: must be a time such as 500ms, not nothing'],
    [`[{${ENTRY}, latency: 5ms±9ms}]`, 'latency: has a jitter of 9 ms, more than its mean of 5 ms'],
    [`[{${ENTRY}, latency: 5ms±1ms±1ms}]`, 'latency: 5ms±1ms±1ms has more than one ±'],
    [
      `[{${ENTRY}, latency: true}]`,
      'latency: must be 200ms±50ms or {mean: 200ms, jitter: 50ms, probability: 20%}, not true',
    ],
    [`[{${ENTRY}, latency: []}]`, 'latency: is empty; write 200ms±50ms'],
    [
      `[{${ENTRY}, latency: {mean: 5ms, distribution: normal}}]`,
      'latency: there is no key distribution: delays are spread evenly from mean − jitter to mean + jitter; leave it out',
    ],
    [`[{${ENTRY}, bandwidth: 1MB}]`, 'bandwidth: 1MB is a size; write it per time: 1MB/s'],
    [`[{${ENTRY}, bandwidth: 8Mbit/s}]`, 'bandwidth: 8Mbit/s is in bits; write bytes: 1MB/s'],
    [`[{${ENTRY}, bandwidth: 0MB/s}]`, 'bandwidth: 0MB/s lets nothing pass; write 1B/s at least'],
    [`[{${ENTRY}, bandwidth: 1mb/s}]`, 'bandwidth: there is no unit mb/s; did you mean MB/s?'],
    [`[{${ENTRY}, bandwidth: 5%}]`, 'bandwidth: 5% is no bandwidth; write it as 1MB/s or 500KB/s'],
    [`[{${ENTRY}, reset: 5}]`, 'reset: 5 is more than all; did you mean 5%?'],
    [`[{${ENTRY}, reset: 500%}]`, 'reset: 500% is more than all; a share is at most 100%'],
    [`[{${ENTRY}, reset: 0%}]`, 'reset: 0% of the connections are none'],
    [`[{${ENTRY}, reset: 5ms}]`, 'reset: 5ms is no share; write it as 5% or 0.05'],
    [`[{${ENTRY}, reset: {probability: 5%, during: 4s..2s}}]`, 'reset.during: 4s..2s ends before it begins'],
    [
      `[{${ENTRY}, reset: {during: [1s..2s, 3s]}}]`,
      'reset.during[1]: 3s is no span of time; write it as 2s..4s',
    ],
    [`[{${ENTRY}, reset: {during: []}}]`, 'reset.during: is empty; write 2s..4s'],
    [`[{${ENTRY}, refuse: 20%}]`, 'refuse: 20%: a share of the connections can not be refused'],
    [
      `[{${ENTRY}, refuse: false}]`,
      'refuse: must be true, a span of time such as 2s..4s, or a list of them, not false',
    ],
    [`[{${ENTRY}, down: true}]`, 'down: must be a span of time such as 2s..4s, or a list of them, not true'],
    [`[{${ENTRY}, down: 2s..4x}]`, 'down: 4x: there is no unit of time x'],
    [`[{${ENTRY}, down: [1s..2s, 2s]}]`, 'down[1]: 2s is no span of time'],
    [`[{${ENTRY}, slow_close: 0s}]`, 'slow_close: delays nothing; write more than 0'],
  ])('%s', (value, message) => {
    const found = problems(value);
    expect(found).toEqual([expect.stringContaining(message)]);
  });

  test('is said all at once', () => {
    const found = problems(
      `[{listen: x, upstream: y, latency: 5, reset: 5, down: z}, {${ENTRY}, bandwidth: 1}]`,
    );
    expect(found.map((problem) => problem.split(': ')[1])).toEqual([
      'network[0].listen',
      'network[0].upstream',
      'network[0].latency',
      'network[0].reset',
      'network[0].down',
      'network[1].bandwidth',
    ]);
  });
});
