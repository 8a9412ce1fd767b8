import { describe, expect, test } from '@jest/globals';
import { CpuAccount } from '../../src/watch/cpu-account.js';
import type { ProcessReading } from '../../src/watch/table.js';
import { aReading } from '../fakes/process-table.js';

const charge = (...readings: readonly (readonly ProcessReading[])[]): number[] => {
  const account = new CpuAccount();
  return readings.map((reading) => account.charge(reading));
};

const process = (
  pid: number,
  parent: number,
  [cpuTime, childrenCpuTime = 0]: [number, number?],
): ProcessReading => aReading({ pid, parent, cpuTime, childrenCpuTime });

describe('CPU time of a tree', () => {
  test('is what the living used', () => {
    expect(
      charge([process(1, 0, [5]), process(2, 1, [7])], [process(1, 0, [6]), process(2, 1, [17])]),
    ).toEqual([12, 23]);
  });

  test('is put right where ticks were ahead of what several threads have used, and by no more than that', () => {
    const threaded = (cpuTime: number): ProcessReading => ({ ...process(1, 0, [cpuTime]), threads: 11 });
    expect(charge([threaded(100)], [threaded(115)], [threaded(103)])).toEqual([100, 115, 103]);
    expect(charge([threaded(100)], [threaded(115)], [threaded(90)])).toEqual([100, 115, 115]);
    expect(charge([process(1, 0, [115])], [process(1, 0, [103])])).toEqual([115, 115]);
  });

  test('holds what a child used that was never seen, through the parent that waited for it', () => {
    expect(charge([process(1, 0, [5])], [process(1, 0, [5, 30])])).toEqual([5, 35]);
  });

  test('a child that was seen and waited for counts once', () => {
    expect(charge([process(1, 0, [5]), process(2, 1, [100])], [process(1, 0, [5, 103])])).toEqual([105, 108]);
  });

  test('does not fall when the parent was read before the child was waited for', () => {
    const before = [process(1, 0, [5]), process(2, 1, [100])];
    expect(charge(before, [process(1, 0, [5, 0])], [process(1, 0, [5, 102])])).toEqual([105, 105, 107]);
  });

  test('a child that nobody waits for (SIGCHLD ignored) keeps what was last seen', () => {
    expect(
      charge([process(1, 0, [5]), process(2, 1, [100])], [process(1, 0, [9])], [process(1, 0, [9])]),
    ).toEqual([105, 109, 109]);
  });

  test('that is still kept when the parent ends as well', () => {
    const grandparent = process(1, 0, [1]);
    const parent = process(2, 1, [10]);
    expect(
      charge(
        [grandparent, parent, process(3, 2, [100])],
        [grandparent, parent],
        [process(1, 0, [6, 10])],
        [],
      ),
    ).toEqual([111, 111, 116, 116]);
  });

  test('a whole branch that ended between two readings counts once', () => {
    const before = [process(1, 0, [1]), process(2, 1, [10]), process(3, 2, [100])];
    expect(charge(before, [process(1, 0, [1, 112])])).toEqual([111, 113]);
  });

  test('a reparented process that ends keeps what was last seen', () => {
    const root = process(1, 0, [1]);
    expect(
      charge([root, process(3, 1, [50])], [root, aReading({ pid: 3, parent: 999, cpuTime: 60 })], [root]),
    ).toEqual([51, 61, 61]);
  });

  test('a root that ends keeps what was last seen', () => {
    expect(charge([process(1, 0, [40, 2])], [])).toEqual([42, 42]);
  });

  test('of a launcher only what it waited for counts', () => {
    const launcher = (childrenCpuTime: number): ProcessReading =>
      aReading({ pid: 1, launcher: true, cpuTime: 1000, childrenCpuTime });
    expect(charge([launcher(0), process(2, 1, [20])], [launcher(25)], [])).toEqual([20, 25, 25]);
  });

  test('a process that got the pid of another one is another one', () => {
    const root = process(1, 0, [0]);
    const first = aReading({ pid: 2, parent: 999, startTime: 1, cpuTime: 70 });
    const second = aReading({ pid: 2, parent: 999, startTime: 2, cpuTime: 5 });
    expect(charge([root, first], [root, second])).toEqual([70, 75]);
  });

  test('never falls and never exceeds the truth, whatever ends between readings', () => {
    // A thousand commands, one after another, each 3 ms; every other reading sees one of them half way.
    const account = new CpuAccount();
    let before = 0;
    for (let done = 0; done < 1000; done++) {
      const shell = process(1, 0, [0, done * 3]);
      const total = account.charge(done % 2 === 0 ? [shell] : [shell, process(100 + done, 1, [1.5])]);
      expect(total).toBeGreaterThanOrEqual(before);
      expect(total).toBeLessThanOrEqual(done * 3 + 1.5);
      before = total;
    }
  });
});
