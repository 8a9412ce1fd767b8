import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Environment } from '../model/record.js';
import { machineShare } from '../faults/machine-share.js';
import { readText } from './cgroup-tree.js';

/**
 * The machine that this process runs on, or what a limit leaves it of that; ImageOS and ImageVersion are variables of
 * GitHub's hosted runners. Not by availableParallelism on Linux: some versions of Node round a quota into it.
 */
export function readMachine(env: Readonly<Record<string, string | undefined>>): Environment {
  const image = [env.ImageOS, env.ImageVersion].filter((part) => part !== undefined && part !== '').join(' ');
  const online = cpus().length;
  const share =
    platform() === 'linux' && online > 0
      ? machineShare({ cores: online, memory: totalmem() }, readText)
      : { cores: availableParallelism(), memory: totalmem() };
  return {
    os: `${platform()} ${release()}`,
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    ...share,
    node: process.versions.node,
    ...(image !== '' && { image }),
  };
}
