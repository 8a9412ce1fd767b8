import type { ChildProcess, StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { CommandSpec, Exit, HostProcess, HostSpec, RunningProcess } from '../ports.js';
import { ExcerptBuffer } from '../scenarios/excerpt.js';
import { argvOf } from '../scenarios/shell-argv.js';
import { spawnGuarded } from './living-groups.js';
import { killGroup } from './process-tree.js';
import { adopting } from './subreaper.js';

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

function keep(stream: Readable | null, listeners: ((line: string) => void)[]): ExcerptBuffer {
  const buffer = new ExcerptBuffer();
  if (stream === null) return buffer;
  stream.on('data', (chunk: Buffer) => {
    buffer.push(chunk);
  });
  createInterface({ input: stream }).on('line', (line) => {
    for (const listener of listeners) listener(line);
  });
  return buffer;
}

function start(
  argv: readonly [string, ...string[]],
  spec: HostSpec,
  { stdio, adopts = false }: { readonly stdio: StdioOptions; readonly adopts?: boolean },
): { child: ChildProcess; running: RunningProcess } {
  const bound = { argv: spec.enclosure?.wrap(argv) ?? argv, env: spec.env };
  const { argv: started, env } = adopts ? adopting(bound) : bound;
  const [program, ...args] = started;
  const child = spawnGuarded(program, args, {
    cwd: spec.cwd,
    env,
    stdio,
    // A process group of its own, so that one signal reaches all of it. On Windows that would open a console window.
    detached: process.platform !== 'win32',
    windowsHide: true,
    serialization: 'json',
  });
  const listeners: ((line: string) => void)[] = [];
  const stdout = keep(child.stdout, listeners);
  const stderr = keep(child.stderr, listeners);
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
  return start(argvOf(spec), spec, { stdio: ['ignore', 'pipe', 'pipe'] }).running;
}

/** Node with a script of ours and a message channel; `adopts`: the orphans of what it starts become its children. */
export function spawnNode(script: string, spec: HostSpec, { adopts = false } = {}): HostProcess {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
  const { child, running } = start([process.execPath, script], spec, { stdio, adopts });
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
