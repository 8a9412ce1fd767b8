import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import type { Record } from '../../../src/model/record.js';
import { flowOf, recordOf } from '../../fakes/record.js';
import { wavesRecord } from '../../fakes/waves.js';

const containmentOf = (record: Record, levels = {}) =>
  runChecks(record, levels).find(({ id }) => id === 'containment');
const recoveryOf = (record: Record) => runChecks(record, {}).find(({ id }) => id === 'recovery');

describe('containment', () => {
  test('holds when flows that no fault hit are as in clean waves', () => {
    expect(containmentOf(wavesRecord(5))).toEqual({
      id: 'containment',
      level: 'fail',
      outcome: 'pass',
      title: 'Flows that no fault hit were as in clean waves',
      evidence: [
        'not ok: 0 of 100 flows (0%) in the faulted waves, 0 of 120 (0%) in the clean ones among them (5 and 6 waves, p = 1)',
        'flow time 100 ms in the faulted waves, 100 ms in the clean ones among them: +0%, at most +0% with 90%',
      ],
    });
  });

  test('fails when bystanders fail in every faulted wave, and names the flow whose fault took them down', () => {
    const record = wavesRecord(5, ({ kind }) => (kind === 'faulted' ? { failed: 9 } : {}), {
      flows: [
        flowOf({
          iteration: 101,
          slot: 3,
          wave: 9,
          outcome: 'killed',
          hit: { kind: 'kill', at: 5050 },
          endedAt: 5050,
        }),
        flowOf({
          iteration: 102,
          wave: 9,
          outcome: 'failed',
          error: { message: 'the connection is closed' },
          endedAt: 5052,
        }),
        flowOf({
          iteration: 103,
          wave: 9,
          outcome: 'failed',
          error: { message: 'the connection is closed' },
          endedAt: 5060,
        }),
        flowOf({
          iteration: 104,
          wave: 9,
          outcome: 'failed',
          error: { message: 'by itself' },
          endedAt: 5040,
        }),
        flowOf({
          iteration: 180,
          wave: 7,
          outcome: 'failed',
          error: { message: 'in a clean one' },
          endedAt: 6040,
        }),
      ],
    });
    expect(containmentOf(record)).toMatchObject({
      level: 'fail',
      outcome: 'fail',
      title: 'Faults hurt flows that they did not hit',
      evidence: [
        'not ok: 45 of 100 flows (45%) in the faulted waves, 0 of 120 (0%) in the clean ones among them (5 and 6 waves, p = 0.0022)',
        'wave 9: after flow 101 (slot 3) was killed, flows 102, 103 were not ok within 10 ms: the connection is closed',
        'wave 9: flow 104 was not ok, before any fault: by itself',
      ],
    });
    expect(recoveryOf(record)?.outcome).toBe('pass');
  });

  test('fails when bystanders take longer in every faulted wave', () => {
    const record = wavesRecord(5, ({ kind, wave }) => ({ time: kind === 'faulted' ? 150 + wave : 100 }));
    const found = containmentOf(record);
    expect(found).toMatchObject({ outcome: 'fail', title: 'Faults hurt flows that they did not hit' });
    expect(found?.evidence[0]).toMatch(
      /^flow time 162 ms in the faulted waves, 100 ms .*: \+62%, at least \+59% with 99\.5%/,
    );
    expect(found?.evidence[1]).toBe('wave 9: mean flow time 159 ms beside 2 flows that faults hit');
  });

  test('lets a slowdown within the margin be', () => {
    const record = wavesRecord(5, ({ kind }) => ({ time: kind === 'faulted' ? 115 : 100 }));
    expect(containmentOf(record)?.outcome).toBe('pass');
  });

  test('does not alarm for what goes wrong for good: it is as bad after the fault as under it', () => {
    for (const rounds of [5, 8, 20]) {
      const steps = wavesRecord(rounds, ({ wave }) => ({ failed: wave >= rounds + 2 ? 20 : 0 }));
      const gradual = wavesRecord(rounds, ({ wave }) => ({
        failed: Math.max(0, Math.min(20, wave - rounds)),
      }));
      for (const record of [steps, gradual]) {
        expect(containmentOf(record)?.outcome).not.toBe('fail');
        expect(recoveryOf(record)?.outcome).toBe('fail');
      }
    }
  });

  test('one wave that went wrong is not enough to accuse, and too much to acquit', () => {
    const record = wavesRecord(5, ({ wave }) => ({ failed: wave === 9 ? 20 : 0 }));
    const found = containmentOf(record);
    expect(found).toMatchObject({ outcome: 'inconclusive' });
    expect(found?.evidence[0]).toMatch(/^more flows were not ok, but in too few waves/);
  });

  test('is inconclusive where no bystander is left, and says why', () => {
    const untraced = wavesRecord(5, ({ kind }) =>
      kind === 'faulted' ? { started: 0, hit: 20, untraced: 20 } : {},
    );
    expect(containmentOf(untraced)).toMatchObject({
      outcome: 'inconclusive',
      evidence: [
        expect.stringMatching(
          /^in 5 of 5 faulted waves every flow was hit, or may have been: nobody saw whom/,
        ),
      ],
    });
    const all = wavesRecord(5, ({ kind }) => (kind === 'faulted' ? { started: 0, hit: 20 } : {}));
    const injected = (...kinds: readonly ('refuse' | 'down' | 'reset')[]) => ({
      injected: {
        faults: [],
        counts: kinds.map((kind) => ({ kind, times: 5, flows: 0 })),
        spared: 0,
        untraced: 0,
        notes: [],
      },
    });
    const outage = containmentOf({ ...untraced, ...injected('refuse', 'down') })?.evidence[0];
    expect(outage).toContain('nobody sees whom an outage refuses; shorten its window (refuse: 1s..2s)');
    expect(outage).not.toContain('FLOWGATE_TOKEN');
    expect(containmentOf({ ...untraced, ...injected('refuse', 'reset') })?.evidence[0]).toContain(
      'Let flows send FLOWGATE_TOKEN',
    );
    expect(containmentOf(all)?.evidence[0]).toMatch(/nobody is left to look at; give the faults a smaller/);
  });

  test('is inconclusive where the first faulted wave alone was hit, which is not compared', () => {
    const record = wavesRecord(5, ({ wave }) => (wave === 6 ? {} : { hit: 0 }));
    expect(containmentOf(record)).toMatchObject({
      outcome: 'inconclusive',
      evidence: [
        expect.stringMatching(/^no fault hit any flow after the first faulted wave, which is not compared:/),
      ],
    });
  });

  test.each([2, 3, 4, 5, 6])(
    'does not alarm where one wave in %d is slow by itself, with the lot of the default seed',
    (period) => {
      for (const rounds of [5, 6, 7, 8, 9, 10]) {
        for (let phase = 0; phase < period; phase++) {
          const record = wavesRecord(rounds, ({ wave }) => ({ time: wave % period === phase ? 150 : 100 }));
          expect(containmentOf(record)?.outcome).not.toBe('fail');
        }
      }
    },
  );

  test('is inconclusive where no fault hit anybody', () => {
    const record = wavesRecord(5, () => ({ hit: 0 }));
    expect(containmentOf(record)).toMatchObject({ outcome: 'inconclusive' });
    expect(recoveryOf(record)).toMatchObject({ outcome: 'inconclusive' });
  });

  test('waves in which no fault hit anybody do not acquit, whatever the one looks like in which it did', () => {
    const record = wavesRecord(5, ({ kind, wave }) =>
      kind === 'faulted' ? (wave === 9 ? { time: 350 } : { hit: 0 }) : {},
    );
    expect(containmentOf(record)).toMatchObject({
      outcome: 'inconclusive',
      evidence: [
        'only 1 of 5 faulted waves had both a flow that a fault hit and one that none did, too few to tell: let more flows be hit (share, probability), or run more of them in a wave',
        expect.any(String),
        expect.any(String),
      ],
    });
    const alone = wavesRecord(5, ({ kind, wave }) =>
      kind === 'faulted' ? (wave === 9 ? { hit: 1, started: 0 } : { hit: 0 }) : {},
    );
    expect(containmentOf(alone)?.outcome).toBe('inconclusive');
    expect(containmentOf(wavesRecord(5, ({ wave }) => (wave === 9 ? { hit: 0 } : {})))?.outcome).toBe('pass');
  });

  test('with fewer rounds than can decide anything it says so, and only warns unless it was asked for', () => {
    const record = wavesRecord(4);
    expect(containmentOf(record)).toMatchObject({
      level: 'warn',
      outcome: 'inconclusive',
      evidence: [
        '4 and 5 waves are too few to tell: it takes rounds: 5 or more',
        expect.any(String),
        expect.any(String),
      ],
    });
    expect(containmentOf(record, { containment: 'fail' })).toMatchObject({ level: 'fail' });
  });

  test('flow times that differ wildly from wave to wave are not taken for the same', () => {
    const record = wavesRecord(5, ({ wave }) => ({ time: wave % 3 > 0 ? 100 : 900 }));
    expect(containmentOf(record)).toMatchObject({
      outcome: 'inconclusive',
      evidence: expect.arrayContaining([
        expect.stringContaining('twice as slow can not be ruled out'),
      ]) as unknown,
    });
  });

  test('does not exist without faults, nor in a run that was cut short, unless it is asked for', () => {
    expect(containmentOf(recordOf())).toBeUndefined();
    expect(containmentOf(wavesRecord(5, undefined, { interrupted: 'SIGINT' }))).toBeUndefined();
    expect(containmentOf(recordOf(), { containment: 'warn' })).toMatchObject({
      level: 'warn',
      outcome: 'inconclusive',
      evidence: ['it takes waves with faults (faults: kill or network), in a run that is not cut short'],
    });
  });

  test('its evidence stays short however many waves and flows went wrong', () => {
    const flows = Array.from({ length: 600 }, (_, index) =>
      flowOf({ iteration: index + 1, wave: 32 + (index % 61), outcome: 'failed', endedAt: 1e6 + index }),
    );
    const record = wavesRecord(30, ({ kind }) => (kind === 'faulted' ? { failed: 20 } : {}), { flows });
    const { evidence = [] } = containmentOf(record) ?? {};
    expect(evidence).toHaveLength(10);
    expect(evidence.at(-1)).toBe('and 22 more');
  });
});
