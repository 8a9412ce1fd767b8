import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import type { Contamination, Sighting } from '../../../src/model/checks.js';
import { recordOf } from '../../fakes/record.js';

const token = (count: number | string): string => `fg-0123456789ab-${count}`;

const NONE: Contamination = {
  searched: 10,
  own: 10,
  contaminated: 0,
  count: 0,
  sightings: [],
  incomplete: 0,
};

const sighting = (differs: Partial<Sighting> = {}): Sighting => ({
  slot: 3,
  iteration: 12,
  token: token(7),
  place: 'stdout',
  at: 1042,
  context: `hello ${token(7)}!`,
  ...differs,
});

function judged(contamination: Contamination | undefined, levels: Parameters<typeof runChecks>[1] = {}) {
  const record = recordOf(contamination === undefined ? {} : { contamination });
  return runChecks(record, levels).find(({ id }) => id === 'isolation');
}

describe('isolation', () => {
  test('passes when flows showed their own token and none another flow saw', () => {
    expect(judged(NONE)).toEqual({
      id: 'isolation',
      level: 'warn',
      outcome: 'pass',
      title: 'No flow saw the token of another',
      evidence: ["10 of 10 flows showed their own token, none another's"],
    });
  });

  test('fails with who saw whose, and where', () => {
    const sightings = [
      sighting(),
      sighting({ token: token('w2'), place: 'response', where: 'GET /me', at: 4 }),
      sighting({ place: 'file', where: 'out/a.txt', at: 0 }),
    ];
    expect(judged({ ...NONE, contaminated: 1, count: 3, sightings })).toEqual({
      id: 'isolation',
      level: 'warn',
      outcome: 'fail',
      title: '1 flow of 10 saw the token of another',
      evidence: [
        `flow 12 (slot 3) saw the token of flow 7 in stdout at byte 1042: "hello ${token(7)}!"`,
        `flow 12 (slot 3) saw the token of warm-up flow 2 in the response to GET /me at byte 4: "hello ${token(7)}!"`,
        `flow 12 (slot 3) saw the token of flow 7 in file out/a.txt of its workspace at byte 0: "hello ${token(7)}!"`,
      ],
    });
  });

  test.each([
    ['file name', undefined, 'the name of a file in its workspace'],
    ['return value', '', 'what it returned'],
    ['return value', '.user.name', 'what it returned, at .user.name'],
    ['response', undefined, 'the response'],
  ] as const)('names %s %s', (place, where, expected) => {
    const { slot, iteration, token: other, context } = sighting();
    const seen = { slot, iteration, token: other, context, place, where };
    const evidence = judged({ ...NONE, contaminated: 1, count: 1, sightings: [seen] })?.evidence;
    expect(evidence).toEqual([
      `flow 12 (slot 3) saw the token of flow 7 in ${expected}: "hello ${token(7)}!"`,
    ]);
  });

  test('shows nine lines and says how many more there are', () => {
    const sightings = Array.from({ length: 20 }, (_, index) => sighting({ iteration: index + 1 }));
    const evidence = judged({ ...NONE, contaminated: 150, count: 300, sightings })?.evidence;
    expect(evidence).toHaveLength(10);
    expect(evidence?.at(-1)).toBe('and 291 more');
  });

  test('says when not all was searched, passed or not', () => {
    const left = 'of 2 flows not everything could be searched: too many files or bytes';
    expect(judged({ ...NONE, incomplete: 2 })?.evidence.at(-1)).toBe(left);
    const failed = judged({ ...NONE, contaminated: 1, count: 1, sightings: [sighting()], incomplete: 2 });
    expect(failed?.evidence.at(-1)).toBe(left);
  });

  test.each([
    ['nobody looked', undefined],
    ['no flow showed any token', { ...NONE, own: 0 }],
  ])('never passes when %s: inconclusive if asked for, left out if not', (_, contamination) => {
    expect(judged(contamination)).toBeUndefined();
    expect(judged(contamination, { isolation: 'fail' })).toMatchObject({
      level: 'fail',
      outcome: 'inconclusive',
      evidence: [expect.stringContaining('no flow showed its own token')],
    });
  });

  test('off is off', () => {
    const contamination = { ...NONE, contaminated: 1, count: 1, sightings: [sighting()] };
    expect(judged(contamination, { isolation: 'off' })).toBeUndefined();
  });
});
