import { describe, expect, test } from '@jest/globals';
import { Exchange } from '../../src/faults/network/connection.js';
import { drawDelay, Fifo, isWithin, nextEdge, toxicsMet } from '../../src/faults/network/lane.js';
import { NetworkLog } from '../../src/faults/network/log.js';
import { seededRandom } from '../../src/lib/random.js';
import type { Latency, NetworkFault, Toxic } from '../../src/model/network-fault.js';

const latency: Latency = {
  kind: 'latency',
  mean: 200,
  jitter: 50,
  direction: 'downstream',
  probability: 1,
};

describe('a delay', () => {
  const draw = (more: Partial<Latency>): number[] => {
    const random = seededRandom(7);
    return Array.from({ length: 100_000 }, () => drawDelay({ ...latency, ...more }, random));
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: readonly number[]) => {
    const centre = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  };

  test.each([50, 200])('200 ms ± %d ms has the mean that was asked, and is never negative', (jitter) => {
    const delays = draw({ jitter });
    // The standard error of 100,000 draws with a deviation of at most 200 ÷ √3 is 0.37.
    expect(Math.abs(mean(delays) - 200)).toBeLessThan(1.5);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  });

  test('is spread evenly, with jitter as half the width', () => {
    const delays = draw({});
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(150);
    expect(Math.max(...delays)).toBeLessThanOrEqual(250);
    // Width ÷ √12.
    expect(deviation(delays)).toBeCloseTo(100 / Math.sqrt(12), 0);
  });

  test('without jitter is what was asked', () => {
    expect(drawDelay({ ...latency, jitter: 0 }, seededRandom(1))).toBe(200);
  });
});

describe('what a connection meets', () => {
  const reset: Toxic = { kind: 'reset', after: 0, probability: 0.05 };
  const plan = { toxics: [{ ...latency, probability: 0.2 }, reset] };
  const hits = (seed: number, kind: Toxic['kind'], of = plan): number[] =>
    Array.from({ length: 10_000 }, (_, index) => index + 1).filter((connection) =>
      toxicsMet(of, seed, connection).some(({ toxic }) => toxic.kind === kind),
    );

  test('is the share that was asked, of seeds one beside the other too', () => {
    for (const seed of [1, 2, 3, 42]) {
      // Four standard deviations of the binomial: 4·√(10,000·0.2·0.8) = 160, and 87 of 0.05.
      expect(Math.abs(hits(seed, 'latency').length - 2000)).toBeLessThan(160);
      expect(Math.abs(hits(seed, 'reset').length - 500)).toBeLessThan(87);
    }
  });

  test('is the same for the same seed and connection, and another for another seed', () => {
    expect(hits(42, 'reset')).toEqual(hits(42, 'reset'));
    expect(hits(42, 'reset')).not.toEqual(hits(43, 'reset'));
    const delays = (seed: number) =>
      Array.from({ length: 200 }, (_, index) =>
        toxicsMet(plan, seed, index).map(({ random }) => drawDelay(latency, random)),
      );
    expect(delays(42)).toEqual(delays(42));
    expect(delays(42)).not.toEqual(delays(43));
  });

  test('one toxic does not depend on how probable another is', () => {
    const other = { toxics: [{ ...latency, probability: 0.9 }, reset] };
    expect(hits(42, 'reset', other)).toEqual(hits(42, 'reset'));
  });
});

test('windows begin with their first instant and end before their last', () => {
  const windows = [{ from: 10, to: 20 }, { from: 30 }];
  expect([9, 10, 19, 20, 30, 1e9].map((at) => isWithin(windows, at))).toEqual([
    false,
    true,
    true,
    false,
    true,
    true,
  ]);
  expect([0, 10, 19, 20, 30].map((at) => nextEdge(windows, at))).toEqual([10, 20, 20, 30, undefined]);
  expect(isWithin(undefined, 5)).toBe(true);
  expect(nextEdge(undefined, 5)).toBeUndefined();
});

describe('the log', () => {
  const fault = (at: number): NetworkFault => ({ kind: 'reset', listen: 'l', upstream: 'u', at });

  test('keeps the first ones and counts all', () => {
    const log = new NetworkLog(2);
    for (let at = 0; at < 5; at += 1) log.add(fault(at), at < 3);
    log.note('odd');
    log.note('twice');
    log.note('twice');
    const report = log.report();
    expect(report.faults.map(({ at }) => at)).toEqual([0, 1]);
    expect(report.counts).toEqual({ reset: { times: 5, connections: 3 } });
    expect(report.notes).toEqual(['odd', 'twice (2 times)']);
  });
});

describe('whose exchange it is', () => {
  const TOKEN = 'fg-0123456789ab-17';
  const tokenOf = (look: (exchange: Exchange) => void): string | undefined => {
    const exchange = new Exchange();
    const before: NetworkFault & { token?: string } = { kind: 'latency', listen: '', upstream: '', at: 0 };
    exchange.add(before);
    look(exchange);
    const after: NetworkFault & { token?: string } = { kind: 'reset', listen: '', upstream: '', at: 0 };
    exchange.add(after);
    expect(after.token).toBe(before.token);
    return before.token;
  };

  test('is told by a canary in what either side says, of binary bytes too', () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 102, 103, 45]), Buffer.from(` ${TOKEN}\0`)]);
    expect(
      tokenOf((exchange) => {
        exchange.look('client', bytes);
      }),
    ).toBe(TOKEN);
    expect(
      tokenOf((exchange) => {
        exchange.look('upstream', bytes);
      }),
    ).toBe(TOKEN);
    expect(
      tokenOf((exchange) => {
        exchange.look('client', Buffer.from('fg-nothing'));
      }),
    ).toBeUndefined();
  });

  test('a canary that a chunk cuts in two is not taken for another', () => {
    for (let cut = 1; cut < TOKEN.length; cut += 1) {
      const found = tokenOf((exchange) => {
        exchange.look('client', Buffer.from(`x=${TOKEN.slice(0, cut)}`));
        exchange.look('client', Buffer.from(`${TOKEN.slice(cut)} `));
      });
      expect(found).toBe(TOKEN);
    }
  });

  test('what the client says counts more than what it is answered', () => {
    const other = 'fg-0123456789ab-99';
    expect(
      tokenOf((exchange) => {
        exchange.look('client', Buffer.from(TOKEN));
        exchange.look('upstream', Buffer.from(`seen before: ${other}`));
      }),
    ).toBe(TOKEN);
  });

  test('it is looked for in the beginning only', () => {
    const late = tokenOf((exchange) => {
      exchange.look('client', Buffer.alloc(10_000));
      exchange.look('client', Buffer.from(TOKEN));
    });
    expect(late).toBeUndefined();
  });
});

test('a fifo gives back what it was given, in order, however it is interleaved', () => {
  const fifo = new Fifo<number>();
  const random = seededRandom(3);
  const taken: number[] = [];
  let next = 0;
  for (let step = 0; step < 10_000; step += 1) {
    if (random() < 0.55) {
      fifo.push(next);
      next += 1;
    } else if (fifo.first !== undefined) {
      taken.push(fifo.first);
      fifo.shift();
    }
  }
  while (fifo.first !== undefined) {
    taken.push(fifo.first);
    fifo.shift();
  }
  expect(taken).toEqual(Array.from({ length: next }, (_, index) => index));
});
