import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { codeOf, messageOf } from '../../../lib/errors.js';
import { enterDirectly, enterThroughSudo } from '../request.js';

/** One change below our own group. */
export type CgroupStep =
  { readonly make: string } | { readonly file: string; readonly value: string; readonly optional?: boolean };

/** How control groups are changed: with our own rights, or with root's. They are read by everybody. */
export interface CgroupDoor {
  /** In order. Rejects at the first that fails, and says which. */
  apply(steps: readonly CgroupStep[]): Promise<void>;
  /** Removes groups, in order; those that are gone are passed over. Rejects at the first that can not be. */
  remove(folders: readonly string[]): Promise<void>;
  /** Commands of a shell that put it into groups, given by their cgroup.procs. */
  enter(files: readonly string[]): readonly string[];
}

export const directDoor: CgroupDoor = {
  async apply(steps) {
    for (const step of steps) await applyDirectly(step);
  },
  async remove(folders) {
    for (const folder of folders) {
      try {
        await rmdir(folder);
      } catch (thrown) {
        if (codeOf(thrown) !== 'ENOENT') throw thrown;
      }
    }
  },
  enter: enterDirectly,
};

async function applyDirectly(step: CgroupStep): Promise<void> {
  if ('make' in step) {
    await mkdir(step.make);
    return;
  }
  if (step.optional === true && !existsSync(step.file)) return;
  try {
    await writeFile(step.file, step.value, { flag: 'r+' });
  } catch (thrown) {
    if (step.optional !== true) {
      throw new Error(`${step.value} > ${step.file}: ${messageOf(thrown)}`, { cause: thrown });
    }
  }
}

/**
 * As root, by sudo without a password, as hosted runners have it. Nothing is done with it but what the steps say: one
 * shell for all of them, which gets them on standard input, so that there may be many.
 */
export const sudoDoor: CgroupDoor = {
  apply: (steps) => asRoot(steps.map(lineOf)),
  remove: (folders) => asRoot(folders.map((folder) => `[ ! -d ${quote(folder)} ] || rmdir ${quote(folder)}`)),
  enter: enterThroughSudo,
};

function lineOf(step: CgroupStep): string {
  if ('make' in step) return `mkdir ${quote(step.make)}`;
  const write = `echo ${quote(step.value)} >${quote(step.file)}`;
  return step.optional === true ? `[ ! -e ${quote(step.file)} ] || (${write}) 2>/dev/null || :` : write;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function asRoot(lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // Nothing of our environment, which has secrets in it, but where sudo is.
    const env = { PATH: process.env['PATH'] };
    const child = execFile('sudo', ['-n', 'sh', '-e'], { env }, (error, _, stderr) => {
      if (error === null) resolve();
      else if (error.code === 'ENOENT') reject(new Error('sudo is not installed'));
      else reject(new Error((stderr.trim() || error.message).split('\n').join('; ')));
    });
    // A sudo that refuses does not read: its exit says so, not this.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${lines.join('\n')}\n`);
  });
}
