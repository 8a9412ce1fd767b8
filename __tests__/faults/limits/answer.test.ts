import { describe, expect, test } from '@jest/globals';
import { answer } from '../../../src/faults/limits/answer.js';
import { outOfMemory, refusedForks } from '../../../src/faults/limits/limits.js';
import { preludeOf, wrapped } from '../../../src/faults/limits/request.js';
import { allowedProcessors, hardFileLimit } from '../../../src/faults/limits/rlimit.js';
import type { GroupCounters } from '../../../src/model/limits.js';

const LINUX = { platform: 'linux', processors: [0, 1, 2, 3], taskset: true, hardFiles: 4096 };
const ALL = { memory: 256e6, cpu: 0.5, processes: 64, files: 256 };
const REQUEST = { limits: [{ of: 'flow', ...ALL }], slots: 3, services: [] } as const;

describe('what becomes of limits', () => {
  test('with a group of v2 all are in force', () => {
    const { enforced, unenforced } = answer(REQUEST, LINUX, {
      version: 'v2',
      resources: ['memory', 'cpu', 'processes'],
      swap: true,
    });
    expect(enforced.map(({ by }) => by)).toEqual(['memory.max', 'cpu.max', 'pids.max', 'RLIMIT_NOFILE']);
    expect(unenforced).toEqual([]);
  });

  test('a group that can not keep from swapping is said to be none', () => {
    const { enforced } = answer(REQUEST, LINUX, { version: 'v1', resources: ['memory'], swap: false });
    expect(enforced[0]).toMatchObject({ by: 'memory.limit_in_bytes', remark: expect.stringMatching(/swap/) });
  });

  test('what no group limits falls back by itself', () => {
    const { enforced } = answer(REQUEST, LINUX, { version: 'v2', resources: ['memory'], swap: true });
    expect(enforced.map(({ by }) => by)).toEqual(['memory.max', 'affinity', 'RLIMIT_NOFILE']);
  });

  test('without groups each flow has processors of its own, and processes are not limited', () => {
    const { unenforced, commandsOf } = answer(REQUEST, LINUX, undefined);
    expect(unenforced.map(({ resource }) => resource)).toEqual(['processes']);
    expect([1, 2].map((slot) => commandsOf({ kind: 'flow', slot }))).toEqual(
      [0, 1].map((cpu) => ['ulimit -d 250000', `taskset -pc ${cpu} $$ >/dev/null`, 'ulimit -n 256']),
    );
  });

  test.each([
    [{ ...LINUX, processors: [0] }, ['cpu', 'processes']],
    [{ ...LINUX, taskset: false }, ['cpu', 'processes']],
    [{ ...LINUX, platform: 'darwin' }, ['memory', 'cpu', 'processes']],
    [{ ...LINUX, platform: 'win32' }, ['memory', 'cpu', 'processes', 'files']],
  ])('on %j what can not be enforced is said with a reason', (world, resources) => {
    const { unenforced } = answer(REQUEST, world, undefined);
    expect(unenforced.map(({ resource }) => resource)).toEqual(resources);
    expect(unenforced.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  test('a limit on files above our own is not set, and said', () => {
    const { enforced, commandsOf } = answer(
      { ...REQUEST, limits: [{ of: 'flow', files: 5000 }] },
      LINUX,
      undefined,
    );
    expect(enforced[0]?.remark).toMatch(/4096/);
    expect(commandsOf({ kind: 'flow', slot: 1 })).toEqual([]);
  });

  test('of two limits on files the lower one is set', () => {
    const limits = [
      { of: 'flow', files: 512 },
      { of: 'flows', files: 128 },
    ] as const;
    const { commandsOf } = answer({ ...REQUEST, limits }, LINUX, undefined);
    expect(commandsOf({ kind: 'flow', slot: 1 })).toEqual(['ulimit -n 128']);
  });

  test('of two equal limits on files one is set', () => {
    const limits = [
      { of: 'flow', files: 128 },
      { of: 'flows', files: 128 },
    ] as const;
    const { commandsOf } = answer({ ...REQUEST, limits }, LINUX, undefined);
    expect(new Set(commandsOf({ kind: 'flow', slot: 1 }))).toEqual(new Set(['ulimit -n 128']));
  });

  test('HTTP flows have nothing to limit', () => {
    const { enforced, unenforced } = answer({ ...REQUEST, slots: 0 }, LINUX, undefined);
    expect(enforced).toEqual([]);
    expect(unenforced[0]?.reason).toMatch(/HTTP flows/);
  });
});

describe('what /proc says of us', () => {
  test('processors', () => {
    expect(allowedProcessors('Name:\tnode\nCpus_allowed_list:\t0-2,8\n')).toEqual([0, 1, 2, 8]);
    expect(allowedProcessors('')).toEqual([]);
  });

  test('open files', () => {
    expect(hardFileLimit('Max open files            1024                 1048576              files\n')).toBe(
      1048576,
    );
    expect(hardFileLimit('Max open files            1024                 unlimited            files\n')).toBe(
      Infinity,
    );
  });
});

describe('how a flow that the kernel killed is called', () => {
  const none: GroupCounters = {
    outOfMemoryKills: 0,
    memoryLimitHits: 0,
    sharedMemoryLimitHits: 0,
    refusedForks: 0,
  };
  const killed = { code: null, signal: 'SIGKILL' };
  const limits = [
    { of: 'flow', memory: 256e6, processes: 64 },
    { of: 'flows', memory: 1e9 },
  ] as const;
  const evidence = (
    after: Partial<GroupCounters>,
    exit: { code: number | null; signal: string | null } = killed,
  ) => ({
    before: none,
    after: { ...none, ...after },
    exit,
    of: 'flow' as const,
    limits,
  });

  test('by its own limit', () => {
    expect(outOfMemory(evidence({ outOfMemoryKills: 1, memoryLimitHits: 1 }))).toBe(
      'killed: out of memory, the limit is 256 MB',
    );
  });

  test('by the limit of all flows', () => {
    expect(outOfMemory(evidence({ outOfMemoryKills: 1, sharedMemoryLimitHits: 1 }))).toBe(
      'killed: out of memory, the limit of all flows together is 1 GB',
    );
  });

  test('by the machine, when no limit was reached', () => {
    expect(outOfMemory(evidence({ outOfMemoryKills: 1 }))).toBe('killed: the machine was out of memory');
  });

  test('by a kernel that counts no kills: SIGKILL at the limit', () => {
    expect(outOfMemory(evidence({ memoryLimitHits: 1 }))).toMatch(/256 MB/);
    expect(outOfMemory(evidence({ memoryLimitHits: 1 }, { code: 137, signal: null }))).toMatch(/256 MB/);
    expect(outOfMemory(evidence({ memoryLimitHits: 1 }, { code: 3, signal: null }))).toBeUndefined();
  });

  test('not at all, when something else killed it, an earlier flow was killed, or it succeeded in spite of it', () => {
    expect(outOfMemory(evidence({}))).toBeUndefined();
    const earlier = { ...none, outOfMemoryKills: 1, memoryLimitHits: 1 };
    expect(outOfMemory({ ...evidence({}), before: earlier, after: earlier })).toBeUndefined();
    const ok = { code: 0, signal: null };
    expect(outOfMemory(evidence({ outOfMemoryKills: 1, memoryLimitHits: 1 }, ok))).toBeUndefined();
  });

  test('forks that were refused are counted', () => {
    expect(refusedForks(evidence({ refusedForks: 1 }))).toBe(
      '1 fork or thread was refused, the limit is 64 processes',
    );
    expect(refusedForks(evidence({ refusedForks: 3 }))).toMatch(/^3 forks or threads were refused/);
    expect(refusedForks(evidence({}))).toBeUndefined();
  });
});

describe('the way in', () => {
  test('is empty when there is nothing to enter', () => {
    expect(preludeOf([])).toBe('');
    expect(wrapped('', ['node', 'x.js'])).toEqual(['node', 'x.js']);
  });
});
