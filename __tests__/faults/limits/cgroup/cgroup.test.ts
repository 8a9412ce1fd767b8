import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { outOfMemory, refusedForks } from '../../../../src/faults/limits/limits.js';
import { nodeResourceLimits } from '../../../../src/faults/limits/open.js';
import type { LimitSession } from '../../../../src/faults/limits/request.js';
import type { GroupCounters } from '../../../../src/model/limits.js';
import type { Enclosure } from '../../../../src/system/ports.js';
import { groupsLeft, launched, LIMITED, NODE, ran, withCgroups } from '../limited-processes.js';

const MB = 1e6;

/** Takes one MB after another and says what it holds: anonymous memory, of which nothing can be dropped. */
const GROW = `
  const held = [];
  const { readFileSync, writeSync } = require('node:fs');
  for (;;) {
    held.push(Buffer.alloc(1e6, 1));
    writeSync(1, /RssAnon:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] + '\\n');
  }`;

function reading(enclosure: Enclosure): GroupCounters {
  const counters = enclosure.counters();
  if (counters === undefined) throw new Error('a control group counts');
  return counters;
}

withCgroups('control groups', () => {
  let session: LimitSession;

  beforeEach(async () => {
    session = await nodeResourceLimits.open(LIMITED);
  });

  afterEach(async () => {
    expect(await session.close()).toEqual([]);
    expect(groupsLeft()).toEqual([]);
  });

  test('everything that was asked for is in force, and said by whom', () => {
    const { enforced, unenforced } = session.inForce;
    expect(unenforced).toEqual([]);
    expect(enforced.map(({ of, resource, limit }) => [of, resource, limit])).toEqual([
      ['flow', 'memory', 256 * MB],
      ['flow', 'cpu', 0.5],
      ['flow', 'processes', 64],
      ['flow', 'files', 256],
      ['service', 'memory', 256 * MB],
    ]);
    expect(enforced.find(({ resource }) => resource === 'files')?.by).toBe('RLIMIT_NOFILE');
  });

  test('a process that grows past 256 MB is killed there, and the kill is named', async () => {
    const enclosure = session.enclosure({ kind: 'flow', slot: 1 });
    const before = reading(enclosure);
    const { exit, lines } = await ran(enclosure.wrap([NODE, '-e', GROW]));
    const after = reading(enclosure);
    const held = Number(lines.at(-1)) * 1024;
    expect(exit.signal).toBe('SIGKILL');
    expect(held).toBeLessThanOrEqual(256 * MB);
    // Page tables, the shell's and the kernel's memory for it are charged too.
    expect(held).toBeGreaterThan(246 * MB);
    expect(after.peakMemory ?? 256 * MB).toBeGreaterThan(255 * MB);
    expect(after.peakMemory ?? 256 * MB).toBeLessThanOrEqual(256 * MB);
    expect(outOfMemory({ before, after, exit, of: 'flow', limits: LIMITED.limits })).toBe(
      'killed: out of memory, the limit is 256 MB',
    );
  });

  test('the kill of one flow is counted for its slot alone, also when a shell reports it', async () => {
    const [first, second] = [1, 2].map((slot) => session.enclosure({ kind: 'flow', slot }));
    if (first === undefined || second === undefined) throw new Error('two slots were opened');
    const before = reading(first);
    const { exit } = await launched(first, `${NODE} -e "${GROW.replaceAll('\\', '\\\\')}"; exit $?`);
    expect(exit).toEqual({ code: 137, signal: null });
    expect(outOfMemory({ before, after: reading(first), exit, of: 'flow', limits: LIMITED.limits })).toMatch(
      /256 MB/,
    );
    expect(reading(second).outOfMemoryKills).toBe(0);
    expect(session.counters()?.outOfMemoryKills).toBe(1);
  });

  test('a flow may have 64 processes; the fork of the 65th is refused', async () => {
    const enclosure = session.enclosure({ kind: 'flow', slot: 1 });
    const before = reading(enclosure);
    const { lines, errors, exit } = await launched(
      enclosure,
      'n=1; while [ $n -lt 100 ]; do sleep 300 >/dev/null 2>&1 & n=$((n + 1)); echo $n; done',
    );
    expect(lines.at(-1)).toBe('64');
    expect(errors).toMatch(/fork/i);
    expect(exit.code).not.toBe(0);
    const after = reading(enclosure);
    expect(refusedForks({ before, after, exit, of: 'flow', limits: LIMITED.limits })).toMatch(
      /refused, the limit is 64 processes$/,
    );
  });

  // Whether it was held back depends on what else runs here: bench/limits tells how much it got.
  test('the CPU that a process has used is counted by the kernel', async () => {
    const enclosure = session.enclosure({ kind: 'flow', slot: 2 });
    // What it has used before it joined the group counts in its own clock only.
    const burn =
      'for (let used = 0; used < 450e3; ) { const { user, system } = process.cpuUsage(); used = user + system; }';
    const { exit } = await ran(enclosure.wrap([NODE, '-e', burn]));
    expect(exit.code).toBe(0);
    expect(reading(enclosure).throttledTime).toEqual(expect.any(Number));
    expect(reading(enclosure).cpuTime).toBeGreaterThan(400);
    expect(session.counters()?.cpuTime).toBeGreaterThan(400);
  });

  test('a service is bound by its own limits and not by those of flows', async () => {
    const enclosure = session.enclosure({ kind: 'service', name: 'db' });
    const before = reading(enclosure);
    const { exit } = await ran(enclosure.wrap([NODE, '-e', GROW]));
    expect(
      outOfMemory({ before, after: reading(enclosure), exit, of: 'service', limits: LIMITED.limits }),
    ).toBe('killed: out of memory, the limit is 256 MB');
    expect((await ran(enclosure.wrap(['sh', '-c', 'ulimit -n']))).lines).not.toEqual(['256']);
  });

  test('what forks without end and has left its session is ended at the close', async () => {
    const enclosure = session.enclosure({ kind: 'flow', slot: 1 });
    const [program, ...args] = enclosure.wrap([
      'setsid',
      '-w',
      'sh',
      '-c',
      'echo up; while :; do sleep 1 & done',
    ]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    expect(await session.close()).toEqual([]);
    await ended;
    expect(existsSync(`/proc/${String(child.pid)}`)).toBe(false);
    expect(groupsLeft()).toEqual([]);
  });

  test('a place that nobody asked for is a defect', () => {
    expect(() => session.enclosure({ kind: 'flow', slot: 3 })).toThrow('no limits were opened for flow 3');
  });
});

withCgroups('a limit of all flows together', () => {
  test('kills when their sum reaches it, and says so of the flow that was killed', async () => {
    const limits = [{ of: 'flows', memory: 128 * MB }] as const;
    const session = await nodeResourceLimits.open({ limits, slots: 2, services: [] });
    try {
      const [first, second] = [1, 2].map((slot) => session.enclosure({ kind: 'flow', slot }));
      if (first === undefined || second === undefined) throw new Error('two slots were opened');
      const hold =
        'const held = Buffer.alloc(40e6, 1); console.log(held.length); setInterval(() => held, 1000)';
      const [program, ...args] = first.wrap([NODE, '-e', hold]);
      const holder = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
      await once(holder.stdout, 'data');
      const before = reading(second);
      const { exit, lines } = await ran(second.wrap([NODE, '-e', GROW]));
      // The holder has 40 MB and what node itself needs.
      expect(Number(lines.at(-1)) * 1024).toBeLessThan(88 * MB);
      expect(outOfMemory({ before, after: reading(second), exit, of: 'flow', limits })).toBe(
        'killed: out of memory, the limit of all flows together is 128 MB',
      );
    } finally {
      expect(await session.close()).toEqual([]);
      expect(groupsLeft()).toEqual([]);
    }
  });
});
