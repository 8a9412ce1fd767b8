import { spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openProcfs } from '../../../src/watch/procfs/table.js';
import type { ProcessTable, TreeRoot } from '../../../src/watch/table.js';
import { onLinux, pidsOf, readUntil, RealProcesses } from './procfs-processes.js';

const watched = (pid: number): TreeRoot => ({ pid, role: 'service', launcher: false, onlyWatched: true });

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
    const shell = processes.startUnmarked("sh -c 'echo $$; sleep 60 & echo $!; wait' & sleep 60 & wait");
    const [server, worker] = (await shell.printed(2)).map(Number);
    const root = watched(server ?? 0);
    const readings = await readUntil(table, [root], (all) => all.some(({ command }) => command === 'sleep'));
    expect(pidsOf(readings)).toEqual([server, worker].sort((a = 0, b = 0) => a - b));
    for (let again = 0; again < 5; again += 1) expect(await table.read([root])).toHaveLength(2);
    expect(readings.every(({ onlyWatched, role }) => onlyWatched === true && role === 'service')).toBe(true);
  });

  test('is told without its arguments, which may hold a password', async () => {
    const server = spawn('sleep', ['61.5'], { argv0: '/usr/lib/server/sleep' });
    processes.alsoEnd(server.pid ?? 0);
    const root = watched(server.pid ?? 0);
    const readings = await readUntil(table, [root], ([only]) => only?.command === 'sleep');
    expect(JSON.stringify(readings)).not.toContain('61.5');
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
