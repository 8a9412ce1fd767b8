import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { emptyFolder, runCli } from './run-cli.js';

const onUnix = process.platform === 'win32' ? test.skip : test;

onUnix.each([
  ['run', ['run', '--config', 'f.yml']],
  ['validate', ['validate', 'f.yml']],
  ['compare', ['compare', '--run', 'true', '--base-config', 'f.yml']],
  ['report', ['report', 'f.yml']],
])('flowgate %s refuses a pipe in the place of its file', async (_, args) => {
  const cwd = emptyFolder();
  execFileSync('mkfifo', [join(cwd, 'f.yml')]);
  const run = await runCli(args, { cwd });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('f.yml: is a pipe or a device; write a regular file in its place');
});

onUnix('flowgate init refuses a pipe in the place of package.json', async () => {
  const cwd = emptyFolder();
  execFileSync('mkfifo', [join(cwd, 'package.json')]);
  const run = await runCli(['init'], { cwd });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('package.json: is a pipe or a device');
});
