import { Buffer } from 'node:buffer';

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines, wherever it is cut into chunks. What it keeps is bounded. */
export class MessageLines {
  readonly #onLine: (line: string | undefined) => void;
  readonly #longest: number;
  #kept: Buffer[] = [];
  #length = 0;
  #broken = false;

  /** `onLine` is given each line, and undefined once, at the end of all, for one that is longer than `longest`. */
  constructor(onLine: (line: string | undefined) => void, longest: number) {
    this.#onLine = onLine;
    this.#longest = longest;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      if (!this.#keep(chunk.subarray(from, end))) return;
      const line = this.#kept.length === 1 ? (this.#kept[0] as Buffer) : Buffer.concat(this.#kept);
      this.#kept = [];
      this.#length = 0;
      this.#onLine(line.toString('utf8'));
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** False if it is too long; nothing that follows is a line any more. */
  #keep(part: Buffer): boolean {
    if (this.#broken) return false;
    this.#length += part.length;
    if (this.#length <= this.#longest) {
      this.#kept.push(part);
      return true;
    }
    this.#broken = true;
    this.#kept = [];
    this.#onLine(undefined);
    return false;
  }
}
