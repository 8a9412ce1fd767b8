import { expect, test } from '@jest/globals';
import { answerOf } from '../../../src/checks/growth/answer.js';
import { SUBJECTS } from '../../../src/checks/growth/subjects.js';
import { sampleOf } from '../../fakes/record.js';

/** MB of a Node server that keeps nothing, the lowest in each 3000 of its requests, 300 a second; seen, on Node 20. */
const NOT_YET_COLLECTED = [
  46.09, 59.1, 59.46, 59.51, 59.56, 59.68, 59.84, 59.9, 60.06, 60.14, 60.15, 60.25, 60.32, 63.16, 63.37,
  63.46, 63.64, 63.79, 63.9, 63.98, 64.19, 64.53, 64.67, 65.03, 65.11, 65.18, 65.46, 65.64, 68.91, 72.3, 72.3,
  72.32, 72.41, 72.41, 72.41, 72.41,
];
const FLOWS_BETWEEN = 3000;

/** Whether the memory of a service would be taken for a leak. */
function leaks(megabytes: readonly number[]): boolean {
  const samples = megabytes.map((value, index) =>
    sampleOf({ at: index * 10_000, flows: index * FLOWS_BETWEEN, serviceMemory: value * 1e6 }),
  );
  const [memory] = SUBJECTS;
  const growth = memory?.growth(samples);
  if (memory === undefined || growth === undefined) throw new Error('there is enough to be judged');
  // It rises for certain, beyond the plain floor of 3 MB.
  expect(growth.low * growth.flows).toBeGreaterThan(3e6);
  return answerOf(growth, memory.floor) === 'leaks';
}

test('a heap that is not yet full enough to be collected is no leak', () => {
  expect(leaks(NOT_YET_COLLECTED)).toBe(false);
});

test('1 KB a request beside it is', () => {
  expect(leaks(NOT_YET_COLLECTED.map((value, index) => value + (index * FLOWS_BETWEEN) / 1000))).toBe(true);
});

test('100 bytes a request are, once they are 32 MB', () => {
  const hundredBytes = (flows: number) => 60 + flows / 1e4;
  expect(leaks(Array.from({ length: 25 }, (_, index) => hundredBytes(index * FLOWS_BETWEEN * 2)))).toBe(
    false,
  );
  expect(leaks(Array.from({ length: 300 }, (_, index) => hundredBytes(index * FLOWS_BETWEEN)))).toBe(true);
});

test('open files are counted once a second: in a shorter run nothing is said of them', () => {
  const files = SUBJECTS.find(({ name }) => name === 'open files of the service');
  const growthOver = (seconds: number) =>
    files?.growth(
      Array.from({ length: 200 }, (_, index) => {
        const at = (index * seconds * 1000) / 200;
        return sampleOf({ at, flows: index, serviceFiles: 20 + 10 * Math.floor(at / 1000) });
      }),
    );
  expect(growthOver(4)).toBeUndefined();
  // 10 files a second, in which 10 flows end.
  expect(growthOver(20)).toMatchObject({ perFlow: 1, low: 1 });
});
