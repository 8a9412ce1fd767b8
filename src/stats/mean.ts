/** The mean of numbers as they come, by Neumaier's compensated sum (1974): that of three times 0.1 is 0.1. */
export class Mean {
  #count = 0;
  #sum = 0;
  #lost = 0;

  add(value: number): void {
    const next = this.#sum + value;
    this.#lost +=
      Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
    this.#sum = next;
    this.#count += 1;
  }

  /** NaN of no number. */
  get value(): number {
    return (this.#sum + this.#lost) / this.#count;
  }
}
