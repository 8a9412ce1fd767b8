import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { lastLine, lastPrinted, linesPrinted } from '../../src/lib/message.js';
import { ErrorKinds } from '../../src/measure/errors.js';
import { excerptOf, flowOf } from '../fakes/record.js';

/* What runtimes and tools have printed, as it came, and the line of it that says what failed. */
const PRINTED: readonly (readonly [file: string, stream: 'stdout' | 'stderr', line: string])[] = [
  ['node-n1.txt', 'stderr', 'TypeError: total is not a number'],
  [
    'node-n2.txt',
    'stderr',
    "Error: cannot load the order (Error: ENOENT: no such file or directory, open '/nope/x')",
  ],
  ['node-n3.txt', 'stderr', 'Error: payment refused'],
  ['node-n4.txt', 'stderr', "{ code: 'E_PLAIN', status: 500, nested: { a: 1 } }"],
  ['node-n5.txt', 'stderr', 'just a text'],
  ['node-n7.txt', 'stderr', 'UnhandledPromiseRejection: a reason that is no error'],
  ['node-n8.txt', 'stderr', '[AggregateError: All promises were rejected] (Error: first mirror is down)'],
  [
    'node-n9.txt',
    'stderr',
    "AssertionError [ERR_ASSERTION]: Expected values to be strictly deep-equal: + actual - expected { currency: 'EUR', + total: 41 - total: 42 }",
  ],
  ['node-n10.txt', 'stderr', 'AssertionError [ERR_ASSERTION]: the total is wrong'],
  ['node-n11.txt', 'stderr', 'PaymentFailed: card 4711 declined'],
  ['node-n12.txt', 'stderr', 'TypeError: fetch failed (Error: bad port)'],
  ['node-n13.txt', 'stderr', 'Error: logged, then left'],
  [
    'node-n14.txt',
    'stderr',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/app/missing.mjs' imported from /app/n14.mjs",
  ],
  ['node-n15.txt', 'stderr', "SyntaxError: Unexpected token ';'"],
  ['node-n16.txt', 'stderr', 'AggregateError: two parts are broken (Error: a is broken)'],
  ['node-n17.txt', 'stderr', 'Error'],
  ['node-n18.txt', 'stderr', 'null'],
  ['node-n19.txt', 'stderr', 'SyntaxError: Unexpected end of JSON input'],
  ['python-p1.txt', 'stderr', 'ZeroDivisionError: division by zero'],
  ['python-p2.txt', 'stderr', 'RuntimeError: order could not be placed'],
  ['python-p3.txt', 'stderr', "ValueError: invalid literal for int() with base 10: 'x'"],
  [
    'python-p4.txt',
    'stderr',
    'ExceptionGroup: two tasks failed (2 sub-exceptions) (ValueError: left: bad id 12)',
  ],
  ['python-p5.txt', 'stderr', 'config not found: app.toml'],
  ['python-p6.txt', 'stderr', 'DomainError: line one'],
  ['python-p7.txt', 'stderr', 'OSError: worker broke'],
  ['python-p9.txt', 'stderr', "SyntaxError: '(' was never closed"],
  ['python-p11.txt', 'stderr', 'order: error: the following arguments are required: --n'],
  [
    'python-p13.txt',
    'stderr',
    'ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception) (ValueError: inside a task)',
  ],
  [
    'java-J1.txt',
    'stderr',
    'Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "<parameter1>" is null',
  ],
  [
    'java-J2.txt',
    'stderr',
    'Exception in thread "main" java.lang.IllegalStateException: order 17 not placed (java.net.ConnectException: Connection refused)',
  ],
  ['java-J3.txt', 'stderr', 'Exception in thread "worker-1" java.lang.RuntimeException: worker broke'],
  ['java-J4.txt', 'stderr', 'J4.java:1: error: incompatible types: String cannot be converted to int'],
  ['java-J5.txt', 'stderr', 'J5$Refused: card declined'],
  ['go-g1.txt', 'stderr', 'panic: assignment to entry in nil map'],
  ['go-g2.txt', 'stderr', '2026/11/30 13:01:16 cannot open the ledger: permission denied'],
  ['go-g4.txt', 'stderr', 'fatal error: all goroutines are asleep - deadlock!'],
  ['go-g5.txt', 'stderr', 'panic: runtime error: invalid memory address or nil pointer dereference'],
  ['go-run.txt', 'stderr', 'panic: assignment to entry in nil map'],
  ['rust-r1.txt', 'stderr', 'panicked: index out of bounds: the len is 0 but the index is 3'],
  ['rust-r3.txt', 'stderr', 'Error: Refused { code: 7 }'],
  ['rust-r4.txt', 'stderr', 'panicked: assertion `left == right` failed: totals differ'],
  ['c-c1.txt', 'stderr', "c1: c1.c:2: main: Assertion `stock >= 0' failed."],
  ['c-c2.txt', 'stderr', 'bash: line 1: 30534 Segmentation fault ./c2'],
  ['c-c3.txt', 'stderr', 'free(): double free detected in tcache 2'],
  ['c-c4.txt', 'stderr', 'what(): ledger is closed'],
  ['bash-b1.txt', 'stderr', 'b1.sh: line 2: place_order: command not found'],
  ['bash-b2.txt', 'stderr', 'b2.sh: line 2: ORDER: unbound variable'],
  ['bash-b6.txt', 'stderr', '+ false'],
  ['dash-1.txt', 'stderr', 'dash: 1: foo: not found'],
  ['perl-l1.txt', 'stderr', 'order not placed: no stock at l1.pl line 1.'],
  ['perl-l2.txt', 'stderr', 'deep trouble at l2.pl line 1.'],
  ['ruby-rb1.txt', 'stderr', "rb1.rb:1:in `fetch': key not found: :total (KeyError)"],
  [
    'ruby-rb2.txt',
    'stderr',
    'rb2.rb:4:in `rescue in <main>\': order 17 not placed (RuntimeError) (rb2.rb:2:in `Integer\': invalid value for Integer(): "x" (ArgumentError))',
  ],
  ['php-ph1.txt', 'stderr', 'PHP Fatal error: Uncaught RuntimeException: order not placed in /app/ph1.php:1'],
  [
    'curl-progress.txt',
    'stderr',
    "curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
  ],
  ['wget.txt', 'stderr', 'Connecting to 127.0.0.1:9... failed: Connection refused.'],
  ['git-1.txt', 'stderr', 'fatal: not a git repository (or any of the parent directories): .git'],
  ['npm-order.txt', 'stderr', 'Error: no stock of tea'],
  ['npm-lint.txt', 'stderr', 'sh: 1: eslint-missing: not found'],
  ['npm-nosuch.txt', 'stderr', 'npm error Missing script: "nosuch"'],
  ['make-1.txt', 'stderr', 'make: *** [Makefile:2: all] Error 1'],
  ['pytest.txt', 'stdout', 'FAILED test_p.py::test_total - assert 41 == 42'],
  ['go-test.txt', 'stdout', '--- FAIL: TestTotal (0.00s): a_test.go:3: total = 41, want 42'],
  ['node-test.txt', 'stdout', 'not ok 1 - adds'],
  [
    'dotnet.txt',
    'stderr',
    'Unhandled exception. System.InvalidOperationException: order 17 not placed (System.Net.Sockets.SocketException (111): Connection refused)',
  ],
  ['rust-old.txt', 'stderr', 'panicked: no stock'],
  ['jest.txt', 'stderr', '● orders › adds up: expect(received).toBe(expected) // Object.is equality'],
  ['npm-old.txt', 'stderr', 'Error: no stock of tea'],
  ['tsc.txt', 'stderr', "src/a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'."],
  ['cargo.txt', 'stderr', 'error[E0308]: mismatched types'],
];

