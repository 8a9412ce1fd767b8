import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CommandFiles } from '../../src/github/command-files.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowgate-command-files-'));
  path = join(folder, 'output');
  writeFileSync(path, 'before=1\n');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const WARNING = 'a process of this run changed the file GITHUB_OUTPUT of the runner; this was undone';

test('what we add is there, and nobody is warned of it', () => {
  const files = new CommandFiles({ GITHUB_OUTPUT: path });
  expect(files.append('GITHUB_OUTPUT', 'verdict=pass\n')).toBe(true);
  expect(files.restore()).toEqual([]);
  expect(readFileSync(path, 'utf8')).toBe('before=1\nverdict=pass\n');
});

test('a file that the runner did not give is none of ours', () => {
  const files = new CommandFiles({ GITHUB_OUTPUT: '', GITHUB_ENV: join(folder, 'absent') });
  expect(files.append('GITHUB_OUTPUT', 'a=b\n')).toBe(false);
  expect(files.append('GITHUB_ENV', 'a=b\n')).toBe(false);
  expect(files.restore()).toEqual([]);
});

const posix = process.platform === 'win32' ? test.skip : test;

posix.each<[string, () => void]>([
  [
    'appends to it',
    () => {
      appendFileSync(path, 'verdict=pass\n');
    },
  ],
  [
    'overwrites it',
    () => {
      writeFileSync(path, 'before=2\n');
    },
  ],
  [
    'cuts it',
    () => {
      truncateSync(path, 0);
    },
  ],
  [
    'removes it',
    () => {
      unlinkSync(path);
    },
  ],
  [
    'puts a link in its place',
    () => {
      writeFileSync(join(folder, 'elsewhere'), 'precious');
      unlinkSync(path);
      symlinkSync(join(folder, 'elsewhere'), path);
    },
  ],
  [
    'puts a FIFO in its place',
    () => {
      unlinkSync(path);
      execFileSync('mkfifo', [path]);
    },
  ],
  [
    'puts a folder in its place',
    () => {
      unlinkSync(path);
      mkdirSync(path);
      writeFileSync(join(path, 'x'), '');
    },
  ],
  [
    'puts another file in its place',
    () => {
      unlinkSync(path);
      writeFileSync(path, 'before=1\n');
      writeFileSync(join(folder, 'taken'), '');
    },
  ],
  [
    'locks it',
    () => {
      chmodSync(path, 0o000);
    },
  ],
])('a process that %s changes nothing of what the runner reads', (what, meddle) => {
  const files = new CommandFiles({ GITHUB_OUTPUT: path });
  meddle();
  files.append('GITHUB_OUTPUT', 'verdict=fail\n');
  expect(readFileSync(path, 'utf8')).toBe('before=1\nverdict=fail\n');
  meddle();
  const warned = files.restore();
  // Root may write where it may not, and a file with the same number and content is the same file.
  if (!['locks it', 'puts another file in its place'].includes(what)) expect(warned).toEqual([WARNING]);
  expect(lstatSync(path).isFile()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('before=1\nverdict=fail\n');
  if (what.includes('link')) expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('precious');
});

test.each(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'] as const)(
  'a pipe as %s is an error, and nobody waits for its reader',
  (name) => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const files = new CommandFiles({ [name]: pipe });
    expect(() => files.append(name, 'verdict=pass\n')).toThrow(
      `${pipe} (${name}) is a pipe; it must be a regular file`,
    );
  },
);

test('a device, or no file, is left to whoever writes it', () => {
  const files = new CommandFiles({ GITHUB_OUTPUT: '/dev/null', GITHUB_STEP_SUMMARY: join(folder, 'none') });
  expect(files.append('GITHUB_OUTPUT', 'x')).toBe(false);
  expect(files.append('GITHUB_STEP_SUMMARY', 'x')).toBe(false);
  expect(files.append('GITHUB_ENV', 'x')).toBe(false);
});
