import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Environment } from '../model/record.js';
import { readText } from './files.js';
import { machineShare } from './machine-share.js';

/** Of /proc/PID/stat (proc_pid_stat(5)): where the environment that the process was started with lies in its memory. */
const ENV_START = 50;

/**
 * Takes variables out of this process's environment; and on Linux out of /proc/PID/environ too, which shows what a
 * process was started with, whatever it has unset since, to every process of the same user. Never throws: where it can
 * not be done, others of the same user can read what they could before.
 */
export function forgetVariables(names: readonly string[]): void {
  for (const name of names) Reflect.deleteProperty(process.env, name);
  if (process.platform !== 'linux' || names.length === 0) return;
  try {
    overwrite(new Set(names));
  } catch {
    // No /proc, or a kernel that lets nobody write to /proc/self/mem.
  }
}

function overwrite(names: ReadonlySet<string>): void {
  const start = environmentStart(readFileSync('/proc/self/stat', 'latin1'));
  const started = readFileSync('/proc/self/environ');
  const memory = openSync('/proc/self/mem', 'r+');
  try {
    for (const { name, from, to } of entriesOf(started)) {
      if (!names.has(name)) continue;
      const entry = started.subarray(from, to);
      const there = Buffer.alloc(entry.length);
      readSync(memory, there, 0, there.length, start + from);
      // Nothing is written where anything else than the variable is.
      if (there.equals(entry)) writeSync(memory, Buffer.alloc(entry.length), 0, entry.length, start + from);
    }
  } finally {
    closeSync(memory);
  }
}

/** The second field is a name in brackets that may hold anything. */
function environmentStart(stat: string): number {
  const [...fieldsFromThird] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fieldsFromThird[ENV_START - 3]);
}

function* entriesOf(environ: Buffer): Generator<{ name: string; from: number; to: number }> {
  for (let from = 0; from < environ.length;) {
    const end = environ.indexOf(0, from);
    const to = end === -1 ? environ.length : end;
    const equals = environ.indexOf('=', from);
    if (equals !== -1 && equals < to) yield { name: environ.toString('utf8', from, equals), from, to };
    from = to + 1;
  }
}

/**
 * The machine that this process runs on, or what a limit leaves it of that; ImageOS and ImageVersion are variables of
 * GitHub's hosted runners. Not by availableParallelism on Linux: some versions of Node round a quota into it.
 */
export function readMachine(env: Readonly<Record<string, string | undefined>>): Environment {
  const image = [env.ImageOS, env.ImageVersion].filter((part) => part !== undefined && part !== '').join(' ');
  const online = cpus().length;
  const share =
    platform() === 'linux' && online > 0
      ? machineShare({ cores: online, memory: totalmem() }, readText)
      : { cores: availableParallelism(), memory: totalmem() };
  return {
    os: `${platform()} ${release()}`,
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    ...share,
    node: process.versions.node,
    ...(image !== '' && { image }),
  };
}
