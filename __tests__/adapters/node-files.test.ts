import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeFiles } from '../../src/adapters/node-files.js';

let root: string;
let folder: string;
let renamed: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'flowgate-files-'));
  folder = join(root, 'work/1');
  renamed = join(root, 'work/2');
  await nodeFiles.makeFolder(folder);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('an empty folder that is given another name', () => {
  test('has that name, and is as it was made', () => {
    const { ino, mode } = lstatSync(folder);
    expect(nodeFiles.renameEmptyFolder(folder, renamed)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(lstatSync(renamed)).toMatchObject({ ino, mode });
  });

  test('is refused when something is in it, and that is not touched', () => {
    writeFileSync(join(folder, 'token'), 'mine');
    expect(nodeFiles.renameEmptyFolder(folder, renamed)).toBe(false);
    expect(readFileSync(join(folder, 'token'), 'utf8')).toBe('mine');
  });

  test('is refused when it is gone', () => {
    rmSync(folder, { recursive: true });
    expect(nodeFiles.renameEmptyFolder(folder, renamed)).toBe(false);
  });

  test('is refused when a link or a file is in its place', () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    rmSync(folder, { recursive: true });
    symlinkSync(elsewhere, folder, 'junction');
    expect(nodeFiles.renameEmptyFolder(folder, renamed)).toBe(false);
    rmSync(folder);
    writeFileSync(folder, '');
    expect(nodeFiles.renameEmptyFolder(folder, renamed)).toBe(false);
  });

  const posixOnly = process.platform === 'win32' ? test.skip : test;
  posixOnly('is refused when its permissions were changed', () => {
    chmodSync(folder, 0o500);
    expect(nodeFiles.renameEmptyFolder(folder, renamed)).toBe(false);
  });
});
