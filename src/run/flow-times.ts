import type { Flow } from '../model/flow.js';

/**
 * ms by which a flow may seem to start before it was due: two processes read the kernel's clock through offsets of their
 * own, and sums of such times are rounded.
 */
const READING_ERROR = 0.1;

/** What cannot be true of a flow's times, in words; undefined if all of them can. */
export function timeDefect({
  scheduledAt,
  startedAt,
  runningAt,
  endedAt,
  steps,
  ttfb,
}: Flow): string | undefined {
  if (![scheduledAt, startedAt, runningAt ?? startedAt, endedAt].every(Number.isFinite))
    return `a time is not a number (due at ${scheduledAt}, started at ${startedAt}, ended at ${endedAt})`;
  if (endedAt < startedAt) return `it ended at ${ms(endedAt)}, before it started at ${ms(startedAt)}`;
  if (startedAt < scheduledAt - READING_ERROR)
    return `it started at ${ms(startedAt)}, before it was due at ${ms(scheduledAt)}`;
  if (runningAt !== undefined && runningAt < startedAt)
    return `it ran at ${ms(runningAt)}, before it started at ${ms(startedAt)}`;
  const step = steps?.find(
    (one) => !(one.endedAt >= one.startedAt && Number.isFinite(one.endedAt - one.startedAt)),
  );
  if (step !== undefined) return `step ${step.name} took ${ms(step.endedAt - step.startedAt)}`;
  const first = ttfb?.find((time) => !(time >= 0 && Number.isFinite(time)));
  return first === undefined ? undefined : `the first byte of a response came after ${ms(first)}`;
}

/** The flow in place of one with a defect: not ok, and with nothing that would be added up wrongly. */
export function withoutTimes(flow: Flow, defect: string): Flow {
  const at = [flow.scheduledAt, flow.startedAt, flow.endedAt].find(Number.isFinite) ?? 0;
  const { slot, iteration, token, stdout, stderr } = flow;
  return {
    slot,
    iteration,
    token,
    outcome: 'failed',
    scheduledAt: at,
    startedAt: at,
    endedAt: at,
    error: { message: `impossible times: ${defect}` },
    stdout,
    stderr,
  };
}

function ms(time: number): string {
  return `${time.toFixed(3)} ms`;
}
