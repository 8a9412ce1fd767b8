import { describe, expect, test } from '@jest/globals';
import { type Known, lineageOf, type Newborn, parentsFirst } from '../../../src/watch/procfs/lineage.js';

const newborn = (given: Partial<Newborn>): Newborn => ({
  pid: 500,
  parent: 1,
  group: 1,
  session: 1,
  ...given,
});

/** 100 is a member and leads group 100 in session 90; 60 is a command of ours, 70 somebody else's; we are 50. */
const known = (given: Partial<Known<string>> = {}): Known<string> => ({
  own: { pid: 50, group: 50, session: 40 },
  member: (pid) => (pid === 100 ? 'member' : undefined),
  foreigner: (pid) => (pid === 60 ? { ours: true } : pid === 70 ? { ours: false } : undefined),
  kin: (id) => (id === 100 || id === 90 || id === 50 || id === 40 ? 'kin' : undefined),
  marked: () => false,
  ...given,
});

describe('lineageOf', () => {
  test('a child of a member is one', () => {
    expect(lineageOf(newborn({ parent: 100 }), known())).toEqual({ kind: 'child', of: 'member' });
  });

  test.each([
    ['group', { group: 100 }],
    ['session', { session: 90 }],
  ])('a reparented process is known by its %s', (_what, ids) => {
    expect(lineageOf(newborn(ids), known())).toEqual({ kind: 'kin', of: 'kin' });
  });

  test('our own group and session make no kin', () => {
    expect(lineageOf(newborn({ group: 50, session: 40 }), known())).toEqual({ kind: 'foreign', ours: false });
  });

  test('a reparented process in a session of its own is known by the mark', () => {
    expect(lineageOf(newborn({ parent: 70 }), known({ marked: () => true }))).toEqual({ kind: 'marked' });
  });

  test.each([50, 60])('what we started ourselves is not of the tree, mark or not (parent %d)', (parent) => {
    expect(lineageOf(newborn({ parent, group: 100 }), known({ marked: () => true }))).toEqual({
      kind: 'foreign',
      ours: true,
    });
  });

  test('the environment is not read when the parent tells', () => {
    const marked = (): boolean => {
      throw new Error('read');
    };
    expect(() => lineageOf(newborn({ parent: 100 }), known({ marked }))).not.toThrow();
    expect(() => lineageOf(newborn({ parent: 70 }), known({ marked }))).toThrow('read');
  });
});

describe('parentsFirst', () => {
  const order = (pairs: readonly [pid: number, parent: number][]): number[] =>
    parentsFirst(pairs.map(([pid, parent]) => newborn({ pid, parent }))).map(({ pid }) => pid);

  test('a child with a lower pid than its parent still comes after it', () => {
    expect(
      order([
        [5, 9],
        [9, 30],
        [12, 1],
        [30, 1],
      ]),
    ).toEqual([30, 9, 5, 12]);
  });

  test('a circle of reused pids ends', () => {
    expect(
      order([
        [5, 9],
        [9, 5],
      ]).sort((a, b) => a - b),
    ).toEqual([5, 9]);
  });
});
