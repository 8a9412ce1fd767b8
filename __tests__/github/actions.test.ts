import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { actionsRunner, readActionInputs, readPayload } from '../../src/github/actions.js';
import { obeyedLines, parseCommandFile } from '../e2e/run-action.js';

const before = { ...process.env };
let folder: string;
let stdout: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowgate-actions-'));
  stdout = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  for (const name of Object.keys(process.env))
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});

/** An empty file that the runner would read. */
function commandFile(name: string): string {
  const file = join(folder, name);
  writeFileSync(file, '');
  process.env[name] = file;
  return file;
}

describe('inputs', () => {
  test('are read by their names, hyphens and all; an empty one is left out', () => {
    Object.assign(process.env, {
      INPUT_RUN: ' npm test ',
      'INPUT_CHECK-NAME': 'load',
      'INPUT_WORKING-DIRECTORY': '',
      'INPUT_GITHUB-TOKEN': 'secret',
      INPUT_MATRIX: 'null',
    });
    expect(readActionInputs()).toEqual({
      inputs: { run: 'npm test', checkName: 'load' },
      token: 'secret',
      matrix: 'null',
    });
  });

  test('that are not there are none', () => {
    expect(readActionInputs()).toEqual({ inputs: {}, token: undefined, matrix: undefined });
  });
});

describe('the payload', () => {
  test('is what the event file holds', () => {
    writeFileSync(join(folder, 'event.json'), '{"after":"x"}');
    expect(readPayload(join(folder, 'event.json'))).toEqual({ after: 'x' });
  });

  test('is undefined without a file that can be read', () => {
    writeFileSync(join(folder, 'broken.json'), '{');
    for (const path of [undefined, '', join(folder, 'gone.json'), join(folder, 'broken.json')]) {
      expect(readPayload(path)).toBeUndefined();
    }
  });
});

describe('the log', () => {
  test('text that flows printed is no command, even when it knows how commands are resumed', () => {
    actionsRunner().print('::error::a\nfine\n::x::\n::set-output name=v::pass\n##[error]b');
    expect(obeyedLines(stdout)).toEqual([]);
    expect(stdout).toMatch(/^::stop-commands::(\S+)\n[^]*\n::\1::\n$/);
  });

  test('commands are obeyed again afterwards', () => {
    const runner = actionsRunner();
    runner.print('::error::a');
    runner.annotate({ level: 'warning', title: 'b', message: 'c' });
    expect(obeyedLines(stdout)).toEqual(['::warning title=b::c']);
  });

  test('a message is no command either', () => {
    actionsRunner().logger.info('first\n::error::second');
    expect(obeyedLines(stdout)).toEqual([]);
  });

  test('an annotation is one line, at its place', () => {
    const at = { file: 'a,b.yml', line: 3, column: 7 };
    actionsRunner().annotate({ level: 'error', title: 'bad: config', message: '50%\n::warning::x', ...at });
    expect(obeyedLines(stdout)).toEqual([
      '::error title=bad%3A config,file=a%2Cb.yml,line=3,col=7::50%25%0A::warning::x',
    ]);
  });
});

test('outputs are read back as they were, whatever is in them', () => {
  const file = commandFile('GITHUB_OUTPUT');
  const summary = 'line\nreport<<EOF\nEOF\n\nghadelimiter_x\n| a |';
  const runner = actionsRunner();
  runner.output('summary', summary);
  runner.output('verdict', 'pass');
  expect(parseCommandFile(readFileSync(file, 'utf8'))).toEqual({ summary, verdict: 'pass' });
});

describe('the job summary', () => {
  test('larger than GitHub takes is refused', async () => {
    commandFile('GITHUB_STEP_SUMMARY');
    await expect(actionsRunner().summarize('é'.repeat(600_000))).rejects.toThrow('1200000 bytes');
  });

  test('is none on a runner without one', async () => {
    process.env.GITHUB_STEP_SUMMARY = '';
    await expect(actionsRunner().summarize('text')).resolves.toBeUndefined();
  });

  test('is appended to what earlier steps wrote', async () => {
    const file = commandFile('GITHUB_STEP_SUMMARY');
    writeFileSync(file, 'before\n');
    await actionsRunner().summarize('# after');
    expect(readFileSync(file, 'utf8')).toBe('before\n# after\n');
  });
});
