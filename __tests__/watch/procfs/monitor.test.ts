import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { MonitorRecord } from '../../../src/model/record.js';
import { nodeClock } from '../../../src/system/clock.js';
import { openProcfs } from '../../../src/watch/procfs/table.js';
import { type Monitor, startMonitor } from '../../../src/watch/sampler.js';
import type { ProcessTable } from '../../../src/watch/table.js';
import { nodeCommand, onLinux, RealProcesses, until } from './procfs-processes.js';

/** Prints the kernel's own account of the process: bytes of VmHWM. */
const PRINT_PEAK =
  'console.log(1024*/VmHWM:\\s+(\\d+)/.exec(require("fs").readFileSync("/proc/self/status","utf8"))[1]);';
/** Keeps 300 MB for 20 ms and gives them back. */
const SPIKE =
  'const wait=ms=>Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,ms);' +
  'let block=Buffer.alloc(3e8,1);wait(20);block=null;gc();gc();';

const peakOf = ({ samples }: MonitorRecord): number =>
  Math.max(...samples.map(({ peakMemory }) => peakMemory));

onLinux('a monitor of real processes', () => {
  let processes: RealProcesses;
  let table: ProcessTable;
  let monitor: Monitor;

  beforeEach(() => {
    processes = new RealProcesses();
    table = openProcfs(processes.mark);
    monitor = startMonitor({ clock: nodeClock, table, origin: nodeClock.now() });
  });

  afterEach(async () => {
    await monitor.stop();
    table.close();
    processes.endAll();
  });

  test('sees a spike of 20 ms in a grandchild within one percent', async () => {
    // It lives on until its parent's end of the pipe is closed, so that a busy machine has time for one more look.
    const program = `${SPIKE}${PRINT_PEAK}require("fs").readSync(0,Buffer.alloc(1))`;
    const tree = processes.start(`sh -c '${process.execPath} --expose-gc -e "$PROGRAM"; true'; true`, {
      PROGRAM: program,
    });
    monitor.addRoot(tree.root({ launcher: true }));
    const truth = Number((await tree.printed(1))[0]);
    await monitor.sampleNow();
    const { processes: seen } = await monitor.stop();
    const largest = seen[0];
    expect(truth).toBeGreaterThan(3e8);
    expect(Math.abs((largest?.peakMemory ?? 0) / truth - 1)).toBeLessThan(0.01);
    expect(largest).toMatchObject({ role: 'flow', mayHaveGrown: false });
  });

  test('ten processes at once give the sum of what they say of themselves', async () => {
    const one = nodeCommand(`globalThis.kept=Buffer.alloc(2e7,1);process.stdin.resume();${PRINT_PEAK}`);
    const tree = processes.start(`exec 3<&0; for i in 1 2 3 4 5 6 7 8 9 10; do ${one} <&3 & done; wait`);
    monitor.addRoot(tree.root({ launcher: true }));
    const printed = await tree.printed(10);
    const said = printed.map(Number).reduce((sum, peak) => sum + peak, 0);
    const before = monitor.latest()?.sample.at ?? 0;
    await until(() => (monitor.latest()?.sample.at ?? 0) > before);
    await monitor.sampleNow();
    const record = await monitor.stop();
    expect(record.samples.at(-1)?.processes).toBe(10);
    expect(Math.abs(peakOf(record) / said - 1)).toBeLessThan(0.05);
    expect(record.notes).toEqual([]);
  });

  test('counts the CPU of commands that are too short to be sampled', async () => {
    // 200 commands of about a ms; the shell that waits for them tells their CPU time at the end.
    const tree = processes.start(
      'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done; times; echo done; read x',
    );
    monitor.addRoot(tree.root({ launcher: true }));
    const lines = await tree.printed(3);
    const truth = [...(lines[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, minutes, seconds]) => sum + Number(minutes) * 60e3 + Number(seconds) * 1e3,
      0,
    );
    const { samples } = await monitor.stop();
    expect(truth).toBeGreaterThan(20);
    expect(Math.abs((samples.at(-1)?.cpuTime ?? 0) - truth)).toBeLessThanOrEqual(20);
    expect(samples.map(({ cpuTime }) => cpuTime)).toEqual(
      samples.map(({ cpuTime }) => cpuTime).sort((a, b) => a - b),
    );
  });

  test('a process that spawns all the time is not counted twice while its children run in its memory', async () => {
    const program =
      'globalThis.kept=Buffer.alloc(2e8,1);const{spawnSync}=require("child_process");' +
      `for(let i=0;i<150;i++)spawnSync("/bin/true");${PRINT_PEAK}setTimeout(()=>{},100)`;
    const tree = processes.start(nodeCommand(program.replaceAll("'", '"')));
    monitor.addRoot(tree.root({ launcher: true }));
    await tree.ended;
    const truth = Number((await tree.printed(1))[0]);
    const record = await monitor.stop();
    expect(peakOf(record)).toBeGreaterThan(0.99 * truth);
    expect(peakOf(record)).toBeLessThan(1.2 * truth);
  });
});
