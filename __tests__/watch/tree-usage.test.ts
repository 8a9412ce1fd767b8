import { describe, expect, test } from '@jest/globals';
import type { Sample } from '../../src/model/record.js';
import { TreeUsage } from '../../src/watch/sample.js';
import type { ProcessReading } from '../../src/watch/table.js';
import { aReading } from '../fakes/process-table.js';

const fold = (...readings: readonly (readonly ProcessReading[])[]): Sample[] => {
  const usage = new TreeUsage();
  return readings.map((reading, index) => usage.observe(index * 10, reading));
};

const peaks = (...readings: readonly (readonly ProcessReading[])[]): number[] =>
  fold(...readings).map(({ peakMemory }) => peakMemory);

describe('a sample of the tree', () => {
  test('sums what lives in it', () => {
    const server = aReading({ pid: 1, role: 'service', memory: 100, threads: 11, files: 20, cpuTime: 5 });
    const worker = aReading({ pid: 2, memory: 30, threads: 2, cpuTime: 6 });
    expect(fold([server, worker])).toEqual([
      {
        at: 0,
        memory: 130,
        peakMemory: 130,
        cpuTime: 11,
        threads: 13,
        processes: 2,
        files: 20,
        serviceMemory: 100,
        serviceThreads: 11,
        serviceFiles: 20,
        serviceCpuTime: 5,
        hostMemory: 30,
        hostThreads: 2,
      },
    ]);
  });

  test('tells what the host of module flows holds, if there is one host for all', () => {
    const [host, child] = [
      aReading({ pid: 2, memory: 30, files: 9 }),
      aReading({ pid: 3, root: 2, memory: 5 }),
    ];
    expect(fold([host, child])[0]).toMatchObject({ hostMemory: 30, hostThreads: 1, hostFiles: 9 });
    expect(fold([host, aReading({ pid: 4, memory: 30 })])[0]).not.toHaveProperty('hostMemory');
  });

  test('a command below a launcher is no host', () => {
    const launcher = aReading({ pid: 1, launcher: true });
    expect(fold([launcher, aReading({ pid: 2, parent: 1, root: 1 })])[0]).not.toHaveProperty('hostMemory');
  });

  test('CPU time of a service never falls, whatever becomes of its workers', () => {
    const server = aReading({ pid: 1, role: 'service', cpuTime: 5, childrenCpuTime: 2 });
    const worker = aReading({ pid: 2, root: 1, role: 'service', cpuTime: 4 });
    expect(fold([server, worker], [server]).map(({ serviceCpuTime }) => serviceCpuTime)).toEqual([11, 11]);
  });

  test('leaves out launchers', () => {
    const launcher = aReading({ pid: 1, memory: 100, threads: 1, files: 3, launcher: true, cpuTime: 50 });
    expect(fold([launcher, aReading({ pid: 2, parent: 1, root: 1, memory: 30 })])).toEqual([
      { at: 0, memory: 30, peakMemory: 30, cpuTime: 0, threads: 1, processes: 1 },
    ]);
  });

  test('a zombie counts with its CPU alone', () => {
    const zombie = aReading({ pid: 1, zombie: true, cpuTime: 50, threads: 0 });
    expect(fold([zombie])).toEqual([
      { at: 0, memory: 0, peakMemory: 0, cpuTime: 50, threads: 0, processes: 0 },
    ]);
  });

  test('says 0 for a service that has ended', () => {
    expect(fold([aReading({ pid: 1, role: 'service', memory: 7 })], [])[1]?.serviceMemory).toBe(0);
  });
});

describe('peak memory of an interval', () => {
  const at = (memory: number, peakMemory: number): readonly ProcessReading[] => [
    aReading({ pid: 1, memory, peakMemory }),
  ];

  test('a spike between two readings is seen by its high-water mark, once', () => {
    expect(peaks(at(50, 60), at(50, 300), at(50, 300))).toEqual([60, 300, 50]);
  });

  test('a process that shrinks was as large as before', () => {
    expect(peaks(at(80, 80), at(20, 80), at(20, 80))).toEqual([80, 80, 20]);
  });

  test('exec sets the mark anew', () => {
    expect(peaks(at(100, 300), at(10, 40), at(10, 40))).toEqual([300, 40, 10]);
  });

  test('processes that follow each other are not added up', () => {
    expect(peaks([aReading({ pid: 1, memory: 100 })], [aReading({ pid: 2, memory: 100 })])).toEqual([
      100, 100,
    ]);
  });
});

describe('the list of processes', () => {
  const listed = (
    ...readings: readonly (readonly ProcessReading[])[]
  ): ReturnType<TreeUsage['processes']> => {
    const usage = new TreeUsage();
    readings.forEach((reading, index) => usage.observe(index * 10, reading));
    return usage.processes();
  };

  test('tells from when to when each was seen, its peak and its CPU', () => {
    const first = aReading({ pid: 1, memory: 50, peakMemory: 60, cpuTime: 1 });
    const later = aReading({ pid: 1, memory: 20, peakMemory: 90, cpuTime: 8 });
    expect(listed([], [first], [later], [])).toEqual([
      {
        pid: 1,
        parent: 1,
        command: 'command 1',
        role: 'flow',
        peakMemory: 90,
        cpuTime: 8,
        firstSeen: 10,
        lastSeen: 20,
        mayHaveGrown: false,
      },
    ]);
  });

  test('a process that was at a new high when it was last seen may have grown', () => {
    const growing = [aReading({ pid: 1, memory: 50 })];
    const grown = [aReading({ pid: 1, memory: 80 })];
    expect(listed(growing, grown)[0]?.mayHaveGrown).toBe(true);
    expect(listed(growing, grown, grown)[0]?.mayHaveGrown).toBe(false);
    expect(listed(growing, grown, [aReading({ pid: 1, zombie: true })])[0]).toMatchObject({
      mayHaveGrown: true,
      peakMemory: 80,
    });
  });

  test('the fifty largest remain of ten thousand, launchers are not among them', () => {
    const usage = new TreeUsage();
    const launcher = aReading({ pid: 9, memory: 1e9, launcher: true });
    for (let pid = 10; pid < 10_010; pid++)
      usage.observe(pid, [launcher, aReading({ pid, memory: (pid * 7919) % 10_000 })]);
    const sizes = usage.processes().map(({ peakMemory }) => peakMemory);
    expect(sizes).toEqual(Array.from({ length: 50 }, (_, index) => 9999 - index));
  });
});
