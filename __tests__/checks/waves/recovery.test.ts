import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import type { Record } from '../../../src/model/record.js';
import { type MadeUpWave, wavesRecord } from '../../fakes/waves.js';

const of = (id: 'recovery' | 'containment', record: Record) =>
  runChecks(record, {}).find((found) => found.id === id);

const after = ({ kind, faultsBefore }: MadeUpWave): boolean => kind === 'clean' && faultsBefore > 0;

describe('recovery', () => {
  test('holds when clean waves after faults are as those before any, whatever the faulted ones are', () => {
    const record = wavesRecord(5, ({ kind }) => (kind === 'faulted' ? { failed: 15, time: 900 } : {}));
    expect(of('recovery', record)).toEqual({
      id: 'recovery',
      level: 'fail',
      outcome: 'pass',
      title: 'After the faults all was as before',
      evidence: [
        'not ok: 0 of 120 flows (0%) in the clean waves after faults, 0 of 100 (0%) in those before any (6 and 5 waves, p = 1)',
        'flow time 100 ms in the clean waves after faults, 100 ms in those before any: +0%, at most +0% with 90%',
      ],
    });
  });

  test('names the flows that the first faults hit', () => {
    const faults = [
      { kind: 'reset', at: 5100, iteration: 101 },
      { kind: 'reset', at: 5200, iteration: 104 },
      { kind: 'down', at: 5300 },
      { kind: 'reset', at: 7100, iteration: 150 },
    ] as const;
    const injected = { faults, counts: [], spared: 0, untraced: 0, notes: [] };
    const record = wavesRecord(5, (wave) => (after(wave) ? { failed: 9 } : {}), { injected });
    expect(of('recovery', record)?.evidence[1]).toBe(
      'the first faults, in wave 6: reset of flows 101, 104; down',
    );
  });

  test('fails when flows fail in the waves after, and says in which, how many and with what', () => {
    const record = wavesRecord(5, (wave) =>
      after(wave)
        ? { failed: wave.faultsBefore, error: { sample: 'timed out', count: 7, flows: [1, 2] } }
        : {},
    );
    const found = of('recovery', record);
    expect(found).toMatchObject({
      level: 'fail',
      outcome: 'fail',
      title: 'After the faults it was not as before',
    });
    expect(found?.evidence.slice(0, 3)).toEqual([
      'not ok: 19 of 120 flows (15.8%) in the clean waves after faults, 0 of 100 (0%) in those before any (6 and 5 waves, p = 0.0022)',
      'wave 7 (clean, after the faults of wave 6): 1 of 20 not ok (5%): timed out (flows 1, 2 and 5 more)',
      'wave 8 (clean, after the faults of wave 6): 1 of 20 not ok (5%): timed out (flows 1, 2 and 5 more)',
    ]);
    expect(of('containment', record)?.outcome).not.toBe('fail');
  });

  test.each([
    ['for good', () => 140],
    ['more and more', (faults: number) => 120 + 10 * faults],
  ])('fails when flows take longer %s', (_, timeAfter) => {
    const record = wavesRecord(5, ({ faultsBefore }) => ({
      time: faultsBefore === 0 ? 100 : timeAfter(faultsBefore),
    }));
    const found = of('recovery', record);
    expect(found?.outcome).toBe('fail');
    expect(found?.evidence[0]).toMatch(/^flow time \d+ ms in the clean waves after faults, 100 ms/);
    expect(found?.evidence[1]).toMatch(/^mean flow time by clean wave before any fault: 100 ms \(1\), /);
    expect(of('containment', record)?.outcome).toBe('pass');
  });

  test('does not hold a rise against the faults that was there before any', () => {
    const record = wavesRecord(5, ({ wave }) => ({ time: 100 * 1.06 ** wave }));
    expect(of('recovery', record)).toMatchObject({
      outcome: 'pass',
      evidence: [
        expect.any(String),
        expect.stringContaining('beside the +6% a wave by which it rose before'),
      ],
    });
  });

  test('is not fooled by one wave that went wrong, before or after', () => {
    const slow = wavesRecord(5, ({ wave }) => ({ time: wave === 11 ? 400 : 100 }));
    expect(of('recovery', slow)?.outcome).toBe('pass');
    const failing = wavesRecord(5, ({ wave }) => ({ failed: wave === 11 ? 1 : 0 }));
    expect(of('recovery', failing)?.outcome).toBe('pass');
    const dead = wavesRecord(5, ({ wave }) => ({ failed: wave === 11 ? 20 : 0 }));
    expect(of('recovery', dead)?.outcome).toBe('inconclusive');
  });

  test('fails when no flow is ok any more: there is no flow time, and success says it', () => {
    const record = wavesRecord(5, (wave) => (wave.faultsBefore > 0 ? { failed: 20 } : {}));
    expect(of('recovery', record)).toMatchObject({ outcome: 'fail' });
    expect(of('containment', record)).toMatchObject({
      outcome: 'inconclusive',
      evidence: [expect.stringMatching(/^no flow of the clean waves after the first faults was ok/)],
    });
  });

  test('clean waves before any flow was hit do not acquit', () => {
    const from = (first: number) =>
      wavesRecord(5, ({ kind, wave }) => (kind === 'faulted' && wave < first ? { hit: 0 } : {}));
    expect(of('recovery', from(8))?.outcome).toBe('pass');
    expect(of('recovery', from(14))).toMatchObject({
      outcome: 'inconclusive',
      evidence: [
        expect.stringMatching(/^no flow was hit before wave 14, and 2 clean waves after it/),
        expect.any(String),
        expect.any(String),
      ],
    });
  });

  test('with few rounds it is not known', () => {
    expect(of('recovery', wavesRecord(2))).toMatchObject({
      level: 'warn',
      outcome: 'inconclusive',
      title: 'Not known: after the faults all was as before',
    });
  });
});
