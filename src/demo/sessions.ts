/** The one session with the model that each worker has: its flows come into it one after another. */
export class Sessions {
  readonly #last = new Map<number, Promise<void>>();

  /** Resolves, when the flow before has left, to how this one leaves. What it never leaves stays taken. */
  async enter(worker: number): Promise<() => void> {
    const before = this.#last.get(worker);
    let leave = (): void => undefined;
    this.#last.set(
      worker,
      new Promise<void>((left) => {
        leave = left;
      }),
    );
    await before;
    return leave;
  }
}