const read = (file: string): string => readFileSync(join(import.meta.dirname, 'printed', file), 'utf8');

describe('the line that says what failed', () => {
  test.each(PRINTED)('of %s', (file, stream, line) => {
    const printed = { [stream]: excerptOf(read(file)) };
    expect(lastPrinted(printed)).toBe(line);
    const lines = linesPrinted(printed);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  test('differs from one error to another', () => {
    const lines = PRINTED.map(([, , line]) => line);
    // `go run` ran the same program as the first one of Go, npm in its two versions the same script.
    expect(new Set(lines).size).toBe(lines.length - 2);
  });

  test('is among the twenty that are kept, also of a long stack', () => {
    const stack = Array.from({ length: 400 }, (_, at) => `\tat shop.Orders.place(Orders.java:${at})`).join(
      '\n',
    );
    const stderr = excerptOf(`booting\nException in thread "main" java.lang.Error: deep\n${stack}\n`);
    expect(lastPrinted({ stderr })).toBe('Exception in thread "main" java.lang.Error: deep');
    expect(linesPrinted({ stderr }).slice(0, 2)).toEqual([
      'booting',
      'Exception in thread "main" java.lang.Error: deep',
    ]);
    expect(linesPrinted({ stderr })).toHaveLength(20);
  });

  test('is looked for in what was kept of the beginning if the end is all stack', () => {
    const stack = '\tat shop.Orders.place(Orders.java:1)\n'.repeat(400);
    const head = `Exception in thread "main" java.lang.StackOverflowError\n${stack}`.slice(0, 4096);
    expect(lastLine({ head, tail: stack.slice(-12_000), bytes: 90_000 })).toBe(
      'Exception in thread "main" java.lang.StackOverflowError',
    );
  });

  test('is on stdout where stderr tells only that something was started and failed', () => {
    const stdout = excerptOf(read('pytest.txt'));
    const named = 'FAILED test_p.py::test_total - assert 41 == 42';
    expect(lastPrinted({ stdout, stderr: excerptOf('make: *** [Makefile:2: test] Error 1\n') })).toBe(named);
    expect(lastPrinted({ stdout, stderr: excerptOf('npm error Lifecycle script `test` failed\n') })).toBe(
      named,
    );
    // A crash is more than the last thing that was said before it.
    const crash = 'bash: line 1: 812 Segmentation fault ./a';
    expect(lastPrinted({ stdout: excerptOf('start\n'), stderr: excerptOf(`${crash}\n`) })).toBe(crash);
  });

  test('is no warning of Node, nor the hint behind it, where a process died without a word', () => {
    const warned =
      '(node:12) Warning: Closing file descriptor 5\n(Use `node --trace-warnings ...` to show where)\n';
    expect(lastPrinted({ stderr: excerptOf(warned) })).toBe('');
    expect(lastPrinted({ stderr: excerptOf(`out of cheese\n${warned}`) })).toBe('out of cheese');
  });

  test('is bounded, and found in lines that are made to be slow', () => {
    const parts = ['A', ' ', '\t', '|', '.', '[', '$', '(', '● ', 'a: ', 'in `a: (A)'];
    for (const part of parts) {
      const printed = excerptOf(`${part.repeat(16_000 / part.length)}\n    at x\n`);
      expect(lastLine(printed).length).toBeLessThanOrEqual(1000);
    }
  });
});

function printedBy(program: string, args: readonly string[]): string | undefined {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } });
  } catch (thrown) {
    const { code, stderr } = thrown as { code?: string; stderr?: Buffer };
    return code === 'ENOENT' ? undefined : stderr?.toString();
  }
  throw new Error('it did not fail');
}

