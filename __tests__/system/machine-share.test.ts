import { describe, expect, it } from '@jest/globals';
import { machineShare } from '../../src/system/machine-share.js';

const MACHINE = { cores: 2, memory: 16e9 };
const UNLIMITED = { cores: 2, memory: 16e9 };
const V1_NONE = '9223372036854771712\n';

const V2_MOUNT =
  '34 24 0:29 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot\n';
/** Of Docker with cgroup v1 and the host's namespace: each mount shows the container's own part. */
const V1_MOUNTS = (root: string): string =>
  `741 740 0:33 ${root} /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:14 - cgroup cgroup rw,cpu,cpuacct\n` +
  `742 740 0:34 ${root} /sys/fs/cgroup/memory ro,nosuid master:15 - cgroup cgroup rw,memory\n`;

/** What the machine is said to be where these files are all there is. */
function shareWith(files: Readonly<Record<string, string>>): ReturnType<typeof machineShare> {
  return machineShare(MACHINE, (path) => files[path]);
}

const byGroup = (machine: number) => ({ machine, by: 'control group' });

describe('cgroup v2', () => {
  it('gives a container with half a core and 512 MiB just that: in its own namespace the group is the root', () => {
    const share = shareWith({
      '/proc/self/mountinfo': V2_MOUNT,
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cpu.max': '50000 100000\n',
      '/sys/fs/cgroup/memory.max': '536870912\n',
    });
    expect(share).toEqual({
      cores: 0.5,
      memory: 536870912,
      limits: { cores: byGroup(2), memory: byGroup(16e9) },
    });
  });

  it('has all of the machine where both say max', () => {
    const share = shareWith({
      '/proc/self/mountinfo': V2_MOUNT,
      '/proc/self/cgroup': '0::/user.slice/session-2.scope\n',
      '/sys/fs/cgroup/user.slice/session-2.scope/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/user.slice/session-2.scope/memory.max': 'max\n',
    });
    expect(share).toEqual(UNLIMITED);
  });

  it('is bound by the tightest of all groups above its own', () => {
    const share = shareWith({
      '/proc/self/mountinfo': V2_MOUNT,
      '/proc/self/cgroup': '0::/kubepods.slice/pod7.slice/runner\n',
      '/sys/fs/cgroup/kubepods.slice/cpu.max': '160000 100000\n',
      '/sys/fs/cgroup/kubepods.slice/pod7.slice/cpu.max': '75000 50000\n',
      '/sys/fs/cgroup/kubepods.slice/pod7.slice/runner/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/kubepods.slice/memory.max': '2000000000\n',
      '/sys/fs/cgroup/kubepods.slice/pod7.slice/memory.max': '3000000000\n',
    });
    expect(share).toMatchObject({ cores: 1.5, memory: 2e9 });
  });

  it('counts no quota that is more than the machine has', () => {
    const share = shareWith({
      '/proc/self/mountinfo': V2_MOUNT,
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cpu.max': '400000 100000\n',
      '/sys/fs/cgroup/memory.max': '32000000000\n',
    });
    expect(share).toEqual(UNLIMITED);
  });
});

describe('cgroup v1', () => {
  it('gives a container of Docker with a quarter of a core just that', () => {
    const root = '/docker/3f6a';
    const share = shareWith({
      '/proc/self/mountinfo': V1_MOUNTS(root),
      '/proc/self/cgroup': `12:memory:${root}\n4:cpu,cpuacct:${root}\n1:name=systemd:${root}\n`,
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '25000\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '268435456\n',
    });
    expect(share).toMatchObject({ cores: 0.25, memory: 268435456 });
  });

  it('has all of the machine where the quota is −1 and the limit a number beyond any memory', () => {
    const share = shareWith({
      '/proc/self/mountinfo': V1_MOUNTS('/'),
      '/proc/self/cgroup': '12:memory:/\n4:cpu,cpuacct:/\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': V1_NONE,
    });
    expect(share).toEqual(UNLIMITED);
  });

  it('is bound by a group above its own', () => {
    const share = shareWith({
      '/proc/self/mountinfo': V1_MOUNTS('/'),
      '/proc/self/cgroup': '12:memory:/ci/job\n4:cpu,cpuacct:/ci/job\n',
      '/sys/fs/cgroup/cpu,cpuacct/ci/job/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/ci/job/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu,cpuacct/ci/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu,cpuacct/ci/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/ci/memory.limit_in_bytes': '1000000000\n',
      '/sys/fs/cgroup/memory/ci/job/memory.limit_in_bytes': V1_NONE,
    });
    expect(share).toMatchObject({ cores: 0.5, memory: 1e9 });
  });

  it('counts both versions where a machine has both: the quota may be in the one and the memory in the other', () => {
    const share = shareWith({
      '/proc/self/mountinfo':
        '30 25 0:26 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n' +
        '31 25 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n',
      '/proc/self/cgroup': '4:cpu:/half\n0::/scope\n',
      '/sys/fs/cgroup/cpu/half/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/half/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/unified/scope/memory.max': '1073741824\n',
    });
    expect(share).toMatchObject({ cores: 0.5, memory: 1073741824 });
  });
});

describe('CPU affinity', () => {
  const status = (list: string): string => `Name:\tnode\nCpus_allowed:\t1\nCpus_allowed_list:\t${list}\n`;

  it('leaves the CPUs that a cpuset or taskset names', () => {
    const share = shareWith({ '/proc/self/status': status('1'), '/sys/devices/system/cpu/online': '0-1\n' });
    expect(share).toEqual({
      cores: 1,
      memory: 16e9,
      limits: { cores: { machine: 2, by: 'CPU affinity' } },
    });
  });

  it('counts no CPU that is not online: a kernel may allow more than there are', () => {
    const share = shareWith({
      '/proc/self/status': status('0-127'),
      '/sys/devices/system/cpu/online': '0-1\n',
    });
    expect(share).toEqual(UNLIMITED);
  });

  it('is named only where it binds more than the quota', () => {
    const share = shareWith({
      '/proc/self/status': status('0'),
      '/proc/self/mountinfo': V2_MOUNT,
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cpu.max': '50000 100000\n',
    });
    expect(share).toMatchObject({ cores: 0.5, limits: { cores: byGroup(2) } });
  });
});

it('takes what the machine has where nothing can be read', () => {
  expect(shareWith({})).toEqual(UNLIMITED);
  expect(shareWith({ '/proc/self/cgroup': 'nonsense', '/proc/self/mountinfo': 'nonsense' })).toEqual(
    UNLIMITED,
  );
});
