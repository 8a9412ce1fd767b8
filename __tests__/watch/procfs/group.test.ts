import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { cgroupLayout, cpuTimeIn, groupOfContainer, residentIn } from '../../../src/system/cgroup.js';
import { TreeUsage } from '../../../src/watch/sample.js';
import { GroupReader } from '../../../src/watch/procfs/group.js';
import type { TreeRoot } from '../../../src/watch/table.js';
import { aReading } from '../../fakes/process-table.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Files of a folder for a control group. */
function put(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-group-'));
  folders.push(folder);
  return folder;
}

const statV2 = (anon: number, more: Readonly<Record<string, number>> = {}): string =>
  Object.entries({
    anon,
    file: 900e6,
    inactive_file: 400e6,
    active_file: 500e6,
    file_mapped: 2e6,
    shmem: 0,
    ...more,
  })
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');

const root: TreeRoot = { pid: 812, role: 'service', launcher: false, onlyWatched: true };

describe('what a control group holds', () => {
  test('is its anonymous memory and what it maps, and not the files that it has read', () => {
    expect(residentIn(statV2(100e6), 2)).toBe(102e6);
  });

  test('counts memory that its processes share once, whether they map it or only keep it', () => {
    // Ten backends of a database map the same 128 MB: mapped too.
    expect(residentIn(statV2(10e6, { shmem: 128e6, file_mapped: 131e6 }), 2)).toBe(141e6);
    // A file in /dev/shm that nobody maps.
    expect(residentIn(statV2(10e6, { shmem: 128e6 }), 2)).toBe(138e6);
  });

  test('has other names in version 1, with the groups below', () => {
    const text =
      'cache 5\nrss 1\nshmem 3\nmapped_file 2\ntotal_cache 50\ntotal_rss 100\ntotal_shmem 30\ntotal_mapped_file 20\n';
    expect(residentIn(text, 1)).toBe(130);
  });

  test('is not known where there is no such file', () => {
    expect(residentIn(undefined, 2)).toBeUndefined();
    expect(residentIn('', 1)).toBeUndefined();
  });

  test('CPU time is in ms, of µs or ns', () => {
    expect(cpuTimeIn('usage_usec 2500000\nuser_usec 1\n', 2)).toBe(2500);
    expect(cpuTimeIn('2500000000\n', 1)).toBe(2500);
    expect(cpuTimeIn(undefined, 1)).toBe(0);
  });
});

const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90';
const V2 = '29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n';
const V1 = [
  '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
].join('\n');

describe('the group of a container', () => {
  test.each([
    [`0::/system.slice/docker-${ID}.scope`, `/sys/fs/cgroup/system.slice/docker-${ID}.scope`],
    [`0::/docker/${ID}`, `/sys/fs/cgroup/docker/${ID}`],
    // Its first process has made a group of its own inside.
    [`0::/docker/${ID}/init.scope`, `/sys/fs/cgroup/docker/${ID}`],
    [`0::/machine.slice/libpod-${ID}.scope/container`, `/sys/fs/cgroup/machine.slice/libpod-${ID}.scope`],
  ])('of %s is %s', (line, folder) => {
    const group = { version: 2, memory: folder, cpu: folder, processes: folder };
    expect(groupOfContainer(cgroupLayout(V2, line), ID)).toEqual(group);
  });

  test('is one in each hierarchy of version 1, beside an empty one of version 2', () => {
    const lines = `4:memory:/docker/${ID}\n2:cpu,cpuacct:/docker/${ID}\n0::/docker/${ID}\n`;
    expect(groupOfContainer(cgroupLayout(V1, lines), ID)).toEqual({
      version: 1,
      memory: `/sys/fs/cgroup/memory/docker/${ID}`,
      cpu: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}`,
      processes: `/sys/fs/cgroup/memory/docker/${ID}`,
    });
  });

  test('is none of somebody else who has the pid that another machine gave', () => {
    expect(groupOfContainer(cgroupLayout(V2, '0::/user.slice'), ID)).toBeUndefined();
    expect(groupOfContainer(cgroupLayout(V1, '4:memory:/a\n2:cpu,cpuacct:/a\n'), ID)).toBeUndefined();
  });
});

describe('a control group that is read as one process', () => {
  const groupIn = (folder: string) =>
    ({ version: 2, memory: folder, cpu: folder, processes: folder }) as const;

  test('stands for all of its processes, those of the groups below too', () => {
    const folder = temporary();
    put(folder, {
      'memory.stat': statV2(98e6),
      'cpu.stat': 'usage_usec 7000\n',
      'cgroup.procs': '812\n813\n',
      'cgroup.threads': '812\n813\n814\n',
    });
    put(join(folder, 'below'), { 'cgroup.procs': '900\n', 'cgroup.threads': '900\n901\n' });
    expect(new GroupReader(root, groupIn(folder)).read()).toMatchObject({
      pid: 812,
      role: 'service',
      onlyWatched: true,
      memory: 100e6,
      peakMemory: 100e6,
      cpuTime: 7,
      processes: 3,
      threads: 5,
    });
  });

  test('of version 1 is read from its hierarchies', () => {
    const folder = temporary();
    put(join(folder, 'memory'), {
      'memory.stat': 'total_rss 40\ntotal_shmem 2\n',
      'cgroup.procs': '7\n',
      tasks: '7\n8\n',
    });
    put(join(folder, 'cpuacct'), { 'cpuacct.usage': '3000000\n' });
    const group = {
      version: 1,
      memory: join(folder, 'memory'),
      cpu: join(folder, 'cpuacct'),
      processes: join(folder, 'memory'),
    } as const;
    expect(new GroupReader(root, group).read()).toMatchObject({
      memory: 42,
      cpuTime: 3,
      processes: 1,
      threads: 2,
    });
  });

  test('keeps the highest that was seen, and is over for good once it is empty, gone, or made anew', () => {
    const folder = join(temporary(), 'group');
    const files = (anon: number) => ({
      'memory.stat': statV2(anon),
      'cgroup.procs': '812\n',
      'cgroup.threads': '812\n',
    });
    put(folder, files(50e6));
    const reader = new GroupReader(root, groupIn(folder));
    reader.read();
    put(folder, files(20e6));
    expect(reader.read()).toMatchObject({ memory: 22e6, peakMemory: 52e6 });
    put(folder, { 'cgroup.procs': '' });
    expect(reader.read()).toBeUndefined();
    put(folder, files(20e6));
    expect(reader.read()).toBeUndefined();

    const restarted = new GroupReader(root, groupIn(folder));
    expect(restarted.read()).toBeDefined();
    // Made before the other is gone, or the inode would be the same.
    put(`${folder}-new`, files(20e6));
    rmSync(folder, { recursive: true });
    expect(restarted.read()).toBeUndefined();
  });

  test('counts for so many processes in a sample, and is none of the list of processes', () => {
    const usage = new TreeUsage();
    const group = aReading({ ...root, processes: 14, threads: 30, memory: 100, cpuTime: 5 });
    const sample = usage.observe(0, [group, aReading({ pid: 2, memory: 10, threads: 1 })]);
    expect(sample).toMatchObject({
      processes: 15,
      threads: 31,
      memory: 110,
      serviceMemory: 100,
      serviceThreads: 30,
    });
    expect(usage.processes().map(({ pid }) => pid)).toEqual([2]);
  });
});
