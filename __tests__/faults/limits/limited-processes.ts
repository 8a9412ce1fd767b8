import { execFileSync, spawn } from 'node:child_process';
import { describe } from '@jest/globals';
import { nodeResourceLimits } from '../../../src/faults/limits/open.js';
import type { LimitRequest } from '../../../src/faults/limits/request.js';
import type { Enclosure, Exit } from '../../../src/system/ports.js';

const MB = 1e6;
export const NODE = process.execPath;

export const LIMITED: LimitRequest = {
  limits: [
    { of: 'flow', memory: 256 * MB, cpu: 0.5, processes: 64, files: 256 },
    { of: 'service', memory: 256 * MB },
  ],
  slots: 2,
  services: ['db'],
};

/** Why there are no control groups here; undefined if there are. */
async function missing(): Promise<string | undefined> {
  const session = await nodeResourceLimits.open(LIMITED);
  await session.close();
  const { strategy, unenforced, passedOver } = session.inForce;
  if (!strategy.startsWith('cgroup')) return `no control groups: ${passedOver.join('; ')}`;
  const lacking = unenforced.map(({ resource }) => resource);
  return lacking.length === 0 ? undefined : `${strategy} does not limit ${lacking.join(', ')} here`;
}

const lacking = await missing();

/** Tests that need control groups; elsewhere they are reported as skipped, with what is missing. */
export const withCgroups: (name: string, tests: () => void) => void =
  lacking === undefined
    ? describe
    : (name, tests) => {
        describe.skip(`${name} (skipped: ${lacking})`, tests);
      };

export interface Ended {
  readonly exit: Exit;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs a program to its end. */
export function ran([program, ...args]: readonly [string, ...string[]]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: process.env,
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ exit: { code, signal }, lines: output.trimEnd().split('\n'), errors });
    });
  });
}

/** As a launcher runs a flow: a shell that has entered starts another one. */
export function launched(enclosure: Enclosure, command: string): Promise<Ended> {
  return ran(['sh', '-c', `${enclosure.prelude}\nsh -c "$0"; exit $?`, command]);
}

/** Control groups that this process has made and not removed. */
export function groupsLeft(): readonly string[] {
  const name = `flowgate-${process.pid}-*`;
  const found = execFileSync('find', ['/sys/fs/cgroup', '-name', name, '-prune'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return found
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}
