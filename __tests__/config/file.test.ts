import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { readConfig } from '../../src/config/file.js';
import { validateConfig } from '../../src/config/plan.js';

const FILE = '.github/flowgate.yml';

/** Every problem as it is shown, without the file's name. */
function problems(text: string): string[] {
  return validateConfig(text, FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));
}

/** A config of one scenario `s` with these lines in it. */
const scenario = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

describe('a config that is right', () => {
  test('gives every value in base units, thresholds and readiness read', () => {
    const text = `
version: 1
scenarios:
  checkout:
    run: node scripts/place-order.js
    flows: 10
    iterations: 200
    timeout: 1m30s
    warmup: 5
    shell: sh -e
    working-directory: shop
    env: {PORT: 3000, DEBUG: true, NAME: x}
    service: {run: npm start, ready: "http://127.0.0.1:3000/health", stop: SIGINT, timeout: 10s, grace: 500ms}
    setup: npm run seed
    teardown: npm run clear
    verify: node check.js
    thresholds: [success_rate >= 99%, flow_time.p95 < 800ms]
    alerts: |
      # watch
      peak_cpu < 70%
    checks: {isolation: fail, cleanup: warn, growth: off}
    seed: 42
  order:
    module: flows/order.mjs
    options: {size: 3}
    isolate: none
    duration: 60s
    service: npm start
`;
    const { config, problems: found } = readConfig(text, FILE);
    expect(found).toEqual([]);
    expect(config?.scenarios['checkout']).toMatchObject({
      timeout: 90_000,
      env: { PORT: '3000', DEBUG: 'true', NAME: 'x' },
      service: {
        ready: { kind: 'http', url: 'http://127.0.0.1:3000/health' },
        stop: 'SIGINT',
        timeout: 10_000,
        grace: 500,
      },
      thresholds: [
        { threshold: { expression: 'success_rate >= 99%', level: 'fail' } },
        { threshold: { expression: 'flow_time.p95 < 800ms', level: 'fail' } },
      ],
      alerts: [{ threshold: { expression: 'peak_cpu < 70%', level: 'warn' } }],
      checks: { isolation: 'fail', cleanup: 'warn', growth: 'off' },
    });
    expect(config?.scenarios['order']).toMatchObject({
      options: { size: '3' },
      duration: 60_000,
      service: { run: 'npm start' },
    });
  });

  test.each([
    ['tcp://127.0.0.1:5432', { kind: 'tcp', host: '127.0.0.1', port: 5432 }],
    ['tcp://[::1]:80', { kind: 'tcp', host: '::1', port: 80 }],
    ['https://localhost/ok', { kind: 'http', url: 'https://localhost/ok' }],
    ['/listening on \\d+/', { kind: 'output', pattern: 'listening on \\d+' }],
    ['/ready/im', { kind: 'output', pattern: 'ready', flags: 'im' }],
    ['/healthy', { kind: 'output', pattern: '/healthy' }],
    ['listening on \\d+', { kind: 'output', pattern: 'listening on \\d+' }],
  ])('ready: %s', (ready, expected) => {
    const { config } = readConfig(scenario('run: x', `service: {run: y, ready: '${ready}'}`), FILE);
    expect(config?.scenarios['s']?.service?.ready).toEqual(expected);
  });

  test('scenarios may share what they have in common by anchor and merge key', () => {
    const text = scenario('run: &cmd x', 'env: &env {A: 1}').concat(
      '  t:\n    run: *cmd\n    env: {<<: *env, B: 2}\n',
    );
    expect(problems(text)).toEqual([]);
    expect(readConfig(text, FILE).config?.scenarios['t']).toEqual({ run: 'x', env: { A: '1', B: '2' } });
  });
});

