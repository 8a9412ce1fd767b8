import type { Clock } from './ports.js';

export interface Deadline {
  /** Aborted with what to tell the user as reason. */
  readonly signal: AbortSignal;
  /** From now on it does not pass any more. */
  cancel(): void;
}

interface DeadlineOptions {
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  /** ms from now. */
  readonly limit: number;
  /** ms from the interrupt, be it past or still to come. */
  readonly afterInterrupt: number;
}

/** How long something around the flows may take. After an interrupt there is little time: the runner kills us soon. */
export function openDeadline({ clock, interrupt, limit, afterInterrupt }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  const pass = (reason: string) => (): void => {
    controller.abort(reason);
  };
  const timers = [clock.timer(limit, pass(`timed out after ${limit / 1000} s`))];
  const hurry = (): void => {
    if (afterInterrupt === 0) controller.abort('interrupted');
    else {
      const reason = `cut short ${afterInterrupt / 1000} s after the interrupt`;
      timers.push(clock.timer(afterInterrupt, pass(reason)));
    }
  };
  if (interrupt.aborted) hurry();
  else interrupt.addEventListener('abort', hurry, { once: true });
  return {
    signal: controller.signal,
    cancel: () => {
      for (const timer of timers) timer.cancel();
      interrupt.removeEventListener('abort', hurry);
    },
  };
}

/** What `doing` resolves to, or why it was not waited for any longer. */
export async function inTime<T>(
  doing: Promise<T>,
  deadline: Deadline,
): Promise<{ value: T } | { late: string }> {
  const { signal } = deadline;
  const late = new Promise<{ late: string }>((resolve) => {
    const pass = (): void => {
      resolve({ late: String(signal.reason) });
    };
    if (signal.aborted) pass();
    else signal.addEventListener('abort', pass, { once: true });
  });
  try {
    return await Promise.race([doing.then((value) => ({ value })), late]);
  } finally {
    deadline.cancel();
  }
}
