/** Numbers in a chunk: half a megabyte. */
const CHUNK = 1 << 16;
/** A column of few numbers is small: there may be a thousand of them. */
const FIRST = 64;

/** More and more numbers, 8 bytes each; nothing large is copied as it grows. */
export class Column {
  /** What was there when `sorted` was last asked for. */
  #sorted = new Float64Array();
  #full: Float64Array[] = [];
  #filling = new Float64Array();
  #filled = 0;

  get length(): number {
    return this.#sorted.length + this.#full.length * CHUNK + this.#filled;
  }

  push(value: number): void {
    if (this.#filled === this.#filling.length) this.#makeRoom();
    this.#filling[this.#filled++] = value;
  }

  /** All of them, ascending; NaN last. They stay sorted, so that they are not there twice. */
  sorted(): Float64Array {
    if (this.length > this.#sorted.length) this.#sort();
    return this.#sorted;
  }

  #makeRoom(): void {
    if (this.#filled < CHUNK) {
      const wider = new Float64Array(Math.min(CHUNK, Math.max(FIRST, this.#filled * 2)));
      wider.set(this.#filling);
      this.#filling = wider;
      return;
    }
    this.#full.push(this.#filling);
    this.#filling = new Float64Array(CHUNK);
    this.#filled = 0;
  }

  #sort(): void {
    const all = new Float64Array(this.length);
    let at = 0;
    for (const part of [this.#sorted, ...this.#full, this.#filling.subarray(0, this.#filled)]) {
      all.set(part, at);
      at += part.length;
    }
    this.#sorted = all.sort();
    this.#full = [];
    this.#filling = new Float64Array();
    this.#filled = 0;
  }
}
