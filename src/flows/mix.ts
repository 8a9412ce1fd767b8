import { seededRandom, seedOf } from '../lib/random.js';
import type { MixPart } from '../model/plan.js';
import type { RunSummary } from './module/api.js';
import type { ModuleHooks } from './module/runner.js';
import type { FlowEnd, FlowRunner, FlowStart } from './runner.js';

/** Keeps the draw of the part apart from all else that is drawn for the same flow. */
const DRAW_OF_PARTS = 0x6d6978;

/**
 * Says of the n-th flow, from 1, or of a warm-up flow (0, -1 and so on) which part it is of. Each flow is drawn by itself:
 * the same for the same seed, in whatever order they are asked for.
 */
export function drawParts(
  parts: readonly Pick<MixPart, 'name' | 'share'>[],
  seed: number,
): (n: number) => string {
  const own = seedOf(seed, DRAW_OF_PARTS);
  return (n) => {
    let left = seededRandom(seedOf(own, n))();
    for (const { name, share } of parts) {
      left -= share;
      if (left < 0) return name;
    }
    // Rounded shares may be a little less than 1 in all.
    return parts.at(-1)?.name ?? '';
  };
}

/**
 * Says of the n-th flow which one of its part it is, from 1; of warm-up flows 0, -1 and so on. Remembers what it has counted:
 * a number a flow.
 */
export function countTurns(partOf: (n: number) => string): (n: number) => number {
  const forward = turnsOf((index) => partOf(index + 1));
  const backward = turnsOf((index) => partOf(-index));
  return (n) => (n >= 1 ? forward(n - 1) : 1 - backward(-n));
}

function turnsOf(partAt: (index: number) => string): (index: number) => number {
  const turns: number[] = [];
  const counts = new Map<string, number>();
  return (index) => {
    while (turns.length <= index) {
      const part = partAt(turns.length);
      const turn = (counts.get(part) ?? 0) + 1;
      counts.set(part, turn);
      turns.push(turn);
    }
    return turns[index] ?? 1;
  };
}

/** By the name of the part. */
export type PartRunners = ReadonlyMap<string, FlowRunner>;

/** Gives each flow to the runner of its part. */
export function openMixRunner(runners: PartRunners): FlowRunner {
  const all = [...runners.values()];
  const runnerOf = ({ part = '' }: FlowStart): FlowRunner => {
    const runner = runners.get(part);
    if (runner === undefined) throw new RangeError(`there is no part ${part}`);
    return runner;
  };
  return {
    release: (starts) => {
      const [only, ...others] = starts;
      if (only === undefined) return [];
      if (others.length === 0) return runnerOf(only).release(starts);
      return releaseTogether(starts, runnerOf);
    },
    endAll: (reason) => {
      for (const runner of all) runner.endAll(reason);
    },
    settle: async () => {
      await Promise.all(all.map((runner) => runner.settle()));
    },
    close: async () => {
      await Promise.all(all.map((runner) => runner.close()));
    },
    // A part that cannot go on leaves a mix that is none.
    broken: Promise.race([...runners].map(async ([name, { broken }]) => `${name}: ${await broken}`)),
  };
}

/**
 * One barrier for all kinds of flow: nobody starts before the last one is there. Then each kind is released in the same
 * turn, those who wait at a barrier of their own first: that is one write, and a request takes longer to send.
 */
function releaseTogether(
  starts: readonly FlowStart[],
  runnerOf: (start: FlowStart) => FlowRunner,
): readonly Promise<FlowEnd>[] {
  const byRunner = new Map<FlowRunner, FlowStart[]>();
  for (const start of starts) {
    const runner = runnerOf(start);
    byRunner.set(runner, [...(byRunner.get(runner) ?? []), start]);
  }
  const groups = [...byRunner].sort(
    ([one], [other]) => Number(one.prepare === undefined) - Number(other.prepare === undefined),
  );
  const ready = groups.map(async ([runner, own]) => {
    const go = (await runner.prepare?.(own)) ?? (() => runner.release(own));
    return { own, go };
  });
  const released = Promise.all(ready).then(
    (all) =>
      new Map(
        all.flatMap(({ own, go }) => {
          const ends = go();
          return own.map((start, index) => [start, ends[index] as Promise<FlowEnd>] as const);
        }),
      ),
  );
  return starts.map(async (start) => (await released).get(start) as Promise<FlowEnd>);
}

/** A part that is a module. */
export interface HookedPart {
  readonly name: string;
  readonly module: ModuleHooks;
  /** Warm-up flows of the part. */
  readonly warmup: number;
}

/**
 * The hooks of all modules of a mix, as those of one: each is run in its own host, one after another, those of teardown
 * even where one before it failed. A verify is given the flows of its part.
 */
export function hooksOfParts(parts: readonly HookedPart[]): ModuleHooks {
  const first = async (
    hook: 'setup' | 'verify',
    run: (part: HookedPart) => ReturnType<ModuleHooks['setup']>,
  ): ReturnType<ModuleHooks['setup']> => {
    for (const part of parts.filter(({ module }) => module.hooks.has(hook))) {
      const error = await run(part);
      if (error !== undefined) return named(part, error);
    }
    return undefined;
  };
  return {
    hooks: new Set(parts.flatMap(({ module }) => [...module.hooks])),
    runtime: parts.find(({ module }) => module.runtime !== undefined)?.module.runtime,
    setup: () => first('setup', ({ module }) => module.setup()),
    verify: (run) => first('verify', (part) => part.module.verify(runOfPart(part, run))),
    teardown: async (afterInterrupt) => {
      const tearing = parts
        .filter(({ module }) => module.hooks.has('teardown'))
        .map(async (part) => {
          const error = await part.module.teardown(afterInterrupt);
          return error && named(part, error);
        });
      return (await Promise.all(tearing)).find((error) => error !== undefined);
    },
  };
}

function named<T extends { readonly message: string }>({ name }: HookedPart, error: T): T {
  return { ...error, message: `${name}: ${error.message}` };
}

const NONE = { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 0 };

function runOfPart({ name, warmup }: HookedPart, { flows, parts = {} }: RunSummary): RunSummary {
  return { flows: flows.filter(({ part }) => part === name), counts: parts[name] ?? NONE, warmup };
}
