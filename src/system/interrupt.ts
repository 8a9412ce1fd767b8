import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../lib/errors.js';
import { EXIT } from '../lib/exit-status.js';
import { inert } from '../lib/message.js';
import { UNEXPECTED_FAILURE } from '../run/record.js';
import { killLiving } from './processes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A runner sends SIGINT, then SIGTERM 7.5 s later; a person who asks a third time wants out at once. */
const PATIENCE = 3;

/**
 * Aborted with the first signal's name as reason, or by an unexpected failure of our own (`failed`). Whatever ends us
 * from now on ends what we have started.
 */
export function interruptSignal(failed: AbortSignal): AbortSignal {
  const controller = new AbortController();
  // As many as there are flows, hosts and services may wait for it: that is no leak.
  setMaxListeners(0, controller.signal);
  const onFailure = (): void => {
    controller.abort(UNEXPECTED_FAILURE);
  };
  if (failed.aborted) onFailure();
  else failed.addEventListener('abort', onFailure, { once: true });
  let count = 0;
  process.once('exit', killLiving);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      count += 1;
      controller.abort(signal);
      if (count >= PATIENCE) process.exit(130);
    });
  }
  return controller.signal;
}

/** ms for the run to come to its end after an unexpected failure, as it does after an interrupt. */
const WIND_DOWN = 20_000;
/** ms for what is left to do when it did not. */
const GIVE_UP = 5_000;
/** Failures that are told: one may bring about many. */
const TOLD = 3;
const LONGEST = 10_000;

interface LastResort {
  /** Aborted by the first unexpected failure. */
  readonly happened: AbortSignal;
  /** What is to be done if the run does not come to its end after one. */
  atWorst(act: () => Promise<void>): void;
  /** The exit status: never 0 after an unexpected failure. */
  statusOf(status: number): number;
}

/**
 * Takes what nobody has caught: tells it by `say`, has the run wound down, and should that take too long, ends all
 * processes and this one. Without it Node would print the text raw and leave everything that was started as it is.
 */
export function openLastResort(say: (text: string) => void): LastResort {
  const controller = new AbortController();
  let atWorst = (): Promise<void> => Promise.resolve();
  let count = 0;
  const giveUp = async (): Promise<void> => {
    await delay(WIND_DOWN, undefined, { ref: false });
    killLiving();
    await Promise.race([atWorst().catch(() => undefined), delay(GIVE_UP)]);
    process.exit(EXIT.failed);
  };
  const take = (thrown: unknown): void => {
    count += 1;
    if (count <= TOLD) say(defectText(thrown));
    if (controller.signal.aborted) return;
    controller.abort();
    void giveUp();
  };
  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
  return {
    happened: controller.signal,
    atWorst: (act) => {
      atWorst = act;
    },
    statusOf: (status) => (controller.signal.aborted && status === EXIT.passed ? EXIT.failed : status),
  };
}

/** What was thrown and is a defect of ours, for the log: no line of it is a command to the runner or the terminal. */
export function defectText(thrown: unknown): string {
  const stack = (thrown instanceof Error ? thrown.stack : undefined) ?? messageOf(thrown);
  const bounded = stack.length > LONGEST ? `${stack.slice(0, LONGEST)} …` : stack;
  const lines = bounded.replaceAll(/\r\n?/g, '\n').replaceAll(/[^\P{Cc}\n]/gu, '\u{fffd}');
  return `${inert(lines)}\nThis is a defect in flowgate, please report it.`;
}
