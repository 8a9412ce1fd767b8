import { cpus } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { prlimitOnly } from '../../../src/faults/limits/open.js';
import { onLinux } from '../../watch/procfs/procfs-processes.js';
import { launched, NODE, ran } from './limited-processes.js';

const posix = process.platform === 'win32' ? describe.skip : describe;

const OPEN = `
  const { openSync } = require('node:fs');
  let last;
  try { for (;;) last = openSync('/dev/null'); } catch ({ code }) { console.log(last + ' ' + code); }`;

posix('limits that a shell sets on itself', () => {
  test('a process may have 256 files open; the next gives EMFILE', async () => {
    const limits = [{ of: 'flow', files: 256 }] as const;
    const session = await prlimitOnly.open({ limits, slots: 1, services: [] });
    const enclosure = session.enclosure({ kind: 'flow', slot: 1 });
    // Descriptors are 0 to 255.
    expect((await ran(enclosure.wrap([NODE, '-e', OPEN]))).lines).toEqual(['255 EMFILE']);
    expect((await launched(enclosure, 'ulimit -Hn')).lines).toEqual(['256']);
    expect(session.inForce.strategy).toBe('prlimit');
    expect(await session.close()).toEqual([]);
  });

  test('a shell that can not enter says so and runs nothing', async () => {
    const limits = [{ of: 'flow', files: 256 }] as const;
    const session = await prlimitOnly.open({ limits, slots: 1, services: [] });
    const { prelude } = session.enclosure({ kind: 'flow', slot: 1 });
    const broken = prelude.replace('ulimit -n 256', 'echo 0 >/nowhere/cgroup.procs');
    const { exit, errors, lines } = await ran(['sh', '-c', `${broken}\necho ran`]);
    expect(exit.code).toBe(125);
    expect(errors).toMatch(/flowgate: the resource limits could not be entered/);
    expect(lines).toEqual(['']);
  });

  test('the program that is wrapped keeps its arguments and its pid', async () => {
    const limits = [{ of: 'flow', files: 256 }] as const;
    const session = await prlimitOnly.open({ limits, slots: 1, services: [] });
    const argv = session
      .enclosure({ kind: 'flow', slot: 1 })
      .wrap([NODE, '-p', 'process.argv[1] + process.ppid', "a 'b"]);
    expect((await ran(argv)).lines).toEqual([`a 'b${process.pid}`]);
  });
});

onLinux('limits without control groups', () => {
  test('memory that a process asks for past its limit is refused, and said to be counted so', async () => {
    const limits = [{ of: 'flow', memory: 64e6 }] as const;
    const session = await prlimitOnly.open({ limits, slots: 1, services: [] });
    // dd asks for its whole block at once.
    const take = (block: string) =>
      launched(
        session.enclosure({ kind: 'flow', slot: 1 }),
        `dd if=/dev/zero of=/dev/null count=1 bs=${block}`,
      );
    expect((await take('5M')).exit.code).toBe(0);
    const refused = await take('90M');
    expect(refused.exit.code).not.toBe(0);
    expect(refused.errors).toMatch(/memory/);
    expect(session.inForce.enforced[0]).toMatchObject({
      by: 'RLIMIT_DATA',
      remark: expect.stringMatching(/asks for/),
    });
  });

  (cpus().length > 1 ? test : test.skip)('half a core is one processor of several', async () => {
    const limits = [{ of: 'flow', cpu: 0.5 }] as const;
    const session = await prlimitOnly.open({ limits, slots: 1, services: [] });
    const { lines } = await launched(session.enclosure({ kind: 'flow', slot: 1 }), 'nproc');
    expect(lines).toEqual(['1']);
    expect(session.inForce.enforced[0]?.remark).toMatch(/bound to 1 of \d+ processors/);
  });
});
