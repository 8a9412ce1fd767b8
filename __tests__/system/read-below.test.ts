import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readBelow } from '../../src/system/files.js';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'flowgate-below-'));
  folder = join(parent, 'workspace');
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

async function read(
  limits: { maxFiles?: number; maxBytes?: number } = {},
  onOpen: (path: string) => void = () => undefined,
) {
  const files = new Map<string, string>();
  const whole = await readBelow(folder, {
    maxFiles: 100,
    maxBytes: 1e6,
    ...limits,
    open: (path) => {
      onOpen(path);
      const add = (text: string): void => {
        files.set(path, `${files.get(path) ?? ''}${text}`);
      };
      add('');
      return {
        data: (chunk) => {
          add(Buffer.from(chunk).toString());
        },
        missed: () => {
          add('…');
        },
      };
    },
  });
  return { files: Object.fromEntries(files), whole };
}

test('reads every file below, however deep and long', async () => {
  const long = 'ab'.repeat(100_000);
  writeFileSync(join(folder, 'a.txt'), 'one');
  writeFileSync(join(folder, 'deep/er/b.txt'), long);
  expect(await read()).toEqual({ files: { 'a.txt': 'one', 'deep/er/b.txt': long }, whole: true });
});

test('an empty folder and one that is gone are read as a whole', async () => {
  expect(await read()).toEqual({ files: {}, whole: true });
  rmSync(folder, { recursive: true });
  expect(await read()).toEqual({ files: {}, whole: true });
});

test('follows no link and waits for no pipe', async () => {
  writeFileSync(join(parent, 'outside.txt'), 'secret');
  symlinkSync(join(parent, 'outside.txt'), join(folder, 'link.txt'));
  symlinkSync(parent, join(folder, 'deep/link'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(await read()).toEqual({ files: {}, whole: true });
});

// Elsewhere folders are opened by their paths.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a folder that is a link by the time it is read is not followed', async () => {
  writeFileSync(join(parent, 'outside.txt'), 'secret');
  writeFileSync(join(folder, 'a.txt'), 'one');
  const swap = (): void => {
    rmSync(join(folder, 'deep'), { recursive: true });
    symlinkSync(parent, join(folder, 'deep'));
  };
  expect(await read({}, swap)).toEqual({ files: { 'a.txt': 'one' }, whole: false });
});

onLinux('a workspace that is a link is not followed', async () => {
  writeFileSync(join(parent, 'outside.txt'), 'secret');
  rmSync(folder, { recursive: true });
  symlinkSync(parent, folder);
  expect(await read()).toEqual({ files: {}, whole: false });
});

onLinux(
  'a file that is a pipe by the time it is read is not waited for, and counts as not read',
  async () => {
    writeFileSync(join(folder, 'a.txt'), 'one');
    const swap = (): void => {
      rmSync(join(folder, 'a.txt'));
      execFileSync('mkfifo', [join(folder, 'a.txt')]);
    };
    expect(await read({}, swap)).toEqual({ files: { 'a.txt': '' }, whole: false });
  },
);

test('stops at as many files or bytes as it may read, and says that it did', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name.repeat(10));
  expect(await read({ maxFiles: 2 })).toEqual({
    files: { a: 'a'.repeat(10), b: 'b'.repeat(10) },
    whole: false,
  });
  const { files, whole } = await read({ maxBytes: 15 });
  expect(files).toMatchObject({ a: 'a'.repeat(10), b: 'bbbbb…' });
  expect(whole).toBe(false);
});

test('what can not be read is not taken for read', async () => {
  const file = join(parent, 'file');
  writeFileSync(file, 'x');
  const open = (): never => {
    throw new Error('there is nothing to read');
  };
  expect(await readBelow(file, { maxFiles: 1, maxBytes: 1, open })).toBe(false);
});