describe('a problem has its line, its column and its path', () => {
  test('all problems of a file are reported at once, in order of line, one for each cause', () => {
    const text = `version: 2
scenario: {}
scenarios:
  checkout:
    run: node x.js
    flow: 10
    flows: ten
    timeout: 30
    thresholds:
      - success_rate >= 99%
      - flow_tme.p95 < 5s
      -
      - total_time < 5MB
    service: {run: npm start, redy: x}
    isolation: fail
  bad name: {run: x}
  none:
    flows: 3
  both: {run: x, module: y}
  few: {run: x, iterations: 3}
`;
    expect(problems(text)).toEqual([
      '1:10: version: must be 1, the only version so far, not 2',
      '2:1: there is no key scenario; did you mean scenarios?',
      '6:5: scenarios.checkout: there is no key flow; did you mean flows?',
      '7:12: scenarios.checkout.flows: must be a whole number from 1 up, not "ten"',
      '8:14: scenarios.checkout.timeout: 30 needs a unit: write 30s or 30ms',
      '11:9: scenarios.checkout.thresholds[1]: "flow_tme.p95 < 5s": there is no metric flow_tme; did you mean flow_time?',
      '12:8: scenarios.checkout.thresholds[2]: is empty; write METRIC OP LIMIT or remove the line',
      '13:22: scenarios.checkout.thresholds[3]: "total_time < 5MB": total_time is a time; 5MB is a size; write it as 5s or 500ms',
      '14:31: scenarios.checkout.service: there is no key redy; did you mean ready?',
      expect.stringMatching(/^15:5: scenarios\.checkout: there is no key isolation/),
      '16:3: scenarios: "bad name" is no name for a scenario; use letters, digits, ., _ and -, a letter or digit first',
      '17:3: scenarios.none: needs run, module, http, mix or import: what one flow is',
      '19:18: scenarios.both: run and module are given; keep one',
      '20:29: scenarios.few.iterations: iterations (3) is less than flows (10, the default): never would 10 be in flight',
    ]);
  });

  test('a column inside a threshold is counted in the file, however the text is written', () => {
    const found = problems(
      scenario(
        'run: x',
        'thresholds: |',
        '  # gates',
        '  success_rate >= 9%',
        '  total_time < 5MB, failed < 3s',
        'alerts: [\'total_time < 5MB\', "total_time < 5MB"]',
      ),
    );
    expect(found.map((each) => each.split(': ').slice(0, 2))).toEqual([
      ['8:20', 'scenarios.s.thresholds[1]'],
      ['8:34', 'scenarios.s.thresholds[2]'],
      ['9:28', 'scenarios.s.alerts[0]'],
      ['9:48', 'scenarios.s.alerts[1]'],
    ]);
  });

  test('several problems of one threshold are all there', () => {
    expect(problems(scenario('run: x', 'thresholds: [flow_time.p101 => 5MB]'))).toEqual([
      expect.stringMatching(
        /^5:18: scenarios\.s\.thresholds\[0\]: "flow_time.p101 => 5MB": p101 is no percentile/,
      ),
      expect.stringMatching(/^5:33: .* there is no operator =>; did you mean >=\?$/),
      expect.stringMatching(/^5:36: .* 5MB is a size/),
    ]);
  });

  test('broken syntax is one problem with its place', () => {
    const found = validateConfig('version: 1\nscenarios:\n  s: {run: x\n', FILE);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ file: FILE, line: 4 });
    expect(found[0]?.message).toMatch(/^is no valid YAML: /);
    expect(found[0]?.message).not.toContain('\n');
  });

  test('a value that is not quoted is told once, with what to do, and not what follows from it', () => {
    const more = Array.from({ length: 100 }, (_unused, index) => `  s${index}: {run: 'true'}`).join('\n');
    const text = `version: 1\nscenarios:\n  s: { run: PORT={{port}} node x }\n${more}\n`;
    const found = validateConfig(text, FILE);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ line: 3 });
    expect(found[0]?.message).toContain('a value with {{…}} or ": " in it must be quoted');
    const [colon] = validateConfig('version: 1\nscenarios:\n  s:\n    run: echo a: b\n', FILE);
    expect(colon).toMatchObject({ line: 4 });
    expect(colon?.message).toContain('must be quoted');
    const tab = validateConfig('version: 1\nscenarios:\n\ts:\n    run: x\n', FILE);
    expect(tab[0]?.message).not.toContain('quoted');
  });

  test('of many errors in the syntax five are told', () => {
    const rows = Array.from({ length: 30 }, () => '  - "a" b').join('\n');
    const found = validateConfig(`version: 1\nscenarios:\n${rows}\n`, FILE);
    expect(found).toHaveLength(5);
    expect(found.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  });

  test('a key that is given twice is reported, and what else is wrong as well', () => {
    expect(problems(scenario('run: x', 'flows: 3', 'flows: 0'))).toEqual(
      expect.arrayContaining(['6:5: flows is given twice in the same map']),
    );
    expect(problems(scenario('run: x', 'flows: 3', 'flows: 4', 'warmup: -1'))).toHaveLength(2);
  });

  test('the same file with Windows line ends has the same places', () => {
    const text = scenario('run: x', 'flows: 0', 'thresholds: |', '  a < 1');
    expect(problems(text.replaceAll('\n', '\r\n'))).toEqual(problems(text));
  });
});

