import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeResourceLimits } from '../../../../src/faults/limits/open.js';
import { groupsLeft, LIMITED, withCgroups } from '../limited-processes.js';

withCgroups('groups that a run has left which was ended at once', () => {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
  const gone = spawnSync('true').pid;
  const made: string[] = [];
  let parents: readonly string[] = [];

  /** Opens limits and closes them again, as a run does; where its groups were. */
  async function nextRun(): Promise<readonly string[]> {
    const session = await nodeResourceLimits.open(LIMITED);
    const roots = groupsLeft().filter((root) => !made.includes(root));
    expect(await session.close()).toEqual([]);
    return roots.map((root) => dirname(root));
  }

  function leave(name: string): string {
    const root = join(parents[0] ?? '', name);
    for (const folder of [root, join(root, 'flow-1')]) mkdirSync(folder);
    made.push(root);
    return root;
  }

  beforeEach(async () => {
    parents = await nextRun();
  });

  afterEach(() => {
    for (const root of made.splice(0).filter((folder) => existsSync(folder))) {
      for (const folder of [join(root, 'flow-1'), root]) rmdirSync(folder);
    }
  });

  test('are removed by the next run', async () => {
    const roots = [
      leave(`flowgate-${gone}-${namespace}-0123abcd`),
      leave(`flowgate-${gone}-${namespace}-4567cdef`),
    ];
    await nextRun();
    expect(roots.map((root) => existsSync(root))).toEqual([false, false]);
  });

  test.each([
    ['whose maker lives', `flowgate-${process.ppid}-${namespace}-0123abcd`],
    ['of somebody who is no process of ours to know', `flowgate-${gone}-1-0123abcd`],
    ['with another name', `flowgate-${gone}-${namespace}`],
  ])('stay: %s', async (_, name) => {
    const root = leave(name);
    await nextRun();
    expect(existsSync(join(root, 'flow-1'))).toBe(true);
  });

  test('stay as long as somebody is in them, who is not ended', async () => {
    const root = leave(`flowgate-${gone}-${namespace}-0123abcd`);
    const child = spawn('sleep', ['300'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    writeFileSync(join(root, 'flow-1/cgroup.procs'), String(child.pid));
    await nextRun();
    expect([existsSync(root), child.exitCode, child.signalCode]).toEqual([true, null, null]);
    child.kill('SIGKILL');
    await ended;
    await nextRun();
    expect(existsSync(root)).toBe(false);
  });
});
