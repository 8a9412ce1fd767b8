import { describe, expect, test } from '@jest/globals';
import { CHECKS, runChecks } from '../../src/checks/index.js';
import { CHECK_IDS, type CheckId } from '../../src/model/checks.js';
import { excerptOf, failedFlow, flowOf, flowsAtOnce, recordOf } from '../fakes/record.js';

const of = (
  id: CheckId,
  record: Parameters<typeof runChecks>[0],
  levels: Parameters<typeof runChecks>[1] = {},
) => runChecks(record, levels).find((result) => result.id === id);

describe('concurrency', () => {
  test('holds when every slot was in flight at one instant, with the start skew as evidence', () => {
    const record = recordOf({ flows: flowsAtOnce(10, (index) => ({ startedAt: index * 0.5 })) });
    expect(of('concurrency', record)).toEqual({
      id: 'concurrency',
      level: 'warn',
      outcome: 'pass',
      title: '10 flows were in flight together',
      evidence: ['start skew 4.5 ms'],
    });
  });

  test('fails when flows are shorter than their starts are apart, and says by how much', () => {
    const short = flowsAtOnce(10, (index) => ({ startedAt: index * 4, endedAt: index * 4 + 5 }));
    expect(of('concurrency', recordOf({ flows: short }))).toEqual({
      id: 'concurrency',
      level: 'warn',
      outcome: 'fail',
      title: '10 flows were never in flight together',
      evidence: [
        'at most 2 of 10 in flight at one instant',
        'flows took 5 ms (median), their starts were 36 ms apart: ' +
          'give each flow more to do, so that the first has not ended when the last starts',
      ],
    });
  });

  test('one after another is not together, though as many ran in all', () => {
    const chained = flowsAtOnce(10, (index) => ({ startedAt: index * 100 }));
    expect(of('concurrency', recordOf({ flows: chained }))?.outcome).toBe('fail');
  });

  test('flows that fail were in flight all the same; fewer than the slots never are', () => {
    const failing = flowsAtOnce(10, (index) => ({ ...failedFlow(index + 1), endedAt: 80 }));
    expect(of('concurrency', recordOf({ flows: failing }))?.outcome).toBe('pass');
    const nine = of('concurrency', recordOf({ flows: flowsAtOnce(9) }));
    expect(nine).toMatchObject({ outcome: 'fail' });
    expect(nine?.evidence).toContain('only 9 flows started in all');
  });

  test('an interrupted run that had not come to it is inconclusive', () => {
    const record = recordOf({ flows: flowsAtOnce(4), interrupted: 'SIGTERM' });
    expect(of('concurrency', record)).toMatchObject({
      outcome: 'inconclusive',
      evidence: ['at most 4 of 10 in flight at one instant before SIGTERM'],
    });
  });
});

describe('invariants', () => {
  test('hold when verify is content, and fail with what it printed last', () => {
    expect(of('invariants', recordOf({ verify: { ok: true, message: 'exit status 0' } }))).toMatchObject({
      level: 'fail',
      outcome: 'pass',
    });
    // As system/hook.ts leaves it: the message has the last line of the output already.
    const verify = {
      ok: false,
      message: 'exit status 1: stock is 88, not 90',
      stderr: excerptOf('stock is 88, not 90\n'),
    };
    expect(of('invariants', recordOf({ verify }))).toMatchObject({
      outcome: 'fail',
      title: 'The invariant is broken after the run',
      evidence: ['exit status 1: stock is 88, not 90'],
    });
  });

  test('are not listed without verify, unless they were asked for: then inconclusive', () => {
    expect(of('invariants', recordOf())).toBeUndefined();
    expect(of('invariants', recordOf(), { invariants: 'warn' })).toEqual({
      id: 'invariants',
      level: 'warn',
      outcome: 'inconclusive',
      title: 'Not known: the invariant holds after the run',
      evidence: ['no verify command or export was run'],
    });
  });
});

describe('all checks', () => {
  test.each(['containment', 'recovery'] as const)(
    '%s, which takes faults, is inconclusive when asked for without them and else not listed',
    (id) => {
      expect(of(id, recordOf())).toBeUndefined();
      expect(of(id, recordOf(), { [id]: 'off' })).toBeUndefined();
      for (const level of ['fail', 'warn'] as const) {
        expect(of(id, recordOf(), { [id]: level })).toMatchObject({
          level,
          outcome: 'inconclusive',
          evidence: ['it takes waves with faults (faults: kill or network), in a run that is not cut short'],
        });
      }
    },
  );

  test('levels of the user go before the default ones, and off leaves out', () => {
    expect(of('concurrency', recordOf(), { concurrency: 'fail' })?.level).toBe('fail');
    expect(of('concurrency', recordOf(), { concurrency: 'off' })).toBeUndefined();
  });

  test('a record without started flows is not judged unless it was asked for', () => {
    const record = recordOf({ flows: [flowOf({ outcome: 'dropped' })] });
    expect(of('concurrency', record)).toBeUndefined();
    expect(of('concurrency', record, { concurrency: 'fail' })).toMatchObject({
      outcome: 'inconclusive',
      evidence: ['no flow was started'],
    });
  });

  test('there is one for each id, in the order of the report, with a description', () => {
    expect(CHECKS.map(({ id }) => id)).toEqual(CHECK_IDS);
    for (const { description } of CHECKS) expect(description).toMatch(/\.$/);
  });
});
