import { describe, expect, test } from '@jest/globals';
import { countTurns, drawParts, hooksOfParts, openMixRunner } from '../../src/flows/mix.js';
import type { ModuleHooks } from '../../src/flows/module/runner.js';
import { type FlowEnd, type FlowRunner, type FlowStart, NEVER_BROKEN } from '../../src/flows/runner.js';

const PARTS = [
  { name: 'browse', share: 0.8 },
  { name: 'buy', share: 0.2 },
];

const drawnOf = (seed: number, count: number, parts = PARTS): readonly string[] =>
  Array.from({ length: count }, (_, index) => drawParts(parts, seed)(index + 1));

describe('the part of a flow', () => {
  test('over seeds the flows of a part spread as drawing each by itself makes them', () => {
    const flows = 1000;
    const seeds = 2000;
    const [mean, deviation] = [0.2 * flows, Math.sqrt(0.2 * 0.8 * flows)];
    const scores = Array.from({ length: seeds }, (_, seed) => {
      const buys = drawnOf(seed, flows).filter((part) => part === 'buy').length;
      return (buys - mean) / deviation;
    });
    const average = scores.reduce((sum, score) => sum + score, 0) / seeds;
    const variance = scores.reduce((sum, score) => sum + score ** 2, 0) / seeds;
    // Standard errors of the mean and the variance of so many standard normal numbers: 0.022 and 0.032.
    expect(Math.abs(average)).toBeLessThan(0.09);
    expect(Math.abs(variance - 1)).toBeLessThan(0.13);
    const beyond = scores.filter((score) => Math.abs(score) > 1.96).length / seeds;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(0.02);
  });

  test('neighbouring flows are drawn independently of each other', () => {
    const drawn = drawnOf(1, 100_000).map((part) => part === 'buy');
    const pairs = drawn.filter((isBuy, index) => isBuy && drawn[index + 1] === true).length;
    // 4% of them, with a standard error of 0.06%.
    expect(Math.abs(pairs / drawn.length - 0.04)).toBeLessThan(0.003);
  });

  test('is the same for the same seed, in whatever order it is asked for', () => {
    const partOf = drawParts(PARTS, 7);
    const forward = [1, 2, 3, 4, 5, 6, 7, 8].map(partOf);
    expect([8, 7, 6, 5, 4, 3, 2, 1].map(partOf).toReversed()).toEqual(forward);
    expect(drawnOf(7, 8)).toEqual(forward);
    expect(drawnOf(8, 50)).not.toEqual(drawnOf(7, 50));
  });

  test('is one of them where rounded shares are a little less than the whole', () => {
    const thirds = ['a', 'b', 'c'].map((name) => ({ name, share: 0.3333 }));
    const drawn = drawnOf(1, 100_000, thirds);
    expect(new Set(drawn)).toEqual(new Set(['a', 'b', 'c']));
  });

  test('counts its own flows from 1, and those of warm-up backwards from 0', () => {
    const parts: Readonly<Record<number, string>> = {
      1: 'a',
      2: 'b',
      3: 'a',
      4: 'a',
      0: 'b',
      [-1]: 'a',
      [-2]: 'b',
    };
    const turnOf = countTurns((n) => parts[n] ?? '');
    expect([4, 1, 2, 3].map(turnOf)).toEqual([3, 1, 1, 2]);
    expect([-2, 0, -1].map(turnOf)).toEqual([-1, 0, 0]);
  });
});

const start = (slot: number, part: string): FlowStart => ({
  slot,
  part,
  iteration: slot,
  token: `fg-${slot}`,
  traceparent: '',
  workspace: '',
});

/** Says in `log` what it is told; `ready` is waited for at its barrier, if it has one. */
function runnerOf(log: string[], name: string, ready?: Promise<void>): FlowRunner {
  const end: FlowEnd = { outcome: 'ok', startedAt: 0, endedAt: 1 };
  const release = (starts: readonly FlowStart[]) => {
    log.push(`${name} released ${starts.map(({ slot }) => slot).join(' ')}`);
    return starts.map(({ slot }) => Promise.resolve({ ...end, endedAt: slot }));
  };
  return {
    release,
    ...(ready === undefined ? {} : { prepare: async (starts) => ready.then(() => () => release(starts)) }),
    endAll: (reason) => void log.push(`${name} ended: ${reason}`),
    settle: () => Promise.resolve(),
    broken: NEVER_BROKEN,
    close: () => Promise.resolve(void log.push(`${name} closed`)),
  };
}

