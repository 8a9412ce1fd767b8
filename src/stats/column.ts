/** Bytes by which a column grows. */
const STEP = 1 << 16;
const FIRST = 512;

/**
 * Numbers, up to a known count, 8 bytes each. The whole is reserved and used as it grows, so that nothing is copied when
 * it does, and sorted in place: a column is never there twice.
 */
export class Column {
  readonly #buffer: ArrayBuffer;
  readonly #numbers: Float64Array;
  #length = 0;
  #sorted = true;

  /** @param most how many numbers there is room for, at least 64 */
  constructor(most: number) {
    this.#buffer = new ArrayBuffer(FIRST, { maxByteLength: Math.max(FIRST, most * 8) });
    this.#numbers = new Float64Array(this.#buffer);
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length * 8 >= this.#buffer.maxByteLength;
  }

  /** A full column takes no more. */
  push(value: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = value;
    this.#sorted = false;
  }

  /** All of them, ascending; NaN last. What is pushed later is in the next answer only. */
  sorted(): Float64Array {
    const numbers = this.#numbers.subarray(0, this.#length);
    if (!this.#sorted) numbers.sort();
    this.#sorted = true;
    return numbers;
  }

  #grow(): void {
    const { byteLength, maxByteLength } = this.#buffer;
    this.#buffer.resize(Math.min(maxByteLength, byteLength + Math.min(byteLength, STEP)));
  }
}
