/** Small real programs, compiled when a bench first needs them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing } from '../measure.mjs';

/** Asked when it is needed: why there are none here; undefined if there are. */
export const noPrograms = missing('cc');

let folder;
const compiled = new Map();

function home() {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'flowgate-programs-'));
    process.once('exit', () => rmSync(folder, { recursive: true }));
  }
  return folder;
}

/** Path of the program that NAME.c is. */
export function program(name) {
  if (!compiled.has(name)) {
    const path = join(home(), name);
    execFileSync('cc', ['-O1', '-o', path, join(import.meta.dirname, `${name}.c`)]);
    compiled.set(name, path);
  }
  return compiled.get(name);
}

/** A file for a program to write into; the next one replaces it. */
export const scratchFile = () => join(home(), 'written');
