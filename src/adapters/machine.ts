import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Environment } from '../model/record.js';

/** The machine that this process runs on; ImageOS and ImageVersion are variables of GitHub's hosted runners. */
export function readMachine(env: Readonly<Record<string, string | undefined>>): Environment {
  const image = [env.ImageOS, env.ImageVersion].filter((part) => part !== undefined && part !== '').join(' ');
  return {
    os: `${platform()} ${release()}`,
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    node: process.versions.node,
    ...(image !== '' && { image }),
  };
}
