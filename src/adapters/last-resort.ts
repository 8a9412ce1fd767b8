import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { EXIT } from '../publish/exit-status.js';
import { inert } from './actions-text.js';
import { killLiving } from './living-groups.js';

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
