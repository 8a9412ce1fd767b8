import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyFolder, runCli, write, type CliRun } from './run-cli.js';

const onLinux = process.platform === 'linux' ? test : test.skip;

/** Grows to 60 MB in 100 ms and ends at its peak. */
const CHILD =
  'const kept = []; const grow = () => {' +
  ' kept.push(Buffer.alloc(6e6, 1));' +
  ' if (kept.length < 10) setTimeout(grow, 10);' +
  ' else console.log(process.resourceUsage().maxRSS) };' +
  'grow();';

/** Twenty children, eight of them one after another, the others four at once; then what the kernel knows of them. */
const FLOW = `
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
const run = promisify(execFile);
const child = async () => Number((await run(process.execPath, ['-e', ${JSON.stringify(CHILD)}])).stdout) * 1024;
writeFileSync(process.argv[2] + '/pid', String(process.pid));
let largest = 0;
for (let turn = 0; turn < 8; turn += 1) largest = Math.max(largest, await child());
for (let turn = 0; turn < 3; turn += 1) {
  const together = await Promise.all([child(), child(), child(), child()]);
  largest = Math.max(largest, together.reduce((sum, bytes) => sum + bytes));
}
const own = process.resourceUsage().maxRSS * 1024;
writeFileSync(process.argv[2] + '/largest', String(largest + own));
`;

/** Resident bytes of a process and everything below it; what ends meanwhile has none. */
function treeMemory(root: number): number {
  const parents = new Map<number, number>();
  const memory = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
      memory.set(Number(name), Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  return [...memory].reduce((sum, [pid, bytes]) => sum + (isBelow(pid) ? bytes : 0), 0);
}

interface Truth {
  /** Bytes: the most that a look of our own saw, thirty times a second. */
  readonly seen: number;
  /** Bytes: those that were there at once, each at the highest that the kernel knows. */
  readonly largest: number;
}

async function runGated(gates: readonly string[]): Promise<{ readonly ran: CliRun; readonly truth: Truth }> {
  const cwd = emptyFolder();
  write(cwd, 'flow.mjs', FLOW);
  let seen = 0;
  const looks = setInterval(() => {
    try {
      seen = Math.max(seen, treeMemory(Number(readFileSync(join(cwd, 'pid'), 'utf8'))));
    } catch {
      // The flow has not begun.
    }
  }, 33);
  const command = `${process.execPath} ${cwd}/flow.mjs ${cwd}`;
  const thresholds = gates.flatMap((gate) => ['--threshold', gate]);
  const args = ['run', '--run', command, '--flows', '1', ...thresholds, '--json', 'results.json'];
  const ran = await runCli(args, { cwd }).finally(() => {
    clearInterval(looks);
  });
  return { ran, truth: { seen, largest: Number(readFileSync(join(cwd, 'largest'), 'utf8')) } };
}

/** The kernel is asked by it for the largest process. */
const withPerl = process.platform === 'linux' && existsSync('/usr/bin/perl') ? test : test.skip;

describe('flows that end before a look can see them (skipped without /usr/bin/perl)', () => {
  withPerl.each([
    ['true', 'run: "true"'],
    ['a builtin of sh', `run: test -n "$FLOWGATE_WORKSPACE"\n    shell: sh -e`],
    ['a pipe of three', 'run: "true | true | true"'],
  ])(
    'never leave the default gates without an answer: %s',
    async (_, run) => {
      const cwd = emptyFolder();
      write(cwd, 'c.yml', `version: 1\nscenarios:\n  tiny:\n    ${run}\n    flows: 3\n`);
      for (let turn = 0; turn < 5; turn += 1) {
        const ran = await runCli(['run', '--config', 'c.yml', '--json', 'results.json'], { cwd });
        const [scenario] = ran.results('results.json').scenarios;
        expect(scenario?.thresholds.map(({ outcome }) => outcome)).not.toContain('inconclusive');
        expect(scenario?.metrics.peak_memory?.value).toBeGreaterThan(500e3);
        expect(ran.status).toBe(0);
      }
    },
    60_000,
  );
});

describe('a tree that starts and ends many processes of 60 MB', () => {
  onLinux(
    'has its peak between the two bounds, and no gate between them passes or fails',
    async () => {
      // All on one run, as the next one would have other bounds: each limit is 5% above the one before.
      const limits = Array.from({ length: 80 }, (_, index) => Math.round(50 * 1.05 ** index));
      const { ran, truth } = await runGated(limits.map((limit) => `peak_memory <= ${limit}MB`));
      const [scenario] = ran.results('results.json').scenarios;
      const { value: least = null, atMost: most = NaN } = scenario?.metrics.peak_memory ?? {};
      // The kernel counts resident pages of a running process some 64 pages for each thread late.
      expect(least).toBeLessThan(1.05 * truth.largest);
      expect(most).toBeGreaterThan(0.95 * truth.seen);
      expect(most).toBeGreaterThan(1.1 * (least ?? NaN));
      expect(ran.stdout).toMatch(/peak_memory <= \d+MB\s+at least \d+ MB\s+\(at most [\d.]+ [MG]B/);

      const outcomes = limits.map((limit) => {
        if (limit * 1e6 >= most) return 'pass';
        return limit * 1e6 >= (least ?? NaN) ? 'inconclusive' : 'fail';
      });
      expect(scenario?.thresholds.map(({ outcome }) => outcome)).toEqual(outcomes);
      expect(new Set(outcomes)).toEqual(new Set(['fail', 'inconclusive', 'pass']));
      expect(ran.status).toBe(1);
    },
    120_000,
  );
});
