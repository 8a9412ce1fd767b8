import { describe, expect, test } from '@jest/globals';
import { chooseParent, settingsFor } from '../../src/faults/limits/cgroup/files.js';
import { groupsOf } from '../../src/faults/limits/request.js';
import { cgroupLayout, countersV1, countersV2, keyedNumber, singleNumber } from '../../src/system/cgroup.js';

const from = (files: Readonly<Record<string, string>>) => (name: string) => files[name];

describe('where control groups are', () => {
  test('v2 as on a hosted runner', () => {
    const mountinfo = '30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';
    expect(cgroupLayout(mountinfo, '0::/system.slice/runner.service\n')).toEqual({
      v2: { mountPoint: '/sys/fs/cgroup', own: '/sys/fs/cgroup/system.slice/runner.service' },
      v1: {},
    });
  });

  test('v1 with cpu and cpuacct mounted together, beside a v2 without controllers', () => {
    const mountinfo = [
      '31 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
      '32 23 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct',
      '33 23 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    ].join('\n');
    const both = { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', own: '/sys/fs/cgroup/cpu,cpuacct' };
    expect(cgroupLayout(mountinfo, '5:memory:/user/7\n4:cpu,cpuacct:/\n0::/user/7')).toEqual({
      v2: { mountPoint: '/sys/fs/cgroup/unified', own: '/sys/fs/cgroup/unified/user/7' },
      v1: {
        cpu: both,
        cpuacct: both,
        memory: { mountPoint: '/sys/fs/cgroup/memory', own: '/sys/fs/cgroup/memory/user/7' },
      },
    });
  });

  test('in a container that sees its own part of the hierarchy', () => {
    const mountinfo = '33 23 0:30 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory';
    const own = (path: string) => cgroupLayout(mountinfo, `5:memory:${path}`).v1.memory?.own;
    expect(own('/docker/ab')).toBe('/sys/fs/cgroup/memory');
    expect(own('/docker/ab/x')).toBe('/sys/fs/cgroup/memory/x');
    expect(own('/docker/abc')).toBeUndefined();
    expect(own('/../other')).toBeUndefined();
  });

  test('a space in a mount point is an octal escape', () => {
    const mountinfo = '30 24 0:26 / /mnt/my\\040groups rw - cgroup2 cgroup2 rw';
    expect(cgroupLayout(mountinfo, '0::/').v2?.own).toBe('/mnt/my groups');
  });
});

describe('the group of v2 to make ours in', () => {
  const all = ['cpu', 'memory', 'pids'];
  const own = { folder: '/a/b', handsOn: [''], limited: false };

  test('is the nearest that hands on everything', () => {
    const chain = [
      own,
      { folder: '/a', handsOn: all, limited: false },
      { folder: '/', handsOn: all, limited: false },
    ];
    expect(chooseParent(chain, ['memory', 'pids'])).toEqual({
      folder: '/a',
      controllers: ['memory', 'pids'],
    });
  });

  test('is a farther one if that hands on more', () => {
    const chain = [
      own,
      { folder: '/a', handsOn: ['memory', 'pids'], limited: false },
      { folder: '/', handsOn: all, limited: false },
    ];
    expect(chooseParent(chain, all)).toEqual({ folder: '/', controllers: all });
  });

  test('is none beyond a limit that binds us', () => {
    const chain = [
      { ...own, limited: true },
      { folder: '/a', handsOn: all, limited: false },
    ];
    expect(chooseParent(chain, ['memory'])).toEqual({
      reason:
        'no group that we are in hands on memory (cgroup.subtree_control); /a/b has a limit of its own, which a group beside it would escape',
    });
  });
});

describe('the files of a group', () => {
  test('numbers, and what is none', () => {
    expect(singleNumber('64000000\n')).toBe(64e6);
    expect(singleNumber('max\n')).toBe(Infinity);
    expect(singleNumber('')).toBeUndefined();
    expect(keyedNumber('oom 3\noom_kill 2\noom_group_kill 0\n', 'oom_kill')).toBe(2);
    expect(keyedNumber(undefined, 'oom')).toBeUndefined();
  });

  test('counters of v2', () => {
    const counters = countersV2(
      from({
        'memory.peak': '256000000\n',
        'memory.events': 'low 0\nhigh 0\nmax 812\noom 3\noom_kill 1\noom_group_kill 0\n',
        'cpu.stat': 'usage_usec 1500000\nuser_usec 1\nsystem_usec 2\nnr_throttled 9\nthrottled_usec 250000\n',
        'pids.events': 'max 4\n',
      }),
    );
    expect(counters).toEqual({
      peakMemory: 256e6,
      cpuTime: 1500,
      throttledTime: 250,
      outOfMemoryKills: 1,
      memoryLimitHits: 3,
      refusedForks: 4,
    });
  });

  test('counters of v1', () => {
    const counters = countersV1(
      from({
        'memory.max_usage_in_bytes': '64000000\n',
        'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
        'memory.failcnt': '88\n',
        'cpuacct.usage': '1500000000\n',
        'cpu.stat': 'nr_periods 30\nnr_throttled 9\nthrottled_time 250000000\n',
      }),
    );
    expect(counters).toEqual({
      peakMemory: 64e6,
      cpuTime: 1500,
      throttledTime: 250,
      outOfMemoryKills: 1,
      memoryLimitHits: 88,
      refusedForks: 0,
    });
  });

  test('a counter that the kernel does not have is left out', () => {
    expect(countersV2(from({}))).toEqual({ outOfMemoryKills: 0, memoryLimitHits: 0, refusedForks: 0 });
  });

  test('what is written for half a core and 256 MB', () => {
    const set = { memory: 256e6, cpu: 0.5, processes: 64 };
    expect(settingsFor('v2', 'cpu', set)).toEqual([{ file: 'cpu.max', value: '50000 100000' }]);
    expect(settingsFor('v1', 'cpu', set).map(({ value }) => value)).toEqual(['100000', '50000']);
    expect(settingsFor('v2', 'memory', set).map(({ file, value }) => [file, value])).toEqual([
      ['memory.max', '256000000'],
      ['memory.swap.max', '0'],
    ]);
    expect(settingsFor('v2', 'processes', {})).toEqual([]);
  });
});

test('a group for each slot below one for all flows, with room for our launchers, and one for each service', () => {
  const request = {
    limits: [
      { of: 'flows', cpu: 0.5, processes: 100 },
      { of: 'flow', cpu: 1, processes: 64 },
      { of: 'service', memory: 1e9 },
    ],
    slots: 2,
    services: ['db'],
  } as const;
  expect(groupsOf(request)).toEqual([
    { path: 'flows', limits: { of: 'flows', cpu: 0.5, processes: 102 }, leaf: false },
    { path: 'flows/flow-1', limits: { of: 'flow', cpu: 0.5, processes: 65 }, leaf: true },
    { path: 'flows/flow-2', limits: { of: 'flow', cpu: 0.5, processes: 65 }, leaf: true },
    { path: 'service-db', limits: { of: 'service', memory: 1e9 }, leaf: true },
  ]);
});
