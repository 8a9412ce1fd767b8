import { describe, expect, test } from '@jest/globals';
import { MemoryBound, type MostMemory, type Turnover } from '../../src/watch/peak-memory.js';
import type { ProcessReading } from '../../src/watch/table.js';
import { aReading } from '../fakes/process-table.js';

const fold = (...readings: readonly (readonly ProcessReading[])[]): MostMemory[] => {
  const bound = new MemoryBound();
  return readings.map((reading) => bound.observe(reading));
};
const last = (...readings: readonly (readonly ProcessReading[])[]): MostMemory | undefined =>
  fold(...readings).at(-1);

const host = (differs: Partial<ProcessReading> = {}): ProcessReading =>
  aReading({ pid: 1, root: 1, memory: 100, childrenFaults: 50, ...differs });
const child = (pid: number, differs: Partial<ProcessReading> = {}): ProcessReading =>
  aReading({ pid, root: 1, parent: 1, memory: 30, peakMemory: 40, ...differs });
const launcher = (differs: Partial<ProcessReading> = {}): ProcessReading =>
  aReading({ pid: 1, root: 1, launcher: true, memory: 2, childrenFaults: 50, ...differs });
const flow = (pid: number, differs: Partial<ProcessReading> = {}): ProcessReading =>
  child(pid, { token: `flow ${pid}`, ...differs });

describe('the most that a tree can have held between two looks', () => {
  test('is what was seen while nobody comes or goes', () => {
    const steady = host({ peakMemory: 500 });
    expect(last([steady], [steady])).toEqual({ known: 100, unknown: 0 });
    expect(last([steady], [host({ peakMemory: 600 })])).toEqual({ known: 600, unknown: 0 });
  });

  test('has what ended beside what was born since: they may have been there together', () => {
    expect(last([host(), child(2)], [host(), child(3)])).toEqual({ known: 100 + 40 + 40, unknown: 0 });
  });

  test('takes a process that was still growing when it was last seen to be as large as the largest', () => {
    const growing = child(2, { memory: 40 });
    expect(last([host(), growing], [host(), child(3)])).toEqual({ known: 100 + 40, unknown: 1 });
  });

  test('takes a child that nobody saw to be as large as the largest: its parent has waited for it', () => {
    expect(last([host()], [host({ childrenFaults: 51 })])).toEqual({ known: 100, unknown: 1 });
  });

  test('knows a child that it saw by its end: what its parent waited for was that', () => {
    expect(last([host(), child(2)], [host({ childrenFaults: 99 })])).toEqual({ known: 140, unknown: 0 });
  });

  test('takes a zombie to have ended', () => {
    const zombie = child(2, { zombie: true, memory: 0, peakMemory: 0 });
    expect(last([host(), child(2)], [host(), zombie])).toEqual({ known: 140, unknown: 0 });
    expect(last([host(), child(2)], [host(), zombie], [host()])).toEqual({ known: 100, unknown: 0 });
  });

  test('never adds two flows of one slot: the launcher runs one after another', () => {
    expect(last([launcher(), flow(2)], [launcher(), flow(3)])).toEqual({ known: 40, unknown: 0 });
    const growing = flow(2, { memory: 40 });
    expect(last([launcher(), growing], [launcher(), flow(3)])).toEqual({ known: 0, unknown: 1 });
    expect(last([launcher(), flow(2)], [launcher({ childrenFaults: 80 }), flow(3)])).toEqual({
      known: 40,
      unknown: 0,
    });
  });

  describe('below a launcher of whose flow no reading holds a process', () => {
    const slots = (pids: readonly number[], childrenFaults: number): ProcessReading[] =>
      pids.map((pid) => launcher({ pid, root: pid, childrenFaults }));
    const unseen = (pids: readonly number[], turnover?: Turnover, ...seen: ProcessReading[]) => {
      const bound = new MemoryBound();
      bound.observe(slots(pids, 50));
      return bound.observe([...slots(pids, 900), ...seen], turnover);
    };

    test('has as many processes as the system has started, and one for each slot at least', () => {
      expect(unseen([1], { started: 1, flows: 1 })).toEqual({ known: 0, unknown: 1 });
      expect(unseen([1], { started: 7, flows: 1 })).toEqual({ known: 0, unknown: 7 });
      expect(unseen([1, 2, 3], { started: 8, flows: 3 })).toEqual({ known: 0, unknown: 8 });
      expect(unseen([1, 2, 3], { started: 0, flows: 0 })).toEqual({ known: 0, unknown: 3 });
    });

    test('has no more of them than can have been there at once: each slot runs one flow at a time', () => {
      expect(unseen([1, 2], { started: 100, flows: 100 })).toEqual({ known: 0, unknown: 4 });
      expect(unseen([1, 2], { started: 300, flows: 100 })).toEqual({ known: 0, unknown: 204 });
      // Of the 12 flows one may be of each launcher's time before, and the process that is seen is one of the 12 started.
      const seen = [
        launcher({ pid: 5, root: 5 }),
        flow(9, { root: 5 }),
        flow(10, { root: 5 }),
        flow(11, { root: 5 }),
      ];
      expect(unseen([1], { started: 14, flows: 12 }, ...seen)).toEqual({ known: 120, unknown: 2 });
    });

    test('has as many as the flow with most of them that was seen, as flows of a scenario are alike', () => {
      const seen = [
        launcher({ pid: 5, root: 5 }),
        flow(9, { root: 5 }),
        flow(10, { root: 5 }),
        flow(11, { root: 5 }),
      ];
      expect(unseen([1, 2], { started: 300, flows: 100 }, ...seen)).toEqual({ known: 120, unknown: 6 });
      const one = seen.slice(0, 2);
      expect(unseen([1, 2], { started: 300, flows: 100 }, ...one)).toEqual({ known: 40, unknown: 2 });
    });

    test('does not count what was seen: a process of another slot and its threads', () => {
      const other = flow(9, { root: 5, threads: 11 });
      expect(unseen([1], { started: 15, flows: 1 }, other)).toEqual({ known: 40, unknown: 4 });
    });

    test('has no bound that a gate could pass on where nothing counts them', () => {
      expect(unseen([1]).unknown).toBeGreaterThan(1e6);
      expect(unseen([1], { started: undefined, flows: 1 }).unknown).toBeGreaterThan(1e6);
    });
  });

  test('has one flow for a slot in which flows ran before the one that was seen', () => {
    expect(last([launcher()], [launcher({ childrenFaults: 900 }), flow(9)])).toEqual({
      known: 0,
      unknown: 1,
    });
  });

  test('adds the processes of one flow, also below a launcher', () => {
    const same = (pid: number): ProcessReading => flow(pid, { token: 'one' });
    expect(last([launcher(), same(2)], [launcher(), same(3)])).toEqual({ known: 80, unknown: 0 });
  });

  test('does not know children on a system that does not tell of them', () => {
    const plain = aReading({ pid: 1, root: 1, memory: 100 });
    expect(last([plain], [plain])).toEqual({ known: 100, unknown: 0 });
  });
});
