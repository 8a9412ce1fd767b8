import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { validateConfig } from '../../src/config/plan.js';

const FILE = '.github/flowgate.yml';

/** Every problem as it is shown, without the file's name. */
function problems(text: string): string[] {
  return validateConfig(text, FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));
}

/** A config of one scenario `s` with these lines in it. */
const scenario = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

describe('each kind of fault', () => {
  test.each([
    ['flows: 0', '5:12: scenarios.s.flows: must be a whole number from 1 up, not 0'],
    ['flows: 1.5', '5:12: scenarios.s.flows: must be a whole number from 1 up, not 1.5'],
    [
      'flows: "10"',
      '5:12: scenarios.s.flows: must be a whole number from 1 up, not "10"; write it without quotation marks',
    ],
    ['flows:', '5:5: scenarios.s.flows: must be a whole number from 1 up, not nothing'],
    ['warmup: -1', '5:13: scenarios.s.warmup: must be a whole number from 0 up, not -1'],
    [
      'iterations: 5',
      '5:17: scenarios.s.iterations: iterations (5) is less than flows (10, the default): never would 10 be in flight',
    ],
    ['timeout: soon', '5:14: scenarios.s.timeout: soon is no time; write it as 30s, 500ms or 1m30s'],
    ['timeout: 30 sec', '5:14: scenarios.s.timeout: 30 sec: there is no unit of time sec; did you mean s?'],
    ['timeout: 0s', '5:14: scenarios.s.timeout: 0s is no time at all; write more than 0'],
    ['timeout: "30"', '5:14: scenarios.s.timeout: 30 needs a unit: write 30s or 30ms'],
    ['timeout: 30d', '5:14: scenarios.s.timeout: 30d: there is no unit of time d; units are ns us ms s m h'],
    ['timeout: 1000h', '5:14: scenarios.s.timeout: 1000h is more than 24 days'],
    ['env: {A: [1]}', '5:11: scenarios.s.env.A: must be text, a number or true/false, not a list'],
    ['env: [A]', '5:5: scenarios.s.env: must be a map of variables and their values, not a list'],
    ['env: {FLOWGATE_TOKEN: x}', '5:27: scenarios.s.env.FLOWGATE_TOKEN: is set by flowgate for each flow'],
    [
      'service: [a, b]',
      '5:5: scenarios.s.service: is a list; write more than one as services: {NAME: {run: …}, …}',
    ],
    [
      'service: 3',
      '5:14: scenarios.s.service: must be a command, or a map with run, ready, env, working-directory, stop, timeout, grace and watch, not 3',
    ],
    ['service: {ready: x}', '5:5: scenarios.s.service.run: must be text such as npm start, not nothing'],
    [
      'service: {run: y, stop: TERM}',
      '5:29: scenarios.s.service.stop: must be one of SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGKILL, not "TERM"',
    ],
    [
      'service: {run: y, ready: "tcp://localhost"}',
      '5:30: scenarios.s.service.ready: tcp://localhost names no port; write tcp://HOST:PORT, as in tcp://127.0.0.1:5432',
    ],
    [
      'service: {run: y, ready: "ready ("}',
      '5:30: scenarios.s.service.ready: ready ( is no regular expression; put a \\ before ( ) [ ] { } * + ? . | ^ $',
    ],
    [
      'thresholds: []',
      '5:5: scenarios.s.thresholds: is empty; list some, such as success_rate >= 99%, or remove the key',
    ],
    [
      'thresholds:',
      '5:5: scenarios.s.thresholds: is empty; list some, such as success_rate >= 99%, or remove the key',
    ],
    [
      'thresholds: ""',
      '5:18: scenarios.s.thresholds: holds no threshold; write METRIC OP LIMIT or remove it',
    ],
    [
      'thresholds: [""]',
      '5:19: scenarios.s.thresholds[0]: is empty; write METRIC OP LIMIT or remove the line',
    ],
    ['thresholds: [5]', '5:18: scenarios.s.thresholds[0]: must be text such as "success_rate >= 99%", not 5'],
    [
      'thresholds: {a: b}',
      '5:5: scenarios.s.thresholds: must be a list such as [success_rate >= 99%], not a map',
    ],
    [
      'thresholds: [peak_memory < base + 5%]',
      '5:18: scenarios.s.thresholds[0]: "peak_memory < base + 5%": needs compare: give the input compare (--compare at a terminal, or --no-compare to run without judging it), or write compare: base at the top of the config',
    ],
    [
      'checks: {isolaton: fail}',
      '5:14: scenarios.s.checks: there is no check isolaton; did you mean isolation?',
    ],
    [
      'checks: {isolation: error}',
      '5:25: scenarios.s.checks.isolation: must be one of fail, warn, off, not "error"',
    ],
    [
      'options: {a: b}',
      '5:5: scenarios.s.options: is for module scenarios; a command is given what it needs by env',
    ],
    [
      'thresholds: [{expr: foo < 3}]',
      '5:25: scenarios.s.thresholds[0].expr: "foo < 3": there is no metric foo; metrics are success_rate',
    ],
    [
      'thresholds: [{exp: dropped == 0, expr: dropped == 0}]',
      '5:24: scenarios.s.thresholds[0].exp: there is no key exp; did you mean expr?',
    ],
    [
      'thresholds: [{expr: dropped == 0, abort-on-fail: maybe}]',
      '5:54: scenarios.s.thresholds[0].abort-on-fail: must be true or false, not "maybe"',
    ],
    [
      'thresholds: [{expr: dropped == 0, delay: 5s}]',
      '5:46: scenarios.s.thresholds[0].delay: delays nothing without abort-on-fail: true',
    ],
    [
      'thresholds: [{expr: dropped == 0, abort-on-fail: true, delay: 5}]',
      '5:67: scenarios.s.thresholds[0].delay: must be a time such as 30s, 500ms or 1m30s, not 5',
    ],
    [
      'alerts: [{expr: dropped == 0, abort-on-fail: true}]',
      '5:50: scenarios.s.alerts[0].abort-on-fail: is for thresholds: an alert warns and ends nothing',
    ],
    ['abort-delay: 5s', '5:18: scenarios.s.abort-delay: delays nothing without abort-on-fail: true'],
    ['setup:', '5:5: scenarios.s.setup: is empty; write npm run seed'],
    [
      'verify: "# npm run check"',
      '5:13: scenarios.s.verify: holds nothing but comments, so that nothing would run;',
    ],
    [
      'teardown: "#a\\n\\n  # b"',
      '5:15: scenarios.s.teardown: holds nothing but comments, so that nothing would run;',
    ],
    ['service: {run: "#npm start"}', 'scenarios.s.service.run: holds nothing but comments'],
    ['setup: [a]', '5:5: scenarios.s.setup: must be text such as npm run seed, not a list'],
    ['__proto__: 1', '5:5: scenarios.s: there is no key __proto__'],
  ])('%s', (line, expected) => {
    const found = problems(scenario('run: x', line));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  test.each(['compare', 'prepare', 'budget', 'on-inconclusive'])(
    '%s of a scenario belongs at the top',
    (key) => {
      expect(problems(scenario('run: x', `${key}: 1`))).toEqual([
        `5:5: scenarios.s: ${key} is for the whole config; write it at the top, beside scenarios`,
      ]);
    },
  );

  test('a command that is commented out is no flow', () => {
    expect(problems(scenario('run: "# npm test"'))).toEqual([
      '4:10: scenarios.s.run: holds nothing but comments, so that nothing would run; write node scripts/place-order.js',
    ]);
    expect(problems(scenario('run: "# first\\nnpm test # second"'))).toEqual([]);
  });

  test('isolate is one of three', () => {
    expect(problems(scenario('module: x', 'isolate: threads'))).toEqual([
      '5:14: scenarios.s.isolate: must be one of none, thread, process, not "threads"',
    ]);
  });

  test.each([
    [
      ['module: a.mjs', 'python: python3'],
      '5:13: scenarios.s.python: is for modules in Python, and "a.mjs" does not end in .py',
    ],
    [
      ['module: a.py', 'isolate: thread'],
      '5:14: scenarios.s.isolate: is for JavaScript: flows of a Python module have threads of their own in one process; leave it out, or write isolate: process',
    ],
    [
      ['run: x', 'python: python3'],
      '5:13: scenarios.s.python: is for module scenarios; a command is given what it needs by env',
    ],
    [
      ['module: a.py', 'python: 3'],
      '5:13: scenarios.s.python: must be an interpreter such as .venv/bin/python, or a list such as [uv, run, python], not 3',
    ],
  ])('a module of Python: %j', (lines, message) => {
    expect(problems(scenario(...lines))).toEqual([message]);
  });

  test.each(['python: .venv/bin/python', 'python: [uv, run, python]', 'isolate: process'])(
    'a module of Python may have %s',
    (line) => {
      expect(problems(scenario('module: a.py', line))).toEqual([]);
    },
  );

  test('iterations and duration exclude each other', () => {
    expect(problems(scenario('run: x', 'iterations: 20', 'duration: 3s'))).toEqual([
      '6:5: scenarios.s: iterations and duration are given; keep one',
    ]);
  });

  test.each([
    [['rate: 0/s', 'duration: 3s'], ['5:11: scenarios.s.rate: 0/s starts no flow at all; write more than 0']],
    [['rate: 50', 'duration: 3s'], ['5:11: scenarios.s.rate: 50 needs a unit: write 50/s or 50/min']],
    [
      ['rate: fast', 'duration: 3s'],
      ['5:11: scenarios.s.rate: fast is no rate; write it as 50/s, 300/min or 1000/h'],
    ],
    [
      ['rate: 5/d', 'duration: 3s'],
      ['5:11: scenarios.s.rate: 5/d: there is no unit /d; write /s, /min or /h'],
    ],
    [['rate: 1000000/s', 'duration: 3s'], ['5:11: scenarios.s.rate: 1000000/s is more than 100000/s']],
    [['rate: 5/s'], ['5:11: scenarios.s.rate: needs duration: for how long flows are started']],
    [
      ['rate: 5/s', 'iterations: 5'],
      [
        '5:5: scenarios.s: iterations and rate are given; keep one: in the open model rate and duration say how many there are',
      ],
    ],
    [
      ['rate: 5/s', 'duration: 3s', 'flows: 5'],
      [
        '5:5: scenarios.s: flows and rate are given; keep one: flows is how many run at once in the closed model; in the open one write max-flows',
      ],
    ],
    [
      ['max-flows: 5'],
      [
        '5:16: scenarios.s.max-flows: is for the open model; give a rate, or write flows: how many run at once',
      ],
    ],
    [
      ['stages: []'],
      ['5:5: scenarios.s.stages: is empty; list some, such as {flows: 10, for: 30s}, or remove the key'],
    ],
    [
      ['stages: [{flows: 3, for: 3s}]', 'flows: 3', 'iterations: 9', 'rate: 3/s'],
      [
        '5:5: scenarios.s: flows and stages are given; keep one: each stage has its own flows',
        '8:5: scenarios.s: iterations and rate',
      ],
    ],
    [
      [
        'stages: [{for: 3s}, {flows: -1, for: 3s}, {flows: 3}, {flows: 3, for: 1s, ramp: 2s}, {flow: 2, for: 1s}]',
      ],
      [
        '5:14: scenarios.s.stages[0]: needs flows or rate, as in {flows: 10, for: 30s}',
        '5:33: scenarios.s.stages[1].flows: must be a whole number from 0 up, not -1',
        '5:47: scenarios.s.stages[2].for: must be a time such as 30s, 500ms or 1m30s, not nothing',
        '5:85: scenarios.s.stages[3].ramp: is longer than the stage, which is 1s; the ramp is part of it',
        '5:90: scenarios.s.stages[4]: needs flows or rate, as in {flows: 10, for: 30s}',
        '5:91: scenarios.s.stages[4]: there is no key flow; did you mean flows?',
      ],
    ],
    ...['stages: [{flows: 0, for: 3s}, {flows: 0, for: 3s}]', 'stages: [{rate: 0/s, for: 3s}]'].map(
      (stages): [string[], string[]] => [
        [stages],
        ['5:5: scenarios.s.stages: start no flow at all; write more than 0 in one of them'],
      ],
    ),
    [
      ['stages: [{flows: 3, for: 3s}, {rate: 3/s, for: 3s}]'],
      [
        '5:5: scenarios.s.stages: some have flows and some a rate; a run is in the closed or in the open model, not in both',
      ],
    ],
  ])('of a load: %j', (lines, expected) => {
    const found = problems(scenario('run: x', ...lines));
    expect(found).toEqual(expected.map((each): unknown => expect.stringContaining(each)));
  });

  test.each([
    ['', '1:1: is empty; write version: 1 and scenarios:'],
    ['# nothing\n', '1:1: is empty; write version: 1 and scenarios:'],
    ['hello', '1:1: must be a map with version and scenarios, not "hello"'],
    ['version: 1\nscenarios: {}', '2:1: scenarios: is empty; write at least one scenario'],
    ['version: 1\nscenarios:', '2:1: scenarios: must be a map of names and scenarios, not nothing'],
    ['scenarios: {s: {run: x}}', '1:1: version: is missing; write version: 1'],
    ['version: 1', '1:1: scenarios: must be a map of names and scenarios, not nothing'],
    [
      'version: 1\nscenarios: {s: }',
      '2:13: scenarios.s: must be a map with run, module, http, mix or import, not nothing',
    ],
    [
      'version: 1\nscenarios: {__proto__: {run: x}}',
      '2:13: scenarios: "__proto__" is no name for a scenario',
    ],
  ])('the file %j', (text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  test('aliases that multiply without bound are refused', () => {
    const rows = Array.from(
      { length: 12 },
      (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}, *a${i - 1}, *a${i - 1}`}]`,
    );
    expect(problems(rows.join('\n'))[0]).toMatch(/is no valid YAML: .*alias/i);
  });
});

test('text that is repeated in a message cannot begin a line of its own', () => {
  const hostile = String.raw`"5s\n::error::x\u001b[31m"`;
  const found = problems(scenario('run: x', `timeout: ${hostile}`, `alerts: [${hostile}]`, `${hostile}: 1`));
  expect(found).toHaveLength(4);
  for (const each of found) expect(each).toMatch(/^\P{Cc}+$/u);
});
