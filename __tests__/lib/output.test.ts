import { describe, expect, test } from '@jest/globals';
import { OutputLines } from '../../src/lib/output.js';

function linesOf(...chunks: (string | Buffer)[]): { ended: string[]; last: string | undefined } {
  const ended: string[] = [];
  let last: string | undefined;
  const lines = new OutputLines((line, isEnded) => {
    if (isEnded) ended.push(line);
    else last = line;
  });
  for (const chunk of chunks) lines.push(Buffer.from(chunk));
  return { ended, last };
}

describe('lines of a stream', () => {
  test.each<[string, (string | Buffer)[], string[]]>([
    ['in one chunk', ['a\nb\n'], ['a', 'b']],
    ['over several', ['a', 'b\nc', '', 'd\n'], ['ab', 'cd']],
    ['with CRLF', ['a\r\nb\r\n'], ['a', 'b']],
    ['with a CRLF that is cut', ['a\r', '\nb\r', '\n', '\n'], ['a', 'b', '']],
    ['of a progress bar', ['10%\r20%\r', '30%\rdone\n'], ['10%', '20%', '30%', 'done']],
    [
      'with UTF-8 that is cut',
      [Buffer.from('thé').subarray(0, 3), Buffer.from('thé\n').subarray(3)],
      ['thé'],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(linesOf(...chunks).ended).toEqual(expected);
  });

  test('one that has not ended is told as far as it goes', () => {
    expect(linesOf('a\npass', 'word: ')).toEqual({ ended: ['a'], last: 'password: ' });
  });

  test('of a line without end the beginning is kept', () => {
    const { last } = linesOf('ready ', ...Array<string>(100).fill('x'.repeat(1000)));
    expect(last?.slice(0, 8)).toBe('ready xx');
    expect(last?.length).toBe(16 * 1024);
  });

  test('the last one ends with the stream', () => {
    const ended: string[] = [];
    const lines = new OutputLines((line, isEnded) => {
      if (isEnded) ended.push(line);
    });
    lines.push(Buffer.from('a\nb'));
    lines.end();
    expect(ended).toEqual(['a', 'b']);
  });
});
