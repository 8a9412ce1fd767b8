import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openProcfs } from '../../../src/watch/procfs/table.js';
import type { ProcessTable, TreeRoot } from '../../../src/watch/table.js';
import { onLinux, pidsOf, readUntil, RealProcesses, until } from './procfs-processes.js';

const watched = (pid: number): TreeRoot => ({ pid, role: 'service', launcher: false, onlyWatched: true });

const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8');

onLinux('a root that is only watched', () => {
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

  test('is read with all below it, and not with its neighbours in the same session and group', async () => {
    const server = 'echo server $$; sleep 60 & echo worker $!; wait';
    const session = 'echo session $$; sh -c "$SERVER" & sleep 60 & echo neighbour $!; wait';
    // Not below us, or its neighbours would be ours.
    const shell = processes.startUnmarked(`export SERVER='${server}'; setsid sh -c '${session}' &`);
    const pids = new Map((await shell.printed(4)).map((line) => line.split(' ') as [string, string]));
    const pidOf = (name: string): number => Number(pids.get(name));
    for (const name of pids.keys()) processes.alsoEnd(pidOf(name));
    await until(() => !/^PPid:\s+(\d+)$/m.exec(statusOf(pidOf('session')))?.includes(String(shell.pid)));
    const root = watched(pidOf('server'));
    await readUntil(table, [root], (all) => all.length >= 2);
    for (let again = 0; again < 8; again += 1) {
      const readings = await table.read([root]);
      expect(pidsOf(readings)).toEqual([pidOf('server'), pidOf('worker')].sort((a, b) => a - b));
      expect(readings.every(({ onlyWatched, role }) => onlyWatched === true && role === 'service')).toBe(
        true,
      );
    }
  });

  test('is told without its arguments, which may hold a password', async () => {
    const server = spawn('sleep', ['61.5'], { argv0: '/usr/lib/server/sleep' });
    processes.alsoEnd(server.pid ?? 0);
    const root = watched(server.pid ?? 0);
    await readUntil(table, [root], ([only]) => only?.command === 'sleep');
    // It is read at the second look.
    for (let again = 0; again < 4; again += 1) {
      const [only] = await table.read([root]);
      expect(only?.command).toBe('sleep');
    }
  });

  test('that carries the mark of the run belongs to the run', async () => {
    const daemon = processes.start('echo up; sleep 60');
    await daemon.printed(1);
    // Ours alone are not looked for by the mark: as whoever has started it would, it leaves us first.
    const orphan = processes.start('setsid sleep 60 >/dev/null 2>&1 & echo $!');
    const pid = Number((await orphan.printed(1))[0]);
    processes.alsoEnd(pid);
    await orphan.ended;
    const readings = await readUntil(table, [], (all) => all.some((each) => each.pid === pid));
    expect(readings.find((each) => each.pid === pid)?.onlyWatched).toBeUndefined();
    const named = await table.read([watched(pid)]);
    expect(named.find((each) => each.pid === pid)?.onlyWatched).toBeUndefined();
  });

  test('is not what the run’s own processes are put down to', async () => {
    const server = processes.startUnmarked('echo up; sleep 60');
    await server.printed(1);
    const root = watched(server.pid);
    await table.read([root]);
    const lost = processes.start('setsid sleep 60 >/dev/null 2>&1 & echo $!');
    const pid = Number((await lost.printed(1))[0]);
    processes.alsoEnd(pid);
    await lost.ended;
    const readings = await readUntil(table, [root], (all) => all.some((each) => each.pid === pid));
    const found = readings.find((each) => each.pid === pid);
    expect(found).toMatchObject({ root: pid });
    expect(found?.onlyWatched).toBeUndefined();
  });
});
