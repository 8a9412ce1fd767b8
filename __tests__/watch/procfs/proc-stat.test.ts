import { describe, expect, test } from '@jest/globals';
import { parseStat } from '../../../src/watch/procfs/parse.js';

/** A line as Linux 6.18 wrote it (`cat /proc/self/stat`), the command put in. */
const line = (command: string): string =>
  `18117 (${command}) R 18113 18110 5763 0 -1 4194304 101 7 2 9 11 22 33 44 20 0 3 0 85635 3133440 414 ` +
  '18446744073709551615 94528341999616 94528342019497 140733108265712 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 ' +
  '94528342035504 94528342037120 94529285861376 140733108271616 140733108271636 140733108271636 140733108273131 0\n';

const parse = (text: string): ReturnType<typeof parseStat> => {
  const bytes = Buffer.from(text);
  return parseStat(bytes, bytes.length);
};

describe('parseStat', () => {
  test('reads every field at its place', () => {
    expect(parse(line('cat'))).toEqual({
      command: 'cat',
      state: 'R',
      parent: 18113,
      group: 18110,
      session: 5763,
      faults: 103,
      userTicks: 11,
      systemTicks: 22,
      childFaults: 16,
      childUserTicks: 33,
      childSystemTicks: 44,
      threads: 3,
      startTime: 85635,
      virtualSize: 3133440,
      residentPages: 414,
      environStart: 140733108271636,
    });
  });

  test.each(['my worker', 'a) R 1 1', '(sd-pam)', ') (', ''])('a command may be %j', (command) => {
    expect(parse(line(command))).toMatchObject({ command, state: 'R', parent: 18113, residentPages: 414 });
  });

  test('what an earlier, longer read left in the buffer is not read', () => {
    const text = line('cat');
    const bytes = Buffer.from(`${text}99 (old) S 1 2 3)`);
    expect(parseStat(bytes, Buffer.byteLength(text))).toMatchObject({ command: 'cat', parent: 18113 });
  });

  test.each(['', '18117 (cat', '18117 (cat) R 1 2 3\n'])('%j is no stat file', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});
