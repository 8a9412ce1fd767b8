import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import flow, { ARTICLE_FILE, setup, verify } from '../../src/demo/index.js';
import type { Desk } from '../../src/demo/shared.js';
import type { FlowContext, FlowSummary } from '../../src/flows/module/api.js';
import { messageOf } from '../../src/lib/errors.js';
import { seededRandom, seedOf } from '../../src/lib/random.js';
import { countsOf } from '../fakes/counts.js';

export interface Performance {
  readonly desk: Desk;
  readonly flows: readonly FlowSummary[];
  /** What each flow wrote, by token; a flow that wrote nothing is not in it. */
  readonly articles: ReadonlyMap<string, string>;
  /** What verify threw, undefined if it held. */
  readonly objection: string | undefined;
  /** Steps in the order in which they began, by token. */
  readonly steps: ReadonlyMap<string, readonly string[]>;
}

export interface Play {
  readonly flows: number;
  readonly seed?: number;
  readonly options?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Of single flows, by iteration; in place of `signal`. */
  readonly signalOf?: (iteration: number) => AbortSignal | undefined;
}

/** Runs the demo's flows at once, as the host does, with models that answer a thousand times as fast. */
export async function play({ flows, seed = 1, options = {}, signal, signalOf }: Play): Promise<Performance> {
  const parent = await mkdtemp(join(tmpdir(), 'demo-'));
  const all = { speed: '1000', ...options };
  const desk = setup({ shared: undefined, seed, options: all });
  const steps = new Map<string, string[]>();
  const articles = new Map<string, string>();
  const perform = async (workspace: string, iteration: number): Promise<FlowSummary> => {
    const token = tokenOf(iteration);
    steps.set(token, []);
    const ctx: FlowContext<Desk> = {
      shared: desk,
      seed,
      options: all,
      flow: iteration,
      iteration,
      token,
      workspace,
      signal: signalOf?.(iteration) ?? signal ?? new AbortController().signal,
      random: seededRandom(seedOf(seed, iteration)),
      step: async (name, body) => {
        steps.get(token)?.push(name);
        return body();
      },
      metric: () => undefined,
    };
    const summary = { flow: iteration, iteration, token, time: 0 };
    try {
      await flow(ctx);
      articles.set(token, await readFile(join(ctx.workspace, ARTICLE_FILE), 'utf8'));
      return { ...summary, outcome: 'ok' };
    } catch (thrown) {
      return { ...summary, outcome: 'failed', error: messageOf(thrown) };
    }
  };
  try {
    const folders = await Promise.all(Array.from({ length: flows }, () => mkdtemp(join(parent, 'flow-'))));
    // All leave in one synchronous loop, in order, as from the host's start barrier.
    const ended = await Promise.all(folders.map((folder, at) => perform(folder, at + 1)));
    return { desk, flows: ended, articles, steps, objection: objectionOf(desk, ended) };
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

export function tokenOf(iteration: number): string {
  return `fg-0123456789ab-${iteration}`;
}

export function objectionOf(desk: Desk, flows: readonly FlowSummary[]): string | undefined {
  try {
    verify({ shared: desk, seed: 1, options: {}, flows, counts: countsOf(flows), warmup: 0 });
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
