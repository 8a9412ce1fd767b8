import { createHash } from 'node:crypto';
import { messageOf } from '../errors.js';
import type { PreparePlan } from '../model/comparison.js';
import type { Excerpt } from '../model/flow.js';
import type { Clock, Spawner } from '../ports.js';
import type { PreparedTrees } from '../ports/git.js';
import { runHook } from '../scenarios/hook.js';
import { oneLine } from '../stats/normalize-message.js';
import type { PreparingMachine } from './preparing-machine.js';

export interface PreparePorts {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
}

/** One tree that is to be prepared. */
export interface PrepareTask {
  readonly run: string;
  /** Program and arguments that interpret the command. */
  readonly shell: string;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
}

export type Prepared = { readonly ok: true } | Unprepared;

export interface Unprepared {
  readonly ok: false;
  /** One line. */
  readonly why: string;
  /** The last lines of what it said. */
  readonly printed: string;
}

/** Runs the command to its end, for at most ten minutes; an interrupt ends it. */
export async function prepareTree(task: PrepareTask, ports: PreparePorts): Promise<Prepared> {
  const { run: command, shell, workingDirectory: cwd, env } = task;
  const { ok, message, stdout, stderr } = await runHook({ shell, command, cwd, env }, ports);
  if (ok) return { ok };
  return { ok, why: `prepare ended with ${message}`, printed: tail(stderr) || tail(stdout) };
}

/** Lines of what a command printed that are shown when it failed. */
const SHOWN = 12;

function tail({ head, tail: end, bytes }: Excerpt): string {
  const whole = bytes <= head.length + end.length ? head + end : end;
  const lines = whole.split(/\r\n|\n|\r/).map((line) => oneLine(line));
  return lines
    .filter((line) => line !== '')
    .slice(-SHOWN)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** What a prepared tree hangs on. */
export interface TreeIdentity {
  /** Trees are never shared by two repositories. */
  readonly repository: string;
  readonly sha: string;
  /** The workspace in the tree: where the command runs. */
  readonly prefix: string;
  readonly machine: PreparingMachine;
}

/** By what a prepared tree is known to the cache; undefined if none is to be kept. */
export function cacheKeyOf({ run, cacheKey }: PreparePlan, identity: TreeIdentity): string | undefined {
  if (cacheKey === undefined) return undefined;
  const { repository, sha, prefix, machine } = identity;
  const { os, arch, system, node } = machine;
  const parts = [repository, sha, prefix, os, arch, system, node, run, cacheKey];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
}

export interface KeepPorts {
  readonly cache: PreparedTrees;
  readonly interrupt: AbortSignal;
}

/** Keeps it for another run; that it could not be kept changes nothing. Why not, unless it was interrupted. */
export async function keepTree(
  { cache, interrupt }: KeepPorts,
  key: string,
  folder: string,
): Promise<string | undefined> {
  try {
    await cache.keep(key, folder, interrupt);
    return undefined;
  } catch (thrown) {
    return interrupt.aborted ? undefined : messageOf(thrown);
  }
}
