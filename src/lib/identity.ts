/**
 * Names of one run and of its flows. A token is a canary: `fg-RUN-ITERATION`, which no text holds by chance, so that
 * whoever meets one knows at once whose it is.
 */
export interface Identity {
  /** 12 hexadecimal digits. */
  readonly run: string;
}

/** Marks every process of the run in its environment, so that it is known even after it was reparented. */
export const MARK = 'FLOWGATE_RUN';

/** Any run's token, in a text. */
export const TOKEN = /\bfg-[0-9a-f]{12}-w?\d+\b/g;

/** `count`: the iteration from 1, or for warm-up flows `w` and their number. */
export function tokenOf({ run }: Identity, count: number | `w${number}`): string {
  return `fg-${run}-${count}`;
}

/** The iteration of a token, or undefined for a warm-up flow's or somebody else's. */
export function iterationOf({ run }: Identity, token: string): number | undefined {
  const prefix = `fg-${run}-`;
  const count = token.startsWith(prefix) ? Number(token.slice(prefix.length)) : NaN;
  return Number.isInteger(count) ? count : undefined;
}

/** W3C trace context (https://www.w3.org/TR/trace-context/#traceparent-header): one trace a flow, sampled. */
export function traceparentOf({ run }: Identity, count: number): string {
  const { traceId, spanId } = traceIds(run, count);
  return `00-${traceId}-${spanId}-01`;
}

/** The trace and the span that TRACEPARENT of the flow of a token named; undefined for what is no token of a counted flow. */
export function traceOf(token: string): TraceIds | undefined {
  const [, run, count] = /^fg-([0-9a-f]{12})-(\d{1,12})$/.exec(token) ?? [];
  return run === undefined ? undefined : traceIds(run, Number(count));
}

/** Lower-case hexadecimal: 32 and 16 digits. */
interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

function traceIds(run: string, count: number): TraceIds {
  return {
    traceId: run + count.toString(16).padStart(32 - run.length, '0'),
    spanId: (count + 1).toString(16).padStart(16, '0'),
  };
}
