import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openProcfs, pidsBetween } from '../../../src/watch/procfs/table.js';
import type { ProcessReading, ProcessTable } from '../../../src/watch/table.js';
import { nodeCommand, onLinux, pidsOf, readUntil, RealProcesses } from './procfs-processes.js';

const find = (readings: readonly ProcessReading[], pid: number): ProcessReading | undefined =>
  readings.find((reading) => reading.pid === pid);

const steps = (values: readonly number[]): number[] =>
  values.slice(1).map((value, index) => value - (values[index] ?? NaN));

onLinux('the process table of /proc', () => {
  let processes: RealProcesses;
  let table: ProcessTable;

  beforeEach(() => {
    processes = new RealProcesses();
    table = openProcfs(processes.mark);
  });

  afterEach(() => {
    table.close();
    processes.endAll();
  });

  test('reads a root and everything below it', async () => {
    const tree = processes.start('sleep 60 & (sleep 60 & echo $!; wait) & wait');
    const grandchild = Number((await tree.printed(1))[0]);
    const readings = await readUntil(table, [tree.root({ role: 'service' })], (all) => all.length === 4);
    const named = (all: readonly ProcessReading[]): boolean => find(all, grandchild)?.command === 'sleep 60';
    // The shells are forked and never call exec: what they have from their parent counts after a few sightings only.
    const whole = (all: readonly ProcessReading[]): boolean => all.every(({ memory }) => memory > 0);
    const sleeping = await readUntil(table, [tree.root()], (all) => named(all) && whole(all));
    expect(find(readings, tree.pid)).toMatchObject({ parent: process.pid, threads: 1, role: 'service' });
    expect(find(sleeping, grandchild)).toMatchObject({
      root: tree.pid,
      launcher: false,
      role: 'service',
      threads: 1,
    });
    expect(sleeping.every(({ memory, peakMemory }) => peakMemory >= memory)).toBe(true);
  });

  test('a process that leaves by two forks and setsid is still in the tree when init is its parent', async () => {
    // The second shell starts `sleep` in a session of its own and ends; then the first one ends.
    const tree = processes.start("sh -c 'setsid sleep 60 >/dev/null 2>&1 & echo $!; read go'; exit 0", {
      FLOWGATE_TOKEN: 'canary',
    });
    const orphan = Number((await tree.printed(1))[0]);
    processes.alsoEnd(orphan);
    await readUntil(table, [tree.root()], (all) => find(all, orphan)?.command === 'sleep 60');
    tree.write('go');
    await tree.ended;
    const readings = await readUntil(table, [tree.root()], (all) => all.length === 1);
    expect(readings[0]).toMatchObject({ pid: orphan, root: tree.pid, token: 'canary' });
    expect(readings[0]?.parent).not.toBe(tree.pid);
  });

  test('a process that left before anybody looked is found by the mark', async () => {
    const tree = processes.start("sh -c 'setsid sleep 60 >/dev/null 2>&1 & echo $!'", {
      FLOWGATE_TOKEN: 'canary',
    });
    const orphan = Number((await tree.printed(1))[0]);
    processes.alsoEnd(orphan);
    await tree.ended;
    const readings = await readUntil(table, [tree.root()], (all) => all.length > 0);
    expect(readings).toEqual([expect.objectContaining({ pid: orphan, token: 'canary', role: 'flow' })]);
  });

  test('a process that lost its environment is found by its group', async () => {
    const tree = processes.start('(env -i sleep 60 >/dev/null 2>&1 & echo $!); read go; env -i sleep 60');
    const orphan = Number((await tree.printed(1))[0]);
    const left = (all: readonly ProcessReading[]): boolean =>
      (find(all, orphan)?.parent ?? tree.pid) !== tree.pid;
    const readings = await readUntil(table, [tree.root()], (all) => all.length === 2 && left(all));
    expect(pidsOf(readings)).toEqual([tree.pid, orphan].sort((a, b) => a - b));
  });

  test("others' processes are not in it, nor our own commands, marked or not", async () => {
    const tree = processes.start('echo up; sleep 60');
    const marked = processes.start('echo up; sleep 60 & wait');
    const other = processes.startUnmarked('echo up; sleep 60 & wait');
    await Promise.all([tree, marked, other].map((each) => each.printed(1)));
    await readUntil(table, [tree.root()], (all) => all.length === 2);
    for (let again = 0; again < 40; again++) {
      const readings = await table.read([tree.root()]);
      expect(readings.every((reading) => reading.root === tree.pid)).toBe(true);
      expect(pidsOf(readings)).not.toContain(process.pid);
      expect(readings).toHaveLength(2);
    }
  });

  test('what a root started before it was named as one is found', async () => {
    const tree = processes.startUnmarked('sleep 60 & echo $!; wait');
    const child = Number((await tree.printed(1))[0]);
    expect(await table.read([])).toEqual([]);
    expect(await table.read([])).toEqual([]);
    expect(pidsOf(await table.read([tree.root()]))).toEqual([tree.pid, child].sort((a, b) => a - b));
  });

  test('a launcher is marked as one, its children are not, and the token of each flow is told', async () => {
    const launcher = processes.start(
      'FLOWGATE_TOKEN=one sleep 60 & echo $!; FLOWGATE_TOKEN=two sh -c "sleep 60 & wait" & echo $!; wait',
    );
    const [one, two] = (await launcher.printed(2)).map(Number);
    const roots = [launcher.root({ launcher: true })];
    const readings = await readUntil(
      table,
      roots,
      (all) => all.filter(({ token }) => token !== undefined).length === 3,
    );
    expect(find(readings, launcher.pid)).toMatchObject({ launcher: true, token: undefined });
    expect(find(readings, one ?? 0)).toMatchObject({ launcher: false, token: 'one' });
    expect(readings.filter(({ token }) => token === 'two').map(({ parent }) => parent)).toEqual(
      expect.arrayContaining([launcher.pid, two]),
    );
  });

  test('what the system has started between two looks is counted, also what no look sees', async () => {
    const tree = processes.start(
      'read go; for i in 1 2 3 4 5 6 7 8; do /bin/true; done; echo done; read end',
    );
    await table.read([tree.root()]);
    const before = table.started?.() ?? NaN;
    tree.write('go');
    await tree.printed(1);
    await table.read([tree.root()]);
    expect((table.started?.() ?? NaN) - before).toBeGreaterThanOrEqual(8);
  });

  test('pids that begin anew after the highest are counted on', () => {
    expect(pidsBetween(500, 507)).toBe(7);
    const highest = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
    expect(pidsBetween(highest - 3, 310)).toBe(313);
  });

  test('CPU time of children that were waited for is counted in ms', async () => {
    const tree = processes.start(
      'sh -c "i=0; while [ \\$i -lt 300000 ]; do i=\\$((i+1)); done"; times; echo done; read x',
    );
    // `times` prints the shell's own time and then that of its children, as 0m0.12s.
    const lines = await tree.printed(3);
    const children = [...(lines[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
    const truth = children.reduce(
      (sum, [, minutes, seconds]) => sum + Number(minutes) * 60e3 + Number(seconds) * 1e3,
      0,
    );
    const readings = await table.read([tree.root()]);
    expect(truth).toBeGreaterThan(50);
    expect(Math.abs((find(readings, tree.pid)?.childrenCpuTime ?? 0) - truth)).toBeLessThanOrEqual(20);
  });

  test('what a process of several threads uses between two careful looks is exact, not in ticks of 10 ms', async () => {
    // On each line it prints the CPU that the kernel has counted for it until then, in ms, and works some 3 ms more.
    const program =
      'const used=()=>{const{user,system}=process.cpuUsage();return(user+system)/1e3};' +
      'process.stdin.on("data",()=>{const now=used();while(used()<now+3);console.log(now)})';
    const tree = processes.start(`exec ${nodeCommand(program)}`);
    const cpuTime = async (careful: boolean): Promise<number> =>
      find(await table.read([tree.root()], { careful }), tree.pid)?.cpuTime ?? NaN;
    const truths: number[] = [];
    const exact: number[] = [];
    const rough: number[] = [];
    for (let turn = 1; turn <= 9; turn += 1) {
      tree.write('go');
      truths.push(Number((await tree.printed(turn)).at(-1)));
      await sleep(20);
      rough.push(await cpuTime(false));
      exact.push(await cpuTime(true));
    }
    // What was read after a line is what it prints at the next one, but for what waking up takes.
    const errors = steps(exact.slice(0, -1)).map((step, index) =>
      Math.abs(step - (steps(truths)[index + 1] ?? NaN)),
    );
    errors.sort((one, other) => one - other);
    // Of seven the fourth; ticks would be wrong by 3 ms or by 7 each time.
    expect(errors[3]).toBeLessThan(1.5);
    // Between the careful looks before and after it, but for a tick each of user and of system time, and one by which
    // a running thread is told late. (What it used until the second look, it may have used after the rough one.)
    for (const [turn, time] of rough.entries()) {
      expect(time).toBeLessThan((exact[turn] ?? NaN) + 30);
      if (turn > 0) expect(time).toBeGreaterThan((exact[turn - 1] ?? NaN) - 30);
    }
  });

  test('what a forked process has from its parent counts once, and again only if it stays', async () => {
    let now = 0;
    const timed = openProcfs('', () => now);
    const tree = processes.start('(echo up; read go); true');
    await tree.printed(1);
    const shares = async (): Promise<number> => {
      const readings = await timed.read([tree.root()]);
      const child = readings.find(({ parent }) => parent === tree.pid);
      return (child?.memory ?? NaN) / (find(readings, tree.pid)?.memory ?? NaN);
    };
    expect(await shares()).toBeLessThan(0.1);
    for (let again = 0; again < 12; again++) await shares();
    expect(await shares()).toBeLessThan(0.1);
    // Time tells, not looks: a tree that is looked at four times a second forks processes that stay as well.
    now = 1e9;
    expect(await shares()).toBeGreaterThan(0.3);
    timed.close();
  });

  test('a process that was there long before it is first seen counts with all that it has', async () => {
    const timed = openProcfs('', () => 1e9);
    const tree = processes.start('(echo up; read go); true');
    await tree.printed(1);
    const readings = await timed.read([tree.root()]);
    const child = readings.find(({ parent }) => parent === tree.pid);
    expect(child?.memory).toBeGreaterThan(0.3 * (find(readings, tree.pid)?.memory ?? NaN));
    timed.close();
  });

  test('a process that has not run since is not read again, and still knows when its parent has gone', async () => {
    const tree = processes.start('sh -c "sleep 60 & echo up; read go"; true');
    await tree.printed(1);
    const roots = [tree.root()];
    const sleeper = () => readUntil(table, roots, (all) => all.some(({ command }) => command === 'sleep 60'));
    const before = (await sleeper()).find(({ command }) => command === 'sleep 60');
    for (let again = 0; again < 5; again++) await table.read(roots);
    // Open files are counted at some looks only.
    const found = find(await table.read(roots), before?.pid ?? 0);
    expect({ ...found, files: undefined }).toEqual({ ...before, files: undefined });
    process.kill(before?.parent ?? 0, 'SIGKILL');
    const after = await readUntil(table, roots, (all) => find(all, before?.parent ?? 0) === undefined);
    expect(find(after, before?.pid ?? 0)?.parent).not.toBe(before?.parent);
    expect(find(after, before?.pid ?? 0)?.memory).toBeGreaterThan(0);
  });

  test('a zombie keeps its CPU and has nothing else', async () => {
    // The shell execs a program that never waits for the child it got from the shell.
    const tree = processes.start(
      'sh -c "i=0; while [ \\$i -lt 200000 ]; do i=\\$((i+1)); done" & exec sleep 60',
    );
    const readings = await readUntil(table, [tree.root()], (all) =>
      all.some(({ zombie }) => zombie === true),
    );
    const zombie = readings.find((reading) => reading.zombie);
    expect(zombie).toMatchObject({ parent: tree.pid, memory: 0, peakMemory: 0, threads: 0 });
    expect(zombie?.cpuTime).toBeGreaterThan(20);
  });

  test('threads and open files are counted, memory is what the process itself reads', async () => {
    const tree = processes.start(
      `exec ${nodeCommand(
        'const fs=require("fs");for(let i=0;i<50;i++)fs.openSync("/dev/null");globalThis.kept=Buffer.alloc(5e7,1);' +
          'console.log("up");setInterval(()=>{},1e6)',
      )}`,
    );
    await tree.printed(1);
    const readings = await readUntil(table, [tree.root()], (all) => all[0]?.files !== undefined);
    const status = readFileSync(`/proc/${tree.pid}/status`, 'utf8');
    const truth = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    expect(readings).toHaveLength(1);
    expect(readings[0]?.files).toBeGreaterThan(50);
    expect(readings[0]?.threads).toBe(truth('Threads'));
    expect(Math.abs((readings[0]?.memory ?? 0) / (truth('VmRSS') * 1024) - 1)).toBeLessThan(0.02);
    expect(Math.abs((readings[0]?.peakMemory ?? 0) / (truth('VmHWM') * 1024) - 1)).toBeLessThan(0.02);
  });

  test('a root that has ended is never looked for again', async () => {
    const gone = processes.start('true');
    const root = gone.root();
    await gone.ended;
    expect(await table.read([root])).toEqual([]);
    expect(await table.read([root])).toEqual([]);
  });
});
