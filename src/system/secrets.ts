import { withoutSecrets } from '../lib/redact.js';
import { tracesOf } from './flow-env.js';

/** Values that are used and never shown: they are learned one by one, before anything is sent with them. */
export class Secrets {
  readonly #traces = new Set<string>();
  readonly #onTrace: (trace: string) => void;

  /** `onTrace`: told each form of a value, once. */
  constructor(onTrace: (trace: string) => void = () => undefined) {
    this.#onTrace = onTrace;
  }

  add(value: string): void {
    const text = value.trim();
    // One that is too short for a search in every form is looked for as it is.
    for (const trace of [text, encodeURIComponent(text.toWellFormed()), ...tracesOf([text])]) {
      if (trace === '' || this.#traces.has(trace)) continue;
      this.#traces.add(trace);
      this.#onTrace(trace);
    }
  }

  /** What is about to be shown or saved, with `***` in place of every value. */
  hide<T>(shown: T): T {
    return this.#traces.size === 0 ? shown : withoutSecrets(shown, this.traces());
  }

  /** The longest first: one may be a part of another. */
  traces(): readonly string[] {
    return [...this.#traces].sort((one, other) => other.length - one.length);
  }
}
