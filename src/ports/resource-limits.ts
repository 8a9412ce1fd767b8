import type { GroupCounters, LimitPlan, LimitsInForce } from '../model/limits.js';

/** Where a process belongs: the flows of one worker slot, or one service. */
export type LimitPlace =
  { readonly kind: 'flow'; readonly slot: number } | { readonly kind: 'service'; readonly name: string };

export interface LimitRequest {
  readonly limits: readonly LimitPlan[];
  /** Worker slots, numbered from 1; 0 if the flows have no processes of their own. */
  readonly slots: number;
  readonly services: readonly string[];
}

/** The way into the limits of one place. */
export interface Enclosure {
  /**
   * Text for a POSIX shell, to stand before everything else that it does: the shell enters, and whatever it starts
   * from then on is born inside. If it can not enter it says so on standard error and exits with status 125. Empty if
   * nothing is in force.
   */
  readonly prelude: string;
  /**
   * Program and arguments of a shell that enters and then becomes (`exec`) the given program, under the same pid:
   * there is no instant in which that program runs outside.
   */
  wrap(argv: readonly [string, ...string[]]): [string, ...string[]];
  /**
   * Since the limits were opened; undefined without a control group. Takes some 50 µs. What one flow did is the
   * difference between a reading before it and one after it: its slot has one flow at a time.
   */
  counters(): GroupCounters | undefined;
}

/** The limits of one scenario, from before its first process until after its last. */
export interface LimitSession {
  readonly inForce: LimitsInForce;
  /** Throws for a place that was not in the request. */
  enclosure(place: LimitPlace): Enclosure;
  /** Of flows and services together; undefined without a control group. */
  counters(): GroupCounters | undefined;
  /**
   * Kills what is still inside and removes everything that was made. Resolves to what could not be removed, in words
   * for the report; never rejects. To be called after an interrupt too; a second call finds nothing to do.
   */
  close(): Promise<readonly string[]>;
}

export interface ResourceLimits {
  /** Finds the best strategy that works on this machine. Never rejects for want of one: `inForce` says what is missing. */
  open(request: LimitRequest): Promise<LimitSession>;
}
