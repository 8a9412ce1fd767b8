import type { Clock, Timer } from '../../src/system/ports.js';

/** Time that passes when a test says so. */
export class ManualClock implements Clock {
  /** ms that a timer was last set for. */
  lastTimer = 0;
  private time = 1000;
  private used = 0;
  private due: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  /** All time that passes is ours, unless a test waits. */
  cpuTime(): number {
    return this.used;
  }

  wall(): Date {
    return new Date(this.time);
  }

  sleep(): Promise<void> {
    return Promise.reject(new Error('nobody sleeps here'));
  }

  alarm(ms: number, callback: () => void): Timer {
    return this.timer(ms, callback);
  }

  timer(ms: number, callback: () => void): Timer {
    const entry = { at: this.time + ms, callback };
    this.lastTimer = ms;
    this.due.push(entry);
    return {
      cancel: () => {
        this.due = this.due.filter((other) => other !== entry);
      },
    };
  }

  /** Work that takes `ms`: time passes, and no timer fires. */
  spend(ms: number): void {
    this.time += ms;
    this.used += ms;
  }

  /** Work that is kept from the CPU for `ms`: time passes, and nothing is used. */
  stall(ms: number): void {
    this.time += ms;
  }

  /** Waits for `ms`: timers fire when they are due. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due = this.due.filter((entry) => entry !== next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = Math.max(this.time, end);
  }

  timers(): number {
    return this.due.length;
  }
}
