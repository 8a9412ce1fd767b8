import { describe, expect, test } from '@jest/globals';
import { samplesDuring } from '../../src/measure/machine.js';
import { sampleOf } from '../fakes/record.js';

const at = (times: readonly number[]) => times.map((time) => sampleOf({ at: time }));
const during = (times: readonly number[], from: number, to: number) =>
  samplesDuring(at(times), { from, to }).map((sample) => sample.at);

describe('the samples of a window', () => {
  test('are those in it and one on either side', () => {
    expect(during([0, 10, 20, 30, 40, 50, 60], 25, 45)).toEqual([20, 30, 40, 50]);
  });

  test('at the edges themselves none further out is needed', () => {
    expect(during([0, 10, 20, 30, 40], 10, 30)).toEqual([10, 20, 30]);
  });

  test('reach as far as there are any', () => {
    expect(during([20, 30], 10, 90)).toEqual([20, 30]);
    expect(during([0, 100], 10, 20)).toEqual([0, 100]);
    expect(during([0, 5], 10, 20)).toEqual([5]);
    expect(during([], 10, 20)).toEqual([]);
  });
});
