import { parseThresholds } from '../../src/config/thresholds.js';
import { planLadder } from '../../src/ladder/config.js';
import type { Flow } from '../../src/model/flow.js';
import { uslThroughput } from '../../src/model/ladder.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import type { Record, Sample } from '../../src/model/record.js';
import type { Threshold } from '../../src/model/threshold.js';
import { flowOf, monitorOf, recordOf, sampleOf, scenarioPlanOf } from './record.js';

/** A system that follows the laws to be found: throughput the USL, and every resource a line. */
export const TRUTH = {
  law: { lambda: 4, sigma: 0.03, kappa: 0.0007 },
  memory: { a: 45e6, b: 9.8e6 },
  /** Share of all four cores. */
  cpu: { a: 0.01, b: 0.015 },
  threads: { a: 7, b: 2 },
};
export const RUNGS = [1, 2, 5, 10, 20, 50];
const CORES = 4;
/** ms between the end of a rung and the first start of the next. */
const PAUSE = 10;

/** ms that one of `flows` at once takes: with N in flight and X done a second each takes N ÷ X (Little's law). */
export function flowTimeAt(flows: number): number {
  return (1000 * flows) / uslThroughput(TRUTH.law, flows);
}

/** Gates with abort-on-fail. */
export function endingGates(...expressions: readonly string[]): readonly Threshold[] {
  return parseThresholds(expressions, 'fail').thresholds.map((gate) => ({ ...gate, abort: { delay: 0 } }));
}

export function ladderPlanOf(
  rungs: readonly number[] = RUNGS,
  differs: Partial<ScenarioPlan> = {},
): ScenarioPlan {
  const { ladder, load } = planLadder(rungs, {});
  return scenarioPlanOf({ name: 'capacity', load, ladder, ...differs });
}

/** The record of a climb of this system: three flows after another in every slot of every rung. */
export function ladderRecordOf(rungs: readonly number[] = RUNGS, differs: Partial<Record> = {}): Record {
  const flows: Flow[] = [];
  const samples: Sample[] = [];
  const climbed: { flows: number; from: number; to: number }[] = [];
  let at = 0;
  let cpuTime = 0;
  for (const rung of rungs) {
    const from = at;
    const time = flowTimeAt(rung);
    for (let wave = 0; wave < 3; wave++) {
      for (let slot = 1; slot <= rung; slot++) {
        const startedAt = from + wave * time;
        const first = wave === 0 ? { barrier: true as const } : {};
        flows.push(
          flowOf({
            slot,
            iteration: flows.length + 1,
            rung,
            startedAt,
            endedAt: from + (wave + 1) * time,
            ...first,
          }),
        );
      }
    }
    const threads = TRUTH.threads.a + TRUTH.threads.b * rung;
    const memory = TRUTH.memory.a + TRUTH.memory.b * rung;
    const share = TRUTH.cpu.a + TRUTH.cpu.b * rung;
    for (let part = 0; part <= 10; part++) {
      const usage = { memory, threads, cpuTime: cpuTime + (part / 10) * 3 * time * share * CORES };
      samples.push(sampleOf({ at: from + (part / 10) * 3 * time, ...usage }));
    }
    cpuTime += 3 * time * share * CORES;
    climbed.push({ flows: rung, from, to: from + 3 * time });
    at = from + 3 * time + PAUSE;
  }
  const load = planLadder(rungs, {}).load;
  return recordOf({
    scenario: 'capacity',
    load,
    flows,
    rungs: climbed,
    monitor: monitorOf(samples),
    ...differs,
  });
}