describe('as the runtimes of this machine print it', () => {
  const esm = (code: string): readonly string[] => ['--input-type=module', '-e', code];
  const refused = "throw Object.assign(new Error('refused'), { code: 'E', deep: { a: [1] } })";
  test.each<[string, readonly string[], string]>([
    ['node', esm("throw new TypeError('total')"), 'TypeError: total'],
    ['node', esm(refused), 'Error: refused'],
    ['node', esm("throw new Error('x', { cause: new Error('y') })"), 'Error: x (Error: y)'],
    ['node', ['-e', "Promise.reject(new Error('nobody waits'))"], 'Error: nobody waits'],
    ['node', ['-e', "Promise.reject('a text')"], 'UnhandledPromiseRejection: a text'],
    ['node', ['-e', "throw { code: 'E_PLAIN' }"], "{ code: 'E_PLAIN' }"],
    ['python3', ['-c', "raise ValueError('no stock')"], 'ValueError: no stock'],
    ['bash', ['-c', 'nosuch_program'], 'bash: line 1: nosuch_program: command not found'],
    ['perl', ['-e', 'die "no stock\\n"'], 'no stock'],
  ])('%s %j', (program, args, line) => {
    const stderr = printedBy(program === 'node' ? process.execPath : program, args);
    if (stderr === undefined) {
      process.stderr.write(`${program} is not here: skipped\n`);
      return;
    }
    expect(lastLine(excerptOf(stderr))).toBe(line);
  });
});

describe('errors of commands', () => {
  function kindsOf(printed: readonly string[]) {
    const kinds = new ErrorKinds();
    for (const [index, text] of printed.entries()) {
      const error = { message: 'exit status 1', exitStatus: 1 };
      kinds.add(flowOf({ iteration: index + 1, outcome: 'failed', error, stderr: excerptOf(text) }));
    }
    return kinds.all();
  }

  const thrown = (message: string, cause = ''): string =>
    `/app/x.mjs:1\nthrow e;\n^\n\nError: ${message}\n    at file:///app/x.mjs:1:7${cause}\n\nNode.js v22.1.0\n`;

  test('that differ are kept apart, those that differ in a number are not', () => {
    const kinds = kindsOf([
      thrown('order 4711 refused'),
      thrown('order 4712 refused'),
      thrown('no stock'),
      thrown('fetch failed', ' {\n  [cause]: Error: connect ECONNREFUSED 10.0.0.1:80\n}'),
      thrown('fetch failed', ' {\n  [cause]: Error: getaddrinfo ENOTFOUND shop\n}'),
    ]);
    expect(kinds.map(({ type, count }) => [type, count])).toEqual([
      ['exit status 1: Error: order <n> refused', 2],
      ['exit status 1: Error: no stock', 1],
      [expect.stringContaining('ECONNREFUSED'), 1],
      [expect.stringContaining('ENOTFOUND'), 1],
    ]);
    expect(kinds[0]?.lines).toContain('Error: order 4711 refused');
  });
});
