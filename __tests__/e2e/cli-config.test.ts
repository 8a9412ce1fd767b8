import { describe, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder, runCli, write } from './run-cli.js';

const FAILING = 'version: 1\nscenarios: {a: {run: exit 1}}\n';

describe('flowgate run', () => {
  test.each([['--threshold', 'success_rate >= 99%'], []])(
    'runs flowgate.yml at the top, and fails as it does: %s',
    async (...args) => {
      const cwd = emptyFolder();
      write(cwd, 'flowgate.yml', FAILING);
      const run = await runCli(['run', ...args], { cwd });
      expect(run.status).toBe(1);
      expect(run.results().scenarios.map(({ name }) => name)).toEqual(['a']);
    },
  );

  test('runs no demo in the place of a config that it does not find, and names the one that is near', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, '.git'));
    write(cwd, '.github/flowgate.yml', FAILING);
    const below = join(cwd, 'packages');
    mkdirSync(below);
    const run = await runCli(['run', '--threshold', 'success_rate >= 99%'], { cwd: below });
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain('the nearest config is ../.github/flowgate.yml');
    expect(run.stderr).toContain('flowgate demo');
  });
});

test('flowgate validate looks in the same places, and names the config that is near', async () => {
  const cwd = emptyFolder();
  write(cwd, 'flowgate.yml', FAILING);
  expect(await runCli(['validate'], { cwd })).toMatchObject({ status: 0, stdout: 'flowgate.yml is valid\n' });
  const other = emptyFolder();
  write(other, 'flowgate.yaml', FAILING);
  const run = await runCli(['validate'], { cwd: other });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('the nearest config is flowgate.yaml');
});

test('flowgate calibrate refuses a threshold that it would not use', async () => {
  const run = await runCli(['calibrate', '--run', 'true', '--threshold', 'success_rate >= 99%']);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toContain('only limits on the base are calibrated');
});

test('flowgate compare judges a scenario that base does not have by the default gates, and not by none', async () => {
  const cwd = emptyFolder();
  write(cwd, 'base.yml', FAILING);
  write(cwd, 'head.yml', 'version: 1\nscenarios: {b: {run: exit 1}, c: {run: exit 1}}\n');
  const run = await runCli(['compare', '--config', 'head.yml', '--base-config', 'base.yml'], { cwd });
  expect(run.status).toBe(1);
  expect(run.results().scenarios.map(({ verdict, defaultGates }) => [verdict, defaultGates])).toEqual([
    ['fail', true],
    ['fail', true],
  ]);
});
