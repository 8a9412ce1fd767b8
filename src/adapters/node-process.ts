import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CommandSpec, Exit, HostProcess, HostSpec, OutputLine, RunningProcess } from '../ports.js';
import { ExcerptBuffer } from '../scenarios/excerpt.js';
import { OutputLines } from '../scenarios/output-lines.js';
import { argvOf } from '../scenarios/shell-argv.js';
import { enlist } from './living-groups.js';
import { killGroup } from './process-tree.js';

/** After a process has exited, what its descendants still write is waited for this long, in ms. */
const DRAIN = 200;

/** As a shell says it when a program cannot be started. */
const CANNOT_START = 127;

/** Resolves when the process has exited and its streams are closed or drained; never rejects. */
export function exitOf(child: ChildProcess, stderr?: ExcerptBuffer): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stderr?.push(Buffer.from(`${error.message}\n`));
      if (child.pid === undefined) resolve({ code: CANNOT_START, signal: null });
    });
    child.once('exit', (code, signal) => {
      const settle = (): void => {
        resolve({ code, signal });
      };
      child.once('close', settle);
      setTimeout(settle, DRAIN).unref();
    });
  });
}

function keep(
  readable: Readable | null,
  stream: OutputLine['stream'],
  listeners: ((line: OutputLine) => void)[],
): ExcerptBuffer {
  const buffer = new ExcerptBuffer();
  if (readable === null) return buffer;
  const lines = new OutputLines((text, ended) => {
    for (const listener of listeners) listener({ stream, text, ended });
  });
  readable.on('data', (chunk: Buffer) => {
    buffer.push(chunk);
    if (listeners.length > 0) lines.push(chunk);
  });
  readable.once('end', () => {
    lines.end();
  });
  return buffer;
}

function start(
  argv: readonly [string, ...string[]],
  spec: HostSpec,
  stdio: StdioOptions,
): { child: ChildProcess; running: RunningProcess } {
  const [program, ...args] = spec.enclosure?.wrap(argv) ?? argv;
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: spec.env,
    stdio,
    // A process group of its own, so that one signal reaches all of it. On Windows that would open a console window.
    detached: process.platform !== 'win32',
    windowsHide: true,
    serialization: 'json',
  });
  enlist(child);
  const listeners: ((line: OutputLine) => void)[] = [];
  const stdout = keep(child.stdout, 'stdout', listeners);
  const stderr = keep(child.stderr, 'stderr', listeners);
  const exited = exitOf(child, stderr);
  return {
    child,
    running: {
      pid: child.pid ?? 0,
      exited,
      stdout: () => stdout.excerpt(),
      stderr: () => stderr.excerpt(),
      onLine: (listener) => {
        listeners.push(listener);
      },
      kill: (signal) => {
        if (child.pid !== undefined) killGroup(child.pid, signal);
      },
    },
  };
}

/** A command beside us, in a process group of its own, without standard input. */
export function spawnCommand(spec: CommandSpec): RunningProcess {
  return start(argvOf(spec), spec, ['ignore', 'pipe', 'pipe']).running;
}

/** Node with a script of ours and a message channel. */
export function spawnNode(script: string, spec: HostSpec): HostProcess {
  const { child, running } = start([process.execPath, script], spec, ['ignore', 'pipe', 'pipe', 'ipc']);
  return {
    ...running,
    send: (message) => {
      // The host may be gone already: its exit says so, not this.
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
  };
}
