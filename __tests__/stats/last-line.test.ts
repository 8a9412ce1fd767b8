import { describe, expect, test } from '@jest/globals';
import { lastLine, lastPrinted } from '../../src/stats/last-line.js';
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

  test('is taken from stderr, and from stdout when stderr is silent', () => {
    const stdout = excerptOf('result\n');
    expect(lastPrinted({ stdout, stderr: excerptOf('why\n') })).toBe('why');
    expect(lastPrinted({ stdout, stderr: excerptOf('\n') })).toBe('result');
    expect(lastPrinted({})).toBe('');
  });
});
