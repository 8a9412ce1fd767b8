import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { resultsSchema, type Results } from '../../src/model/results.js';

export const CLI = join(import.meta.dirname, '../../dist/cli.js');

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly cwd: string;
  /** What was written there, or else kept, checked against the schema. */
  results(file?: string): Results;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (pid: number) => void;
  /** Not as root, who may do everything, even if we are; the folders that it writes to must be given to ORDINARY. */
  readonly ordinary?: boolean;
  /** The built CLI, or a copy of it. */
  readonly cli?: string;
}

/** Of a user without rights of its own ("nobody"). */
export const ORDINARY = 65534;

const folders: string[] = [];

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-e2e-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes a file in the folder, with the folders on the way. */
export function write(cwd: string, path: string, content: string): void {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

/** Runs the built CLI as a person at a terminal does, in an empty folder unless told otherwise. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const cwd = options.cwd ?? emptyFolder();
  const child = spawn(process.execPath, [options.cli ?? CLI, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.ordinary === true && process.geteuid?.() === 0 ? { uid: ORDINARY, gid: ORDINARY } : {}),
  });
  let stdout = '';
  let stderr = '';
  options.onStart?.(child.pid ?? 0);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const results = (file = '.flowgate/results.json'): Results =>
    resultsSchema.parse(JSON.parse(readFileSync(join(cwd, file), 'utf8')));
  return { status, stdout, stderr, cwd, results };
}

/** The value of a metric of the only scenario. */
export function metricOf(results: Results, name: string): number | null | undefined {
  return results.scenarios[0]?.metrics[name]?.value;
}
