/** The kernel's own account of a group of processes (cgroup v1): the truth that CPU time and memory are held against. */
import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

let count = 0;

/** Asked when it is needed: why there is none of this controller here; undefined if there is. */
export function noCgroup(controller) {
  return () => {
    try {
      accessSync(join('/sys/fs/cgroup', controller, 'cgroup.procs'), constants.W_OK);
      return undefined;
    } catch {
      return `no writable cgroup v1 of ${controller}`;
    }
  };
}

/** Runs `use` with an empty cgroup and removes that when everybody has left it. */
export async function withCgroup(controller, use) {
  const folder = join('/sys/fs/cgroup', controller, `flowgate-bench-${process.pid}-${(count += 1)}`);
  mkdirSync(folder);
  try {
    return await use({
      /** The process and all that it will start. */
      add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
      number: (file) => Number(readFileSync(join(folder, file), 'utf8')),
    });
  } finally {
    while (readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '') await sleep(10);
    rmdirSync(folder);
  }
}

/** The product's ports, with everything that it starts for flows put into the cgroup; `onRoot` is told of each. */
export function inside(cgroup, { spawner }, onRoot = () => undefined) {
  const take = (root) => {
    cgroup.add(root.pid);
    onRoot(root);
  };
  return {
    spawner: {
      ...spawner,
      openSlot: (spec, options) => {
        const onLaunch = (root) => {
          take(root);
          options.onLaunch(root);
        };
        return spawner.openSlot(spec, { ...options, onLaunch });
      },
      spawnHost: (spec) => {
        const host = spawner.spawnHost(spec);
        take({ pid: host.pid, launcher: false });
        return host;
      },
    },
  };
}
