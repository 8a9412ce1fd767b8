import { describe, expect, test } from '@jest/globals';
import { resultsSchema } from '../../src/model/results.js';
import { assembleResults, assembleScenario } from '../../src/verdict/assemble.js';
import { countersOf, limitsRecordOf } from '../fakes/limits.js';
import { flowsAtOnce, recordOf, scenarioPlanOf } from '../fakes/record.js';

const judged = (record = recordOf()) => assembleScenario(scenarioPlanOf(), record);

describe('limits and the verdict', () => {
  test('limits in force change nothing', () => {
    expect(judged(recordOf({ limits: limitsRecordOf() })).verdict).toBe('pass');
  });

  test('a limit that was not in force is named, and nothing passes without it', () => {
    const unenforced = [
      { of: 'flow', resource: 'processes', limit: 64, reason: 'it takes a control group' },
    ] as const;
    expect(judged(recordOf({ limits: limitsRecordOf({ unenforced }) }))).toMatchObject({
      verdict: 'warn',
      reasons: ['the limit of 64 processes for each flow was not in force: it takes a control group'],
    });
  });

  test('nor one that was weaker than asked', () => {
    const cpu = {
      of: 'flow',
      resource: 'cpu',
      limit: 0.5,
      by: 'affinity',
      remark: 'bound to 1 of 2',
    } as const;
    const verdictOf = (weaker: object) =>
      judged(recordOf({ limits: limitsRecordOf({ enforced: [{ ...cpu, ...weaker }] }) }));
    expect(verdictOf({}).verdict).toBe('pass');
    expect(verdictOf({ weaker: true })).toMatchObject({
      verdict: 'warn',
      reasons: ['the limit of 0.5 cores for each flow was weaker than asked: bound to 1 of 2'],
    });
  });

  test('what could not be removed is told', () => {
    const limits = limitsRecordOf({ leftBehind: ['the control group /x could not be removed: EBUSY'] });
    expect(judged(recordOf({ limits }))).toMatchObject({
      verdict: 'warn',
      reasons: ['the control group /x could not be removed: EBUSY'],
    });
  });

  test('a flow that was killed by a limit is not ok', () => {
    const message = 'killed: out of memory, the limit is 256 MB';
    const flows = flowsAtOnce(10, (index) => (index === 3 ? { outcome: 'killed', error: { message } } : {}));
    const { metrics, errors } = judged(recordOf({ flows, limits: limitsRecordOf() }));
    expect(metrics['success_rate']?.value).toBe(0.9);
    expect(errors).toMatchObject([{ count: 1, sample: message, flows: [4] }]);
  });

  test('are in results.json as they are in the record', () => {
    const limits = limitsRecordOf({ counters: countersOf({ peakMemory: 255e6, cpuTime: 12.5 }) });
    const { environment, ...record } = recordOf({ limits });
    const scenarios = [judged({ ...record, environment })];
    const context = { version: '0', createdAt: '', environment, git: {}, reproduce: '', scenarios };
    const saved: unknown = JSON.parse(JSON.stringify(assembleResults(context)));
    expect(resultsSchema.parse(saved).scenarios[0]?.limits).toEqual(limits);
  });
});