describe('the runner of a mix', () => {
  test('releases no kind of flow before the slowest is at its barrier, and gives each flow its own end', async () => {
    const log: string[] = [];
    let arrive = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const mix = openMixRunner(
      new Map([
        ['page', runnerOf(log, 'page')],
        ['script', runnerOf(log, 'script', ready)],
      ]),
    );
    const ends = mix.release([start(1, 'page'), start(2, 'script'), start(3, 'page'), start(4, 'script')]);
    await new Promise(setImmediate);
    expect(log).toEqual([]);
    arrive();
    expect((await Promise.all(ends)).map(({ endedAt }) => endedAt)).toEqual([1, 2, 3, 4]);
    expect(log).toEqual(['script released 2 4', 'page released 1 3']);
  });

  test('gives a flow alone to its part at once', () => {
    const log: string[] = [];
    const never = new Promise<void>(() => undefined);
    const mix = openMixRunner(new Map([['script', runnerOf(log, 'script', never)]]));
    void mix.release([start(3, 'script')]);
    expect(log).toEqual(['script released 3']);
  });

  test('ends and closes every part, and is broken with the first that is, by its name', async () => {
    const log: string[] = [];
    const mix = openMixRunner(
      new Map([
        ['a', runnerOf(log, 'a')],
        ['b', { ...runnerOf(log, 'b'), broken: Promise.resolve('its host died') }],
      ]),
    );
    mix.endAll('halted');
    await mix.close();
    expect(log).toEqual(['a ended: halted', 'b ended: halted', 'a closed', 'b closed']);
    expect(await mix.broken).toBe('b: its host died');
  });
});

describe('the hooks of the modules of a mix', () => {
  const hooks = (log: string[], name: string, own: Partial<ModuleHooks> = {}): ModuleHooks => {
    const say = (hook: string) => {
      log.push(`${name} ${hook}`);
      return Promise.resolve(undefined);
    };
    return {
      hooks: new Set(['setup', 'verify', 'teardown']),
      runtime: undefined,
      setup: () => say('setup'),
      verify: (run) => say(`verify ${JSON.stringify(run)}`),
      teardown: () => say('teardown'),
      ...own,
    };
  };

  test('run one after another; verify is given the flows, counts and warm-up of its part', async () => {
    const log: string[] = [];
    const both = hooksOfParts([
      { name: 'a', module: hooks(log, 'a'), warmup: 3 },
      { name: 'b', module: hooks(log, 'b', { runtime: 'Python 3.12' }), warmup: 1 },
    ]);
    expect(both.runtime).toBe('Python 3.12');
    const counts = { ok: 1, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
    const flow = { flow: 1, token: 't', outcome: 'ok', time: 5 } as const;
    const flows = [
      { ...flow, iteration: 1, part: 'b' },
      { ...flow, iteration: 2, part: 'a' },
    ];
    await both.setup();
    await both.verify({ flows, counts: { ...counts, ok: 2 }, parts: { a: counts }, warmup: 4 });
    const none = { ...counts, ok: 0 };
    expect(log).toEqual([
      'a setup',
      'b setup',
      `a verify ${JSON.stringify({ flows: [flows[1]], counts, warmup: 3 })}`,
      `b verify ${JSON.stringify({ flows: [flows[0]], counts: none, warmup: 1 })}`,
    ]);
  });

  test('an error names its part; every teardown is run in spite of it', async () => {
    const log: string[] = [];
    const broken = hooks(log, 'a', {
      setup: () => Promise.resolve({ message: 'no database' }),
      teardown: () => Promise.resolve({ message: 'stuck' }),
    });
    const both = hooksOfParts([
      { name: 'a', module: broken, warmup: 0 },
      { name: 'b', module: hooks(log, 'b'), warmup: 0 },
    ]);
    expect(await both.setup()).toEqual({ message: 'a: no database' });
    expect(await both.teardown(0)).toEqual({ message: 'a: stuck' });
    expect(log).toEqual(['b teardown']);
  });
});
