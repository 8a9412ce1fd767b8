import type { ProcessReading } from '../table.js';

/** What the kernel says of a process that was not seen before. */
export interface Newborn {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** A process that was looked at and does not belong to the tree. */
export interface Foreigner {
  /** Below ourselves, but not below a root: a command of our own. The mark does not make it one of the tree. */
  readonly ours: boolean;
}

/** What is known when a newborn is judged. `Member` is whatever the caller keeps of a process of the tree. */
export interface Known<Member> {
  /** Our own pid, process group and session. */
  readonly own: Omit<Newborn, 'parent'>;
  member(pid: number): Member | undefined;
  foreigner(pid: number): Foreigner | undefined;
  /** A member, alive or dead since the read before, whose process group or session has this id. */
  kin(id: number): Member | undefined;
  /** Its environment holds the run's mark. Dear to know, so asked last. */
  marked(): boolean;
}

type Lineage<Member> =
  | { readonly kind: 'child'; readonly of: Member }
  /** Its parents are gone, but it shares a process group or a session with a member. */
  | { readonly kind: 'kin'; readonly of: Member }
  | { readonly kind: 'marked' }
  | { readonly kind: 'foreign'; readonly ours: boolean };

/**
 * Where a newborn belongs, when its parent has been judged before it (`parentsFirst`).
 *
 * Our own group and session make no kin: CI starts everything in one session, ourselves included.
 */
export function lineageOf<Member>(newborn: Newborn, known: Known<Member>): Lineage<Member> {
  const parent = known.member(newborn.parent);
  if (parent !== undefined) return { kind: 'child', of: parent };
  const ours = newborn.parent === known.own.pid || known.foreigner(newborn.parent)?.ours === true;
  if (ours) return { kind: 'foreign', ours };
  const kin = kinOf(newborn, known);
  if (kin !== undefined) return { kind: 'kin', of: kin };
  return known.marked() ? { kind: 'marked' } : { kind: 'foreign', ours: false };
}

function kinOf<Member>({ group, session }: Newborn, known: Known<Member>): Member | undefined {
  const byGroup = group === known.own.group ? undefined : known.kin(group);
  return byGroup ?? (session === known.own.session ? undefined : known.kin(session));
}

/** Newborns in an order in which each comes after its parent: a process can fork before it has been seen itself. */
export function parentsFirst<N extends Newborn>(newborns: Iterable<N>): readonly N[] {
  const waiting = new Map([...newborns].map((newborn) => [newborn.pid, newborn]));
  const ordered: N[] = [];
  const place = (newborn: N): void => {
    // Taken out before its parent is placed: a pid that was reused while we read could close a circle.
    waiting.delete(newborn.pid);
    const parent = waiting.get(newborn.parent);
    if (parent !== undefined) place(parent);
    ordered.push(newborn);
  };
  for (const newborn of [...waiting.values()]) if (waiting.has(newborn.pid)) place(newborn);
  return ordered;
}

/** One process, also when its pid is given out again. */
export function keyOf(reading: Pick<ProcessReading, 'pid' | 'startTime'>): string {
  return `${reading.pid}@${reading.startTime}`;
}
