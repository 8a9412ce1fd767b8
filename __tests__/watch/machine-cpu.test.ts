import { expect, test } from '@jest/globals';
import { parseMachineCpu, stealBetween } from '../../src/watch/machine-state.js';

// user nice system idle iowait irq softirq steal guest guest_nice; guests are in user and nice already.
const STAT = 'cpu  100 5 50 800 20 0 5 20 40 1\ncpu0 50 2 25 400 10 0 2 10 20 0\nintr 1 2 3\n';

test('the machine as a whole: all ticks once, and those that others were given', () => {
  expect(parseMachineCpu(STAT)).toEqual({ total: 1000, stolen: 20 });
});

test.each(['', 'cpu 1 2 3', 'cpu  a b c d e f g h', 'cpu0 1 2 3 4 5 6 7 8'])('%j tells nothing', (text) => {
  expect(parseMachineCpu(text)).toBeUndefined();
});

test('steal is a share of what passed in between', () => {
  const at = (total: number, stolen: number) => ({ total, stolen });
  expect(stealBetween(at(1000, 20), at(1100, 30))).toBe(0.1);
  expect(stealBetween(at(1000, 20), at(1000, 20))).toBeUndefined();
  expect(stealBetween(undefined, at(1, 0))).toBeUndefined();
});
