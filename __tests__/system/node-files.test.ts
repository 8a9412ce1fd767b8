import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeFiles } from '../../src/system/files.js';

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

describe('a file that is written', () => {
  test.each([
    [
      'a link to another file',
      (partial: string) => {
        symlinkSync(join(root, 'precious'), partial);
      },
    ],
    [
      'a folder',
      (partial: string) => {
        mkdirSync(partial);
      },
    ],
  ])('is whole, whatever stands where it might be put together: %s', async (_, put) => {
    const path = join(root, 'results.json');
    writeFileSync(join(root, 'precious'), 'mine');
    put(`${path}.${process.pid}.partial`);
    await nodeFiles.write(path, 'ours');
    expect(readFileSync(path, 'utf8')).toBe('ours');
    expect(readFileSync(join(root, 'precious'), 'utf8')).toBe('mine');
  });

  test('takes the place of a link, and leaves what it leads to', async () => {
    const path = join(root, 'results.json');
    writeFileSync(join(root, 'precious'), 'mine');
    symlinkSync(join(root, 'precious'), path);
    await nodeFiles.write(path, 'ours');
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(join(root, 'precious'), 'utf8')).toBe('mine');
  });

  test('that cannot take its place leaves nothing beside it', async () => {
    await expect(nodeFiles.write(folder, 'ours')).rejects.toThrow();
    expect(readdirSync(join(root, 'work'))).toEqual(['1']);
  });
});

describe('a file that a flow may have written', () => {
  const gone = async (path: string): Promise<void> => {
    while (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
      await new Promise((resolve) => setImmediate(resolve));
  };

  test('is read and taken away; nothing is where none was written', async () => {
    const path = join(folder, 'a');
    expect(nodeFiles.take(path, 10)).toBeUndefined();
    writeFileSync(path, 'ünit=1\n');
    expect(nodeFiles.take(path, 10)).toEqual({ text: 'ünit=1\n' });
    await gone(path);
  });

  test('is not read if it is too large, and nothing is waited for or followed', async () => {
    const path = join(folder, 'a');
    const inItsPlace: readonly [() => void, string][] = [
      [
        () => {
          writeFileSync(path, '');
          truncateSync(path, 10e9);
        },
        'is larger than 1 MB',
      ],
      [
        () => {
          symlinkSync('/etc/passwd', path);
        },
        'is no file: something else is in its place',
      ],
      [
        () => {
          execFileSync('mkfifo', [path]);
        },
        'is no file: something else is in its place',
      ],
    ];
    for (const [make, problem] of inItsPlace) {
      make();
      expect(nodeFiles.take(path, 1e6)).toEqual({ problem });
      await gone(path);
    }
    mkdirSync(path);
    expect(nodeFiles.take(path, 1e6)).toEqual({ problem: 'is no file: something else is in its place' });
    expect(existsSync('/etc/passwd')).toBe(true);
  });
});
