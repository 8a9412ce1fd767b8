import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '@jest/globals';
import type { ProcessReading, ProcessTable, TreeRoot } from '../../../src/watch/table.js';

/** Tests that need /proc; elsewhere they are reported as skipped, with the reason. */
export const onLinux: (name: string, tests: () => void) => void =
  process.platform === 'linux'
    ? describe
    : (name, tests) => {
        describe.skip(`${name} (skipped: there is no /proc on ${process.platform})`, tests);
      };

const NODE = process.execPath;

/** A Node program as a command of sh. */
export function nodeCommand(program: string): string {
  return `${NODE} -e '${program}'`;
}

/** Real processes of one test, and the mark that they carry. */
export class RealProcesses {
  readonly mark = `FLOWGATE_RUN=${randomUUID()}`;
  private readonly started: ChildProcess[] = [];
  /** pids that processes told us themselves: those that a kill of their group would not reach. */
  private readonly told = new Set<number>();

  /** A shell in a process group and session of its own, as every root is; lines that it prints are kept. */
  start(command: string, env: Readonly<Record<string, string>> = {}): RealProcess {
    const [name = '', value = ''] = this.mark.split('=');
    return this.launch(command, { [name]: value, ...env });
  }

  startUnmarked(command: string): RealProcess {
    return this.launch(command, {});
  }

  /** Ends what `endAll` could not find by itself. */
  alsoEnd(pid: number): void {
    this.told.add(pid);
  }

  endAll(): void {
    for (const { pid } of this.started) if (pid !== undefined) kill(-pid);
    for (const pid of this.told) kill(pid);
    this.started.length = 0;
    this.told.clear();
  }

  private launch(command: string, env: Readonly<Record<string, string>>): RealProcess {
    const child = spawn('sh', ['-c', command], {
      detached: true,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.started.push(child);
    return new RealProcess(child);
  }
}

export class RealProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  private readonly lines: string[] = [];
  private readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    this.pid = child.pid ?? 0;
    this.ended = new Promise((resolve) =>
      child.once('close', () => {
        resolve();
      }),
    );
    if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => this.lines.push(line));
  }

  root(given: Partial<TreeRoot> = {}): TreeRoot {
    return { pid: this.pid, role: 'flow', launcher: false, ...given };
  }

  /** Resolves when it has printed so many lines. */
  async printed(count: number): Promise<readonly string[]> {
    await until(() => this.lines.length >= count);
    return this.lines;
  }

  write(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }
}

/** Reads until the readings are as wanted, and returns them; the test's own timeout ends it otherwise. */
export async function readUntil(
  table: ProcessTable,
  roots: readonly TreeRoot[],
  wanted: (readings: readonly ProcessReading[]) => boolean,
): Promise<readonly ProcessReading[]> {
  for (;;) {
    const readings = await table.read(roots);
    if (wanted(readings)) return readings;
    await sleep(5);
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

export function pidsOf(readings: readonly ProcessReading[]): number[] {
  return readings.map(({ pid }) => pid).sort((a, b) => a - b);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
