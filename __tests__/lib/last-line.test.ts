import { describe, expect, test } from '@jest/globals';
import { lastLine, lastPrinted } from '../../src/lib/message.js';
import { excerptOf } from '../fakes/record.js';

describe('the last line', () => {
  test.each([
    ['one\ntwo\n\n  \n', 'two'],
    ['one\r\ntwo\r\n', 'two'],
    // A progress bar overwrites its line.
    ['10%\r50%\r100%\r', '100%'],
    ['boom\n\u001b[0m', 'boom'],
    ['', ''],
    ['\n\n', ''],
  ])('of %j is %j', (text, line) => {
    expect(lastLine(excerptOf(text))).toBe(line);
  });

  test('of nothing is empty', () => {
    expect(lastLine(undefined)).toBe('');
  });

  test('that head and tail share is whole when everything was kept', () => {
    expect(lastLine({ head: 'ECONN', tail: 'RESET é', bytes: 13 })).toBe('ECONNRESET é');
  });

  test('after a gap is of the tail, and of the head only if the tail has none', () => {
    expect(lastLine({ head: 'start', tail: ' end\n', bytes: 99_999 })).toBe('end');
    expect(lastLine({ head: 'start\n', tail: '\n', bytes: 99_999 })).toBe('start');
  });

  test.each([
    [
      'an error',
      "/app/x.js:1\nthrow new TypeError('no y');\n^\n\nTypeError: no y\n    at x.js:1:7\n    at node:internal/main:1:1 {\n  code: 'E_Y',\n  [cause]: Error: deeper\n      at x.js:2:1\n}\n\nNode.js v20.20.2\n",
      'TypeError: no y (Error: deeper)',
    ],
    [
      'an error with a code',
      "node:internal/modules/esm/resolve:1\n    throw new ERR();\n          ^\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'\n    at a.js:1:1 {\n  code: 'ERR_MODULE_NOT_FOUND'\n}\n\nNode.js v22.1.0",
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'",
    ],
    [
      'a text that was thrown',
      "/app/x.js:1\nthrow 'plain';\n^\nplain\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n\nNode.js v20.20.2\n",
      'plain',
    ],
    ['nothing else', 'Node.js v20.20.2\n', 'Node.js v20.20.2'],
    [
      'a traceback of Python, which ends with its error',
      'Traceback (most recent call last):\n  File "x.py", line 1\nKeyError: \'a\'\n',
      "KeyError: 'a'",
    ],
  ])('of what Node says of %s is the error', (_what, text, line) => {
    expect(lastLine(excerptOf(text))).toBe(line);
  });

  test('is taken from stderr, and from stdout when stderr is silent', () => {
    const stdout = excerptOf('result\n');
    expect(lastPrinted({ stdout, stderr: excerptOf('why\n') })).toBe('why');
    expect(lastPrinted({ stdout, stderr: excerptOf('\n') })).toBe('result');
    expect(lastPrinted({})).toBe('');
  });
});
