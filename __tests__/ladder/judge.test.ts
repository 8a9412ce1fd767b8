import { describe, expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import { assembleScenario } from '../../src/verdict/assemble.js';
import { endingGates, ladderPlanOf, ladderRecordOf } from '../fakes/ladder.js';

// One of 20 at once takes 20 ÷ X(20) = (1 + 0.03·19 + 0.0007·380) ÷ 4 = 459 ms, one of 10 333 ms, one of 50 1046 ms.
const gates = (...expressions: string[]) => parseThresholds(expressions, 'fail').thresholds;

describe('a ladder is judged', () => {
  test('by all rungs together; a rung that breaks a gate alone is told, and fails nothing', () => {
    const plan = ladderPlanOf(undefined, {
      thresholds: gates('flow_time.med < 2s', 'flow_time.min < 400ms'),
    });
    const { verdict, ladder } = assembleScenario(plan, ladderRecordOf());
    expect(verdict).toBe('pass');
    expect(ladder?.planned).toEqual([1, 2, 5, 10, 20, 50]);
    expect(ladder?.rungs.map(({ broken }) => broken.length)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(ladder?.limit).toEqual({
      holds: 10,
      breaks: 20,
      reasons: ['flow_time.min 459 ms, the gate is < 400 ms'],
      stopped: false,
    });
  });

  test('with abort-on-fail the rung that broke the gate is the limit, and the scenario fails', () => {
    const plan = ladderPlanOf(undefined, { thresholds: endingGates('flow_time.min < 400ms') });
    const { verdict, reasons, thresholds } = assembleScenario(plan, ladderRecordOf([1, 2, 5, 10, 20]));
    expect(verdict).toBe('fail');
    // Over all rungs the gate holds: the rung alone breaks it.
    expect(thresholds[0]?.outcome).toBe('pass');
    expect(reasons[0]).toBe('holds up to 10 at once; at 20 flow_time.min 459 ms, the gate is < 400 ms');
  });

  test('the rung that ended it is the limit, whatever a gate without abort-on-fail said of those below', () => {
    const thresholds = [...gates('flow_time.min < 260ms'), ...endingGates('flow_time.min < 400ms')];
    const { ladder } = assembleScenario(
      ladderPlanOf(undefined, { thresholds }),
      ladderRecordOf([1, 2, 5, 10, 20]),
    );
    expect(ladder?.rungs.map(({ broken }) => broken.length)).toEqual([0, 0, 1, 1, 2]);
    expect(ladder?.limit).toEqual({
      holds: 10,
      breaks: 20,
      reasons: ['flow_time.min 459 ms, the gate is < 400 ms'],
      stopped: true,
    });
  });

  test('that holds at no rung says so', () => {
    const plan = ladderPlanOf(undefined, { thresholds: endingGates('flow_time.min < 1ms') });
    const { reasons } = assembleScenario(plan, ladderRecordOf([1]));
    expect(reasons[0]).toMatch(/^holds at no rung; at 1 flow_time\.min/);
  });

  test('what only all rungs together tell breaks no rung', () => {
    const plan = ladderPlanOf(undefined, { thresholds: gates('knee >= 1000', 'efficiency(50) >= 90%') });
    const { verdict, ladder } = assembleScenario(plan, ladderRecordOf());
    expect(verdict).toBe('fail');
    expect(ladder?.limit).toBeUndefined();
  });

  test('of which no rung was climbed has no data', () => {
    const { ladder, metrics } = assembleScenario(ladderPlanOf(), ladderRecordOf(undefined, { rungs: [] }));
    expect(ladder?.rungs).toEqual([]);
    expect(metrics['knee']?.value).toBeNull();
  });
});
