/** What the kernel tells of a process as a whole, in ticks of 10 ms that it rounds down. ms. */
interface RoughTime {
  /** It has used at least this. */
  readonly least: number;
  /** And this on average. */
  readonly likely: number;
}

/**
 * CPU of a process of several threads to the ns, from what each of its threads has used. What threads have used that
 * ended before they were seen is known from the ticks alone: between two readings that changes only if another one ended.
 */
export class ThreadTimes {
  private living: ReadonlyMap<string, number> = new Map();
  private ended = 0;

  /** Takes ms of CPU by thread, and returns ms of the whole process. */
  take(living: ReadonlyMap<string, number>, { least, likely }: RoughTime): number {
    for (const [thread, time] of this.living) if (!living.has(thread)) this.ended += time;
    this.living = living;
    let sum = this.ended;
    for (const time of living.values()) sum += time;
    if (sum >= least) return sum;
    this.ended += likely - sum;
    return likely;
  }
}
