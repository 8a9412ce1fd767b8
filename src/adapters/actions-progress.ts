import type { Clock, ComparingProgress, Logger, Progress, ProgressView } from '../ports.js';

/** ms between two lines: a log can not be redrawn, and one line a second would bury the result. */
const INTERVAL = 10_000;

/** Progress of a long run as lines of the job's log; a short run has none. */
export function lineProgress(clock: Pick<Clock, 'now'>, logger: Pick<Logger, 'info'>): ProgressView {
  let last = clock.now();
  return {
    update: (progress) => {
      if (clock.now() - last < INTERVAL) return;
      last = clock.now();
      logger.info('pairs' in progress ? comparingLine(progress) : progressLine(progress));
    },
    clear: () => undefined,
  };
}

function progressLine({ scenario, done, total, inFlight, failed, elapsed, duration }: Progress): string {
  const flows = total === undefined ? `${done} flows done` : `${done} of ${total} flows done`;
  const seconds = Math.round(elapsed / 1000);
  const time = duration === undefined ? `${seconds} s` : `${seconds} of ${Math.round(duration / 1000)} s`;
  return `${scenario}: ${flows}, ${inFlight} in flight, ${failed} failed, ${time}`;
}

function comparingLine({ scenario, base, pairs, most, elapsed, budget, known }: ComparingProgress): string {
  const time = `${Math.round(elapsed / 1000)} of at most ${Math.round(budget / 1000)} s`;
  return [`${scenario} against ${base}: pair ${pairs} of at most ${most}, ${time}`, ...known].join('; ');
}
