import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makePlan } from '../../src/config/plan.js';
import { UserError } from '../../src/lib/errors.js';
import { nodeFiles } from '../../src/system/files.js';

let folder = '';
const at = (name: string): string => join(folder, name);
const onUnix = process.platform === 'win32' ? test.skip : test;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowgate-read-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file of the pull request', () => {
  test('is read whole, through a link too; one that is missing is undefined', async () => {
    writeFileSync(at('small'), 'é'.repeat(100_000));
    symlinkSync(at('small'), at('link'));
    expect(await nodeFiles.read(at('small'))).toBe('é'.repeat(100_000));
    expect(await nodeFiles.read(at('link'))).toHaveLength(100_000);
    expect(await nodeFiles.read(at('none'))).toBeUndefined();
  });

  test('that is too large is refused by its size, and not read', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 1e12);
    await expect(nodeFiles.read(at('large'))).rejects.toThrow('is larger than 256 KB');
    await expect(nodeFiles.read(at('small'), 1000)).rejects.toThrow('is larger than 1 KB');
  });

  test('that is a folder cannot be read', async () => {
    mkdirSync(at('folder'));
    await expect(nodeFiles.read(at('folder'))).rejects.toMatchObject({ code: 'EISDIR' });
  });

  onUnix('that is a pipe or a device is refused: neither would ever end', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync('/dev/zero', at('zero'));
    for (const path of [at('pipe'), at('zero'), '/dev/zero']) {
      await expect(nodeFiles.read(path)).rejects.toBeInstanceOf(UserError);
    }
  });

  onUnix('as a config is a problem that says what to do', async () => {
    execFileSync('mkfifo', [at('flowgate.yml')]);
    const sources = { files: nodeFiles, workspace: folder };
    const message = 'flowgate.yml: is a pipe or a device; write a regular file in its place';
    await expect(makePlan({}, sources)).rejects.toThrow(message);
    await expect(makePlan({ config: 'large' }, sources)).rejects.toThrow('large: is larger than 256 KB');
  });
});
