import { describe, expect, test } from '@jest/globals';
import { readPoints, withPoints } from '../../src/history/branch.js';
import { aPoint } from '../fakes/history.js';

const point = (run: number) => aPoint(run, { peak_memory: run });

describe('the file of the history', () => {
  test('gives back what was added, in its order', () => {
    const file = withPoints(withPoints('', [point(1)]), [point(2), point(3)]);
    expect(file.split('\n')).toHaveLength(4);
    expect(readPoints(file)).toEqual([point(1), point(2), point(3)]);
  });

  test('takes no line twice', () => {
    const file = withPoints('', [point(1), point(2)]);
    expect(withPoints(file, [point(2)])).toBe(file);
  });

  test('keeps what it does not understand, and reads past it', () => {
    const foreign = ['{"v":2,"new":true}', '{"v":1,"scen', 'null', '[]', `"${'x'.repeat(100_000)}"`];
    const file = withPoints(`${foreign.join('\n')}\r\n\n`, [point(1)]);
    expect(file.split('\n').slice(0, 5)).toEqual(foreign);
    expect(readPoints(file)).toEqual([point(1)]);
  });

  test('has at most 5,000 lines: the oldest fall out', () => {
    const many = Array.from({ length: 5010 }, (_unused, run) => JSON.stringify(point(run))).join('\n');
    const file = withPoints(many, [point(9999)]);
    const points = readPoints(file);
    expect(points).toHaveLength(5000);
    expect(points.at(-1)).toEqual(point(9999));
    expect(points[0]).toEqual(point(11));
  });

  test.each([
    ['a commit that is none', { sha: '<script>' }],
    ['a value that is no number', { metrics: { peak_memory: 'much' } }],
    ['a time that is none', { at: 'yesterday' }],
    ['a name without an end', { scenario: 'x'.repeat(1000) }],
  ])('passes over a line with %s', (_what, change) => {
    expect(readPoints(JSON.stringify({ ...point(1), ...change }))).toEqual([]);
  });
});