test('a file that is damaged anywhere is never more than problems with a place in it', () => {
  const whole = scenario(
    'run: &r node x.js',
    'flows: 10',
    'timeout: 1m30s',
    'env: {A: 1, <<: {B: 2}}',
    'service: {run: *r, ready: "tcp://localhost:1"}',
    'thresholds:',
    '  - step(a b).p95 <= 5s',
    'alerts: |',
    '  peak_cpu < 70%, failed == 0',
  );
  expect(problems(whole)).toEqual([]);
  let faulty = 0;
  for (let at = 0; at < whole.length; at += 5) {
    const damaged = [
      whole.slice(0, at),
      whole.slice(0, at) + whole.slice(at + 1),
      ...['[', ':', '\t', '"', '*', '#', '\n', '\u0000'].map(
        (put) => whole.slice(0, at) + put + whole.slice(at),
      ),
    ];
    for (const text of damaged) {
      const lines = text.split('\n').length;
      const found = validateConfig(text, FILE);
      faulty += found.length;
      const nowhere = found.filter(
        ({ line = 0, column = 0 }) => !(line >= 1 && line <= lines && column >= 1),
      );
      expect(nowhere).toEqual([]);
      expect(found.filter(({ message }) => !/^\P{Cc}+$/u.test(message))).toEqual([]);
    }
  }
  expect(faulty).toBeGreaterThan(250);
});

describe('of a config that is wrong', () => {
  const known = (...lines: string[]) =>
    (readConfig(scenario(...lines), FILE).known as { scenarios: { s: object } }).scenarios.s;

  test('what is right is known; a wrong value is undefined, and its key is there', () => {
    const read = known('run: x', 'flows: 1.5', 'floes: 2', 'timeout: 1m', 'service: {run: y, grace: 5}');
    expect(read).toMatchObject({ run: 'x', timeout: 60_000, service: { run: 'y' } });
    expect(read).toHaveProperty('flows', undefined);
    expect(read).toHaveProperty('floes', undefined);
    expect(read).toHaveProperty('service.grace', undefined);
  });

  test('rules look at what is right of a value that is wrong elsewhere', () => {
    expect(
      problems(
        scenario(
          'run: x {{port.web}}',
          'services: {db: {run: y, after: [no], timeout: 5}}',
          'thresholds: [{expr: nothing < 5}, total_time <= base + 1s]',
        ),
      ),
    ).toEqual([
      expect.stringContaining('scenarios.s.run: there is no placeholder {{port.web}}'),
      expect.stringContaining('scenarios.s.services.db.after[0]: there is no service no'),
      expect.stringContaining('scenarios.s.services.db.timeout: 5 needs a unit'),
      expect.stringContaining('scenarios.s.thresholds[0].expr: "nothing < 5": there is no metric nothing'),
      expect.stringContaining('scenarios.s.thresholds[1]: "total_time <= base + 1s": total_time adds up'),
      expect.stringContaining('scenarios.s.thresholds[1]: "total_time <= base + 1s": needs compare'),
    ]);
  });

  test('a key that retries do not have is answered with those that they have', () => {
    expect(problems(scenario('run: x', 'retries: {times: 2, backof: 1s}'))).toEqual([
      '5:25: scenarios.s.retries: there is no key backof; did you mean backoff?',
    ]);
  });
});
