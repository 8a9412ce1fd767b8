import { describe, expect, test } from '@jest/globals';
import { parseStatusMemory } from '../../../src/watch/procfs/parse.js';

const STATUS =
  'Name:\tcat\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t18118\nPPid:\t18113\nVmPeak:\t    3060 kB\n' +
  'VmHWM:\t    1760 kB\nVmRSS:\t    1700 kB\nRssAnon:\t     112 kB\nThreads:\t11\nSigQ:\t0/96365\n';
const ZOMBIE = 'Name:\tcat\nState:\tZ (zombie)\nPPid:\t7\nThreads:\t1\n';

const parse = (text: string): ReturnType<typeof parseStatusMemory> =>
  parseStatusMemory(Buffer.from(text), Buffer.byteLength(text));

describe('parseStatusMemory', () => {
  test('reads memory now and its high-water mark in bytes', () => {
    expect(parse(STATUS)).toEqual({ memory: 1700 * 1024, peakMemory: 1760 * 1024 });
  });

  test('a zombie has no memory, whatever its name says', () => {
    expect(parse(ZOMBIE)).toBeUndefined();
    expect(parse(`Name:\tVmRSS: 5 kB VmHWM: 5 kB\n${ZOMBIE}`)).toBeUndefined();
  });

  test('what an earlier, longer read left in the buffer is not read', () => {
    expect(parseStatusMemory(Buffer.from(ZOMBIE + STATUS), ZOMBIE.length)).toBeUndefined();
  });
});
