/** First in, first out, in constant time: an array's own shift moves all that is left of a long one. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#head += 1;
    if (this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  /** Puts another one in the place of the first. */
  replaceFirst(item: T): void {
    this.#items[this.#head] = item;
  }
}
