import { expect, test } from '@jest/globals';
import { hostDeath } from '../../../src/flows/module/dialogue.js';

const WARNING =
  '(node:12) [MODULE_TYPELESS_PACKAGE_JSON] Warning: no type\n(Use `node --trace-warnings ...` to show where the warning was created)\n';

const death = (stderr: string): string =>
  hostDeath({ code: 0, signal: null }, { head: stderr, tail: '', bytes: Buffer.byteLength(stderr) });

test.each([
  ['nothing but a warning of Node', WARNING, ''],
  ['its own words before the warning', `gave up\n${WARNING}`, ': gave up'],
  ['its own words after it', `${WARNING}gave up\n`, ': gave up'],
  [
    'a deprecation',
    '(node:7) [DEP0040] DeprecationWarning: punycode\n(Use `node --trace-deprecation ...`)\n',
    '',
  ],
  [
    'a crash of Python',
    'hello\nFatal Python error: Segmentation fault\n\nThread 0x7f01 (most recent call first):\n  File "/l/threading.py", line 9 in wait\n\nCurrent thread 0x7f02 (most recent call first):\n  File "/w/flow.py", line 3 in flow\n',
    ': Fatal Python error: Segmentation fault (at /w/flow.py:3)',
  ],
  ['an error', `${WARNING}TypeError: stray\n    at x.js:1:1\n`, ': TypeError: stray'],
])('a host that ended after %s', (_, stderr, said) => {
  expect(death(stderr)).toBe(`the module's process ended (exit status 0)${said}`);
});
