import type { ChildProcess } from 'node:child_process';
import type { CommandSlot, CommandSpec, FlowCommand, FlowCommandEnd, LaunchedRoot } from '../ports.js';
import { ExcerptBuffer } from '../scenarios/excerpt.js';
import { nodeClock } from './node-clock.js';
import { spawnGuarded } from './living-groups.js';
import { argvOf } from '../scenarios/shell-argv.js';
import { exitOf } from './node-process.js';
import { killGroup } from './process-tree.js';

/** A worker slot where there is no POSIX shell to launch from (Windows): every flow is spawned when it is due. */
export class SpawnedSlot implements CommandSlot {
  readonly #spec: CommandSpec;
  readonly #onLaunch: (root: LaunchedRoot) => void;
  #child: ChildProcess | undefined;

  constructor(spec: CommandSpec, onLaunch: (root: LaunchedRoot) => void) {
    this.#spec = spec;
    this.#onLaunch = onLaunch;
  }

  async run(flow: FlowCommand): Promise<FlowCommandEnd> {
    const argv = argvOf(this.#spec);
    const [program, ...args] = this.#spec.enclosure?.wrap(argv) ?? argv;
    const stdout = new ExcerptBuffer();
    const stderr = new ExcerptBuffer();
    const startedAt = nodeClock.now();
    const child = spawnGuarded(program, args, {
      cwd: this.#spec.cwd,
      env: { ...this.#spec.env, ...flow.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    if (child.pid !== undefined) this.#onLaunch({ pid: child.pid, launcher: false });
    const runningAt = child.pid === undefined ? undefined : nodeClock.now();
    let endedAt = startedAt;
    child.once('exit', () => {
      endedAt = nodeClock.now();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      flow.listeners?.stdout.data(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr.push(chunk);
      flow.listeners?.stderr.data(chunk);
    });
    const exit = await exitOf(child, stderr);
    this.#child = undefined;
    return { exit, startedAt, runningAt, endedAt, stdout: stdout.excerpt(), stderr: stderr.excerpt() };
  }

  /** Nothing can be brought on its way before it is due. */
  prepare(flow: FlowCommand): Promise<() => Promise<FlowCommandEnd>> {
    return Promise.resolve(() => this.run(flow));
  }

  kill(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) killGroup(pid, 'SIGKILL');
  }

  close(): Promise<void> {
    this.kill();
    return Promise.resolve();
  }
}
