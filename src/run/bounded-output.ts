import type { Excerpt, Flow, FlowError } from '../model/record.js';
import { lastPrinted } from '../stats/last-line.js';

/** Flows that keep what they printed, as results.json does; up to 32 KiB each. */
const MOST_KEPT = 1000;
/** Characters of the last line of the others, which tells their kind of error. */
const LONGEST = 500;

/**
 * Lets the flows of a run of any length keep no more of their output than is used later: an ok flow none, the first
 * 1,000 others all that was kept of it, and the rest their last line.
 */
export class BoundedOutput {
  #kept = 0;

  bounded(flow: Flow): Flow {
    if (flow.outcome === 'ok') return withoutOutput(flow);
    if (this.#kept < MOST_KEPT) {
      this.#kept += 1;
      return flow;
    }
    const line = lastPrinted(flow).slice(0, LONGEST);
    return { ...withoutOutput(flow), ...(line === '' ? {} : { stderr: excerptOf(line) }) };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function withoutOutput(flow: Flow): Flow {
  const copy: Mutable<Flow> = { ...flow };
  delete copy.stdout;
  delete copy.stderr;
  if (flow.error !== undefined) {
    const error: Mutable<FlowError> = { ...flow.error };
    delete error.stack;
    copy.error = error;
  }
  return copy;
}

function excerptOf(line: string): Excerpt {
  // A slice shares the memory of the whole that it was cut from; a decoded copy does not.
  const bytes = Buffer.from(line);
  return { head: bytes.toString(), tail: '', bytes: bytes.length };
}
