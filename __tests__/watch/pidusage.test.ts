import { cpus } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPidusage } from '../../src/watch/pidusage.js';
import { openProcfs } from '../../src/watch/procfs/table.js';
import type { ProcessTable } from '../../src/watch/table.js';
import { nodeCommand, onLinux, pidsOf, readUntil, RealProcesses } from './procfs/procfs-processes.js';

const BUSY = 'while(process.cpuUsage().user<3e5);console.log("up");process.stdin.resume()';

/**
 * Bytes that `stat`, which pidusage reads, may leave out since Linux 6.2: what each CPU has not yet added to the counts
 * of anonymous and file pages (percpu_counter, batches of 32 pages).
 */
const UNCOUNTED = cpus().length * 2 * 32 * 4096;

describe('the process table of pidusage', () => {
  let processes: RealProcesses;
  let table: ProcessTable;

  beforeEach(() => {
    processes = new RealProcesses();
    table = openPidusage();
  });

  afterEach(() => {
    table.close();
    processes.endAll();
  });

  test('is empty without roots, and when the root has ended', async () => {
    const gone = processes.start('true');
    await gone.ended;
    expect(await table.read([])).toEqual([]);
    expect(await table.read([gone.root()])).toEqual([]);
  });

  test('keeps a process that was reparented after it was seen, with the same start', async () => {
    const tree = processes.start("sh -c 'sleep 60 >/dev/null 2>&1 & echo $!; read go'; exit 0");
    const orphan = Number((await tree.printed(1))[0]);
    const before = await readUntil(table, [tree.root()], (all) => pidsOf(all).includes(orphan));
    tree.write('go');
    await tree.ended;
    const after = await readUntil(table, [tree.root()], (all) => all.length === 1);
    expect(after[0]).toMatchObject({ pid: orphan, root: tree.pid });
    expect(after[0]?.startTime).toBe(before.find(({ pid }) => pid === orphan)?.startTime);
  });

  onLinux('beside /proc', () => {
    test('agrees on processes, memory and CPU time', async () => {
      const procfs = openProcfs(processes.mark);
      const one = nodeCommand(BUSY);
      const tree = processes.start(`exec 3<&0; ${one} <&3 & ${one} <&3 & sleep 60 & wait`);
      await tree.printed(2);
      const roots = [tree.root({ launcher: true })];
      await table.read(roots);
      const seen = await table.read(roots);
      const exact = await procfs.read(roots);
      procfs.close();
      expect(pidsOf(seen)).toEqual(pidsOf(exact));
      expect(seen).toHaveLength(4);
      for (const reading of seen) {
        const other = exact.find(({ pid }) => pid === reading.pid);
        expect(reading).toMatchObject({
          parent: other?.parent,
          launcher: other?.launcher,
          role: other?.role,
        });
        const memory = other?.memory ?? 0;
        expect(Math.abs(reading.memory - memory)).toBeLessThan(0.03 * memory + UNCOUNTED);
        // Both round to ticks of 10 ms, user and system each.
        expect(Math.abs(reading.cpuTime - (other?.cpuTime ?? 0))).toBeLessThanOrEqual(30);
      }
      expect(Math.max(...seen.map(({ cpuTime }) => cpuTime))).toBeGreaterThan(200);
    });
  });
});
