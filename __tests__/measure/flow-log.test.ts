import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../src/lib/random.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { measure, standardRefs, summarize } from '../../src/measure/summarize.js';
import type { Flow } from '../../src/model/flow.js';
import type { Record } from '../../src/model/record.js';
import { flowOf, recordOf } from '../fakes/record.js';

const OUTCOMES = ['ok', 'ok', 'ok', 'ok', 'failed', 'timed_out', 'killed', 'dropped'] as const;

/** Flows of ten slots, one in two of them not ok, as they end. */
function flowsOf(count: number, seed = 11): Flow[] {
  const random = seededRandom(seed);
  const free = new Array<number>(10).fill(0);
  return Array.from({ length: count }, (_, index) => {
    const slot = index % free.length;
    const startedAt = (free[slot] ?? 0) + random();
    const endedAt = startedAt + 1 + 20 * random() ** 4;
    free[slot] = endedAt;
    const outcome = OUTCOMES[Math.floor(random() * OUTCOMES.length)] ?? 'ok';
    return flowOf({
      slot: slot + 1,
      iteration: index + 1,
      outcome,
      startedAt,
      endedAt,
      steps: [{ name: 'draft', startedAt, endedAt: startedAt + 0.5 }],
      ttfb: [random()],
      bytesIn: 10,
      bytesOut: 3,
      ...(outcome === 'failed' ? { error: { message: `order ${index} is lost` } } : {}),
    });
  });
}

const logged = (flows: readonly Flow[], differs: Partial<Record> = {}): Record => {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  flows.forEach(log.add);
  return recordOf({ ...differs, ...log.recorded() });
};
const figuresOf = (record: Record) => {
  const measures = summarize(record);
  return {
    scalars: Object.fromEntries(Object.entries(measures.scalars)),
    p99: measure(measures, { metric: 'flow_time', stat: 'p99' }),
    draft: measure(measures, { metric: 'step', label: 'draft', stat: 'med' }),
    ttfb: measure(measures, { metric: 'ttfb', stat: 'p95' }),
  };
};

describe('a log of flows', () => {
  test.each([{}, { interrupted: 'SIGINT' }])('measures as the flows themselves do (%j)', (differs) => {
    const flows = flowsOf(3000);
    expect(figuresOf(logged(flows, differs))).toEqual(figuresOf(recordOf({ flows, ...differs })));
  });

  test('measures all flows of a run that keeps only some', () => {
    const flows = flowsOf(36_000);
    const record = logged(flows);
    expect(record.flows.length).toBeLessThan(30_000);
    expect(figuresOf(record)).toEqual(figuresOf(recordOf({ flows })));
  });

  test('a step named anew by every flow does not fill the memory', () => {
    const flows = Array.from({ length: 5000 }, (_, index) =>
      flowOf({ iteration: index + 1, steps: [{ name: `step ${index}`, startedAt: 0, endedAt: 1 }] }),
    );
    const measures = summarize(logged(flows));
    expect(measures.steps.size).toBe(1000);
    // The median and p95 of fifty of them are in the results.
    expect(standardRefs(measures).filter(({ metric }) => metric === 'step')).toHaveLength(100);
  });

  test('errors of a message made anew by every flow are counted, and told apart up to a thousand kinds', () => {
    const flows = Array.from({ length: 3000 }, (_, index) => {
      const letters = String(index).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
      return flowOf({ iteration: index + 1, outcome: 'failed', error: { message: `lost ${letters}` } });
    });
    const kinds = logged(flows).tally?.errorKinds({ killed: true });
    expect(kinds).toHaveLength(1001);
    expect(kinds?.[0]).toMatchObject({ type: 'others', count: 2000 });
  });
});
