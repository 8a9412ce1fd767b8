import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable, Readable } from 'node:stream';
import type { CommandSlot, CommandSpec, Exit, FlowCommand, FlowCommandEnd } from '../ports.js';
import { nodeClock } from './node-clock.js';
import { argvOf, exitOf } from './node-process.js';
import { OutputFile } from './output-file.js';
import { killGroup } from './process-tree.js';

/**
 * A POSIX shell that waits for one line a flow on descriptor 3 and runs the command that its arguments give.
 *
 * It says R when it waits, S before it starts a flow and `E status` after. The line holds the flow's variables and
 * redirections, quoted by us. dash starts such a simple command by vfork, which is what makes it fast (METHOD §5);
 * any sh does it right. The flow gets neither descriptor.
 */
const LAUNCHER = `echo R >&4
while IFS= read -r flow <&3; do
  echo S >&4
  eval "$flow \\"\\$@\\" </dev/null 3<&- 4>&-"
  echo "E $?" >&4
done`;

/** dash where there is one: as /bin/sh it is bash on macOS and on some Linux systems. */
const SHELL = ['/bin/dash', '/usr/bin/dash'].find((path) => existsSync(path)) ?? '/bin/sh';

/** For sh: safe whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

interface Launcher {
  readonly pid: number;
  readonly control: Writable;
  readonly exited: Promise<Exit>;
  /** Waits for a flow, or is gone already. */
  readonly ready: Promise<void>;
  gone: Exit | undefined;
}

interface RunningFlow {
  readonly startedAt: number;
  runningAt: number | undefined;
  readonly end: (exit: Exit) => void;
}

/** A worker slot whose launcher is forked ahead. Flows of one slot never share a stream: each has its own files. */
export class LauncherSlot implements CommandSlot {
  readonly #spec: CommandSpec;
  readonly #scratch: string;
  readonly #onLaunch: (pid: number) => void;
  #launcher: Launcher;
  #flow: RunningFlow | undefined;
  #count = 0;

  private constructor(spec: CommandSpec, scratch: string, onLaunch: (pid: number) => void) {
    this.#spec = spec;
    this.#scratch = scratch;
    this.#onLaunch = onLaunch;
    this.#launcher = this.#launch();
  }

  /** `scratch`: an empty folder for the streams of its flows; `onLaunch` is told each launcher's pid. */
  static async open(
    spec: CommandSpec,
    scratch: string,
    onLaunch: (pid: number) => void,
  ): Promise<LauncherSlot> {
    const slot = new LauncherSlot(spec, scratch, onLaunch);
    await slot.#launcher.ready;
    return slot;
  }

  async run(flow: FlowCommand): Promise<FlowCommandEnd> {
    if (this.#launcher.gone) {
      this.#launcher = this.#launch();
      await this.#launcher.ready;
    }
    this.#count += 1;
    const stdout = new OutputFile(join(this.#scratch, `${this.#count}.out`));
    const stderr = new OutputFile(join(this.#scratch, `${this.#count}.err`));
    const variables = Object.entries(flow.env).map(([name, value]) => `${name}=${quote(value)}`);
    // Appending, so that what was read can be cut off a stream that grows too long while its writer goes on.
    const line = [...variables, `>>${quote(stdout.path)}`, `2>>${quote(stderr.path)}`].join(' ');
    const { startedAt, runningAt, exit, endedAt } = await this.#release(line, [stdout, stderr]);
    return { exit, startedAt, runningAt, endedAt, stdout: stdout.close(), stderr: stderr.close() };
  }

  #release(line: string, streams: readonly OutputFile[]): Promise<Omit<FlowCommandEnd, 'stdout' | 'stderr'>> {
    return new Promise((resolve) => {
      const flow: RunningFlow = {
        startedAt: nodeClock.now(),
        runningAt: undefined,
        end: (exit) => {
          this.#flow = undefined;
          for (const stream of streams) stream.stopWatching();
          resolve({ exit, startedAt: flow.startedAt, runningAt: flow.runningAt, endedAt: nodeClock.now() });
        },
      };
      this.#flow = flow;
      if (this.#launcher.gone) flow.end(this.#launcher.gone);
      else this.#launcher.control.write(`${line}\n`);
      for (const stream of streams) stream.watch();
    });
  }

  kill(): void {
    killGroup(this.#launcher.pid, 'SIGKILL');
  }

  async close(): Promise<void> {
    this.#launcher.control.end();
    if (this.#flow !== undefined) this.kill();
    await this.#launcher.exited;
  }

  #launch(): Launcher {
    const child = spawn(SHELL, ['-c', LAUNCHER, 'flowgate-slot', ...argvOf(this.#spec)], {
      cwd: this.#spec.cwd,
      env: this.#spec.env,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const control = child.stdio[3] as Writable;
    const status = createInterface({ input: child.stdio[4] as Readable });
    // Writing to a launcher that was killed with its flow: its exit says so, not this.
    control.on('error', () => undefined);
    const exited = exitOf(child);
    const ready = new Promise<void>((resolve) => {
      status.on('line', (line) => {
        if (line === 'R') resolve();
        else this.#onStatus(line);
      });
      void exited.then(() => {
        resolve();
      });
    });
    const launcher: Launcher = { pid: child.pid ?? 0, control, exited, ready, gone: undefined };
    void exited.then((exit) => {
      launcher.gone = exit;
      // It dies with its flow when the group is killed, by us or by the flow itself. The slot goes on with a new one.
      this.#flow?.end(exit);
    });
    if (child.pid !== undefined) this.#onLaunch(child.pid);
    return launcher;
  }

  #onStatus(line: string): void {
    if (this.#flow === undefined) return;
    if (line === 'S') this.#flow.runningAt = nodeClock.now();
    else this.#flow.end({ code: Number(line.slice(2)), signal: null });
  }
}
