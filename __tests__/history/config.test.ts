import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/file.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { planHistory } from '../../src/history/config.js';
import { formatProblem } from '../../src/lib/errors.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';
const config = (history: string) => `version: 1\nscenarios:\n  s: {run: 'true'}\nhistory: ${history}\n`;
const read = (history: string) => planHistory(undefined, readConfig(config(history), FILE).config?.history);
const problems = (history: string) =>
  validateConfig(config(history), FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));

const DEFAULTS = { branch: 'flowgate-data', file: 'history.jsonl' };

describe('history', () => {
  test('is off unless it is asked for', () => {
    expect(readConfig("version: 1\nscenarios: {s: {run: 'true'}}", FILE).config?.history).toBeUndefined();
    expect(read('false')).toBeUndefined();
  });

  test('has a branch, a file, and a gate if one is wanted', () => {
    expect(read('true')).toEqual(DEFAULTS);
    expect(read('{}')).toEqual(DEFAULTS);
    expect(read('{branch: data/flows, file: ci/runs.jsonl}')).toEqual({
      branch: 'data/flows',
      file: 'ci/runs.jsonl',
    });
    expect(read('{gate: 10%}')).toEqual({ ...DEFAULTS, gate: { margin: 0.1, level: 'warn' } });
    expect(read('{gate: 0.05, level: fail}')).toEqual({ ...DEFAULTS, gate: { margin: 0.05, level: 'fail' } });
  });

  test.each([
    [
      'yes please',
      '4:10: history: must be true, false, or a map with branch, file, gate and level, not "yes please"',
    ],
    ['{brnch: x}', '4:11: history: there is no key brnch; did you mean branch?'],
    [
      '{branch: refs/heads/x}',
      '4:19: history.branch: must be the name of a branch without refs/heads/ before it, such as flowgate-data',
    ],
    [
      '{branch: "a..b"}',
      '4:19: history.branch: must be the name of a branch, without refs/heads/ before it, such as flowgate-data, not "a..b"',
    ],
    [
      '{file: ../x}',
      '4:17: history.file: must be a path within the branch such as history.jsonl, not "../x"',
    ],
    ['{file: /x}', '4:17: history.file: must be a path within the branch such as history.jsonl, not "/x"'],
    ['{gate: 10MB}', '4:17: history.gate: must be a share such as 10%, not "10MB"'],
    ['{gate: 10%, level: stop}', '4:29: history.level: must be one of warn, fail, not "stop"'],
    [
      '{level: fail}',
      '4:18: history.level: is of gate, and there is none; write gate: 10% too, or leave it out',
    ],
  ])('%s is refused with what to do', (history, message) => {
    expect(problems(history)).toEqual([message]);
  });
});

describe('the input history', () => {
  const plan = async (history: string | undefined, text?: string) => {
    const files = fakeFiles({ '/repo/a': '', ...(text === undefined ? {} : { [`/repo/${FILE}`]: text }) });
    const inputs = {
      ...(text === undefined ? { run: 'true' } : {}),
      ...(history === undefined ? {} : { history }),
    };
    return (await makePlan(inputs, { files, workspace: '/repo' })).history;
  };

  test('turns it on, with what the config says of it', async () => {
    expect(await plan(undefined)).toBeUndefined();
    expect(await plan('true')).toEqual(DEFAULTS);
    expect(await plan('true', config('{branch: other}'))).toEqual({ ...DEFAULTS, branch: 'other' });
  });

  test('turns it off', async () => {
    expect(await plan('false', config('true'))).toBeUndefined();
    expect(await plan(undefined, config('true'))).toEqual(DEFAULTS);
  });

  test('is true or false', async () => {
    await expect(plan('maybe')).rejects.toThrow('input history: must be one of true, false, not maybe');
  });
});
