import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { channelTo, MessageLines } from '../../src/system/channel.js';

function linesOf(chunks: readonly (string | Buffer)[], longest = 100): (string | undefined)[] {
  const seen: (string | undefined)[] = [];
  const lines = new MessageLines((line) => seen.push(line), longest);
  for (const chunk of chunks) lines.push(Buffer.from(chunk as string));
  return seen;
}

test('lines are the same wherever the stream is cut, also inside a character', () => {
  const whole = Buffer.from('one\nzwei ü\n\nthree\nrest');
  for (let at = 0; at <= whole.length; at += 1) {
    expect(linesOf([whole.subarray(0, at), whole.subarray(at)])).toEqual(['one', 'zwei ü', '', 'three']);
  }
});

test('a line that is too long is told once, and then nothing any more', () => {
  expect(linesOf(['a\n', 'x'.repeat(60), 'x'.repeat(60), 'x'.repeat(60), '\nb\n'])).toEqual(['a', undefined]);
  expect(linesOf([`${'x'.repeat(101)}\nb\n`])).toEqual([undefined]);
  expect(linesOf([`${'x'.repeat(100)}\n`])).toEqual(['x'.repeat(100)]);
});

test.each(['{"type":"pong"}', 'kex{"type":"pong"}', 'key{"type":', 'key', '', '\u0000\ufffd'])(
  'what does not begin with the key, or is no JSON, is no message: %j',
  async (line) => {
    const stream = new PassThrough();
    const heard: unknown[] = [];
    channelTo(stream, 'key').onMessage((message) => heard.push(message));
    stream.write(`key{"type":"listening"}\n${line}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([{ type: 'listening' }, undefined]);
  },
);
