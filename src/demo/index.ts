import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FlowContext, ModuleContext, VerifyContext } from '../flows/module/api.js';
import { assign, type Assignment, type Crew, givesUp } from './assignment.js';
import { recount } from './recount.js';
import { type Desk, type Line, openDesk } from './shared.js';
import {
  draftParagraph,
  type Page,
  PARAGRAPHS,
  polish,
  search,
  SEARCHES,
  sentenceLimit,
  takeNotes,
  words,
} from './writing.js';

export { BUGS, BUG_MEANINGS } from './bugs.js';
export type { Bug } from './bugs.js';

/** The file that each flow writes into its workspace. */
export const ARTICLE_FILE = 'article.md';

type Context = FlowContext<Desk>;

/** An answer of a crew's model and the crew's own work on it. */
interface Turn<T> {
  readonly crew: Crew;
  /** Share of the crew's time. */
  readonly share: number;
  readonly work: () => T;
}

/** What the flows share: collector, alerts, quality gate and the connection to the model. */
export function setup(ctx: ModuleContext): Desk {
  return openDesk(ctx.options);
}

/** One article, written by five crews. Rejects if a model gives up or the signal is aborted. */
export default async function flow(ctx: Context): Promise<void> {
  const { collector, alerts, sessions } = ctx.shared;
  await collector.started();
  const leave = await sessions.enter(ctx.flow);
  try {
    await misbehave(ctx);
    await publish(ctx, await write(ctx, jobOf(ctx)));
  } catch (thrown) {
    alerts.raise('flow failed', ctx.token);
    await collector.failed();
    if (ctx.shared.bug === 'stuck' && ctx.signal.aborted) await never();
    throw thrown;
  } finally {
    leave();
  }
}

/** With the bug `stuck` a flow that was aborted neither ends nor leaves. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Throws an Error that lists everything that does not add up. */
export function verify(ctx: VerifyContext<Desk>): void {
  const { collector, alerts, gate } = ctx.shared;
  const found = recount({
    snapshot: collector.snapshot(),
    alerts,
    reviewed: gate.reviewed(),
    flows: ctx.flows,
    counts: ctx.counts,
    warmup: ctx.warmup,
  });
  if (found.length > 0) {
    throw new Error(found.join('; '));
  }
}

/** What a flow has to do, and the line on which it asks the model. */
interface Job extends Assignment {
  readonly line: Line;
}

function jobOf(ctx: Context): Job {
  const assignment = assign(() => ctx.random(), {
    speed: ctx.shared.speed,
    fails: givesUp(ctx.seed, ctx.iteration),
  });
  return { ...assignment, line: ctx.shared.model.open() };
}

async function write(ctx: Context, job: Job): Promise<string> {
  const { subject } = job;
  const random = (): number => ctx.random();
  const turn = <T>(crew: Crew, work: () => T, share = 1): Promise<T> =>
    takeTurn(ctx, job, { crew, share, work });

  const notes = await ctx.step('research', async () => {
    const find = (): readonly Page[] => search(subject, random, ctx.shared.speed);
    const finds = await inParts(SEARCHES, (share) => turn('research', find, share));
    return takeNotes(finds.flat(), subject);
  });
  const limit = await ctx.step('audience', () => turn('audience', () => sentenceLimit(notes)));
  const draft = await ctx.step('draft', () =>
    inParts(PARAGRAPHS, (share) => turn('draft', () => draftParagraph(subject, notes, random), share)),
  );
  const text = await ctx.step('style', () => turn('style', () => polish(draft, notes, limit)));
  const article = `# ${titled(subject)}\n\n${text}\n\nWritten for: ${bylineOf(ctx)}\n`;
  await ctx.step('quality', () =>
    turn('quality', () => {
      review(ctx, article);
    }),
  );
  return article;
}

/** One part after another, each a share of its crew's time. */
async function inParts<T>(count: number, part: (share: number) => Promise<T>): Promise<readonly T[]> {
  const parts: T[] = [];
  while (parts.length < count) {
    parts.push(await part(1 / count));
  }
  return parts;
}

async function takeTurn<T>(ctx: Context, job: Job, turn: Turn<T>): Promise<T> {
  const { collector } = ctx.shared;
  const { crew, share, work } = turn;
  const latency = job.latency[crew] * share;
  const failsAt = job.failsIn === crew ? job.failsAt : undefined;
  await job.line.ask({ crew, latency, signal: ctx.signal, failsAt });
  const result = work();
  await collector.answered(crew);
  return result;
}

/** With the bug `bleed`, whoever started last is served. */
function bylineOf(ctx: Context): string {
  return ctx.shared.bug === 'bleed' ? ctx.shared.currentUser : ctx.token;
}

function review(ctx: Context, article: string): void {
  const { gate, alerts } = ctx.shared;
  if (gate.review(article).repeatsItself) alerts.raise('repeats itself', ctx.token);
}

/** Writes the article into the flow's own folder, says so in one line, and reports it: last, so that it counts once. */
async function publish(ctx: Context, article: string): Promise<void> {
  const count = words(article).length;
  const bylines = [...article.matchAll(/^Written for: (.*)$/gmu)].map(([, name]) => name ?? '');
  await writeFile(join(ctx.workspace, ARTICLE_FILE), article);
  console.log(`wrote "${titleOf(article)}", ${count} words, for ${bylines.join(', ')}`);
  await ctx.shared.collector.finished({ token: ctx.token, iteration: ctx.iteration, words: count });
}

function titled(subject: string): string {
  return subject.charAt(0).toUpperCase() + subject.slice(1);
}

function titleOf(article: string): string {
  return /^# (.*)$/mu.exec(article)?.[1] ?? '';
}

const LEAK_BYTES = 1024 * 1024;
/** An orphan ends by itself after this long, so that trying the demo leaves nothing for ever. */
const ORPHAN_SECONDS = 60;
/** Flows 1, 6, 11 … */
const ORPHAN_EVERY = 5;

/** What the bugs `bleed`, `leak` and `orphan` do at the start of a flow; the others are where they go wrong. */
async function misbehave(ctx: Context): Promise<void> {
  const desk = ctx.shared;
  if (desk.bug === 'bleed') desk.currentUser = ctx.token;
  if (desk.bug === 'leak') desk.hoard.push(Buffer.alloc(LEAK_BYTES, 1));
  if (desk.bug === 'orphan' && ctx.iteration % ORPHAN_EVERY === 1) await leaveOrphan(ctx.token);
}

/** A process in a session of its own, which outlives the flow and carries its token. */
async function leaveOrphan(token: string): Promise<void> {
  const [program, ...args] =
    process.platform === 'win32'
      ? [process.execPath, '-e', `setTimeout(() => {}, ${ORPHAN_SECONDS * 1000})`]
      : ['sleep', `${ORPHAN_SECONDS}`];
  const child = spawn(program, args, {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, FLOWGATE_TOKEN: token },
  });
  await once(child, 'spawn');
  child.unref();
}
