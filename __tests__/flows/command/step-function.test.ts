import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { STEP_FUNCTION } from '../../../src/flows/command/step-function.js';

const folder = mkdtempSync(join(tmpdir(), 'flowgate-step-'));
const script = join(folder, 'flowgate_step.bash');
writeFileSync(script, STEP_FUNCTION);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let count = 0;

/** Runs a command as the default shell does; gives its status, what it printed, and the steps that it noted as ended. */
function run(command: string, { options = '-eo pipefail', env = {} } = {}) {
  const steps = join(folder, `${(count += 1)}.steps`);
  const variables = { PATH: process.env['PATH'], BASH_ENV: script, FLOWGATE_STEPS: steps, ...env };
  const argv = [...options.split(' '), '-c', command];
  const { status, stdout, stderr } = spawnSync('bash', argv, {
    env: variables,
    encoding: 'utf8',
    // On a socket, as Node's pipes are, bash takes itself for a remote shell.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const noted = existsSync(steps) ? readFileSync(steps, 'utf8') : '';
  const lines = noted.split('\n').slice(0, -1);
  const ended = lines.flatMap((line) => /^(.*) \d+us @\d{16}us$/.exec(line)?.[1] ?? []);
  const begun = lines.flatMap((line) => /^(.*) \? @\d{16}us$/.exec(line)?.[1] ?? []);
  expect(lines).toHaveLength(ended.length + begun.length);
  return { status, stdout, stderr, begun, ended };
}

describe('flowgate_step in bash', () => {
  test('times a command, passes its arguments on and keeps its exit status', () => {
    const done = run(`flowgate_step 'the draft' printf '%s|' a 'b c' ''
      flowgate_step fails bash -c 'exit 7' || echo $?`);
    expect(done).toEqual({
      status: 0,
      stdout: 'a|b c||7\n',
      stderr: '',
      begun: ['the draft', 'fails'],
      ended: ['the draft', 'fails'],
    });
  });

  test.each([
    ['a command that fails', 'flowgate_step bad false; echo on', 1],
    ['one within a function', 'f() { false; echo on; }; flowgate_step bad f; echo on', 1],
    ['one in a pipe', 'flowgate_step bad false | cat; echo on', 1],
  ])('set -e ends the flow by %s, as without it', (_, command, status) => {
    expect(run(command)).toEqual({ status, stdout: '', stderr: '', begun: ['bad'], ended: [] });
  });

  test('what a function sets stays set, and steps can be nested and be in pipes and subshells', () => {
    const command = `f() { flowgate_step inner true; x=5; }; flowgate_step outer f; echo $x
      flowgate_step left echo hello | flowgate_step right cat; (cd / && flowgate_step sub pwd)`;
    const { stdout, ended } = run(command, { options: '-euo pipefail' });
    expect(stdout).toBe('5\nhello\n/\n');
    expect(ended.toSorted()).toEqual(['inner', 'left', 'outer', 'right', 'sub']);
    expect(ended.indexOf('inner')).toBeLessThan(ended.indexOf('outer'));
  });

  test('is there in a script that a shell of another kind calls', () => {
    writeFileSync(join(folder, 'child.sh'), 'flowgate_step child true\n');
    expect(run(`sh -c 'bash ${folder}/child.sh'`).ended).toEqual(['child']);
  });

  test('works whatever the options, separators and locale are, and in a bash that has no clock', () => {
    expect(run('set -Cfx; IFS=0123456789; flowgate_step a echo x', { options: '-u' }).ended).toEqual(['a']);
    expect(run('unset EPOCHREALTIME; flowgate_step old true').ended).toEqual(['old']);
    expect(run(`flowgate_step $'two\\nlines' true`).ended).toEqual(['two lines']);
  });

  test('runs the command where the steps cannot be written', () => {
    expect(run('flowgate_step a echo on', { env: { FLOWGATE_STEPS: '/nowhere/steps' } })).toMatchObject({
      status: 0,
      stdout: 'on\n',
      stderr: '',
    });
    expect(run('unset FLOWGATE_STEPS; flowgate_step a echo on', { options: '-eu' }).stdout).toBe('on\n');
  });

  test('without a command it is used wrongly', () => {
    const wrong = 'flowgate_step: write flowgate_step NAME COMMAND\n';
    expect(run('flowgate_step draft')).toMatchObject({ status: 2, stderr: wrong, begun: [] });
  });

  test('the script that defines it does nothing else', () => {
    expect(run('true', { options: '-v' })).toMatchObject({ status: 0, stdout: '', begun: [] });
    expect(readFileSync(script, 'utf8').split('\n').at(-2)).toBe('}');
  });
});
