import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../src/checks/index.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import type { Record } from '../../src/model/record.js';
import { type Results, resultsSchema } from '../../src/model/results.js';
import { assembleResults, assembleScenario } from '../../src/verdict/assemble.js';
import { rejudge } from '../../src/verdict/rejudge.js';
import { failedFlow, flowOf, flowsAtOnce, recordOf, sampleOf, scenarioPlanOf } from '../fakes/record.js';
import { editable } from '../fakes/results.js';
import { wavesRecord } from '../fakes/waves.js';

/** As a file holds them. */
function saved(record: Record, plan: Partial<ScenarioPlan> = {}): Results {
  const scenario = assembleScenario(scenarioPlanOf(plan), record);
  const results = assembleResults({
    version: '0.1.0',
    createdAt: '2026-01-02T03:04:06.000Z',
    environment: record.environment,
    git: {},
    reproduce: 'npx flowgate run',
    scenarios: [scenario],
  });
  return resultsSchema.parse(JSON.parse(JSON.stringify(results)));
}

/** More flows than are kept, in waves with faults; those of faulted waves take down the flow after them. */
function manyFlows(): Partial<Record> {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  const waves = wavesRecord(5).waves ?? [];
  for (const { wave, kind, from } of waves) {
    for (let index = 0; index < 1500; index++) {
      const iteration = (wave - 1) * 1500 + index + 1;
      const startedAt = from + Math.floor(index / 10) * 5;
      const at = { slot: (index % 10) + 1, iteration, wave, startedAt, scheduledAt: startedAt };
      if (kind === 'faulted' && index % 50 === 0) {
        log.add(
          flowOf({
            ...at,
            outcome: 'killed',
            hit: { kind: 'kill', at: startedAt + 2 },
            endedAt: startedAt + 2,
          }),
        );
      } else if (kind === 'faulted' && index % 50 < 20) {
        log.add({ ...failedFlow(iteration), ...at, endedAt: startedAt + 3 });
      } else log.add(flowOf({ ...at, endedAt: startedAt + 5, ...(index < 10 ? { barrier: true } : {}) }));
    }
  }
  const { tally, flows, waveTallies } = log.recorded();
  return { waves, tally, flows, waveTallies };
}

const GROWING = Array.from({ length: 60 }, (_, index) =>
  sampleOf({
    at: index * 1000,
    serviceMemory: 50e6 + index * 2e6,
    flows: index * 50,
    cpuTime: index * 10,
  }),
);

const RECORDS: readonly (readonly [string, Record, Partial<ScenarioPlan>])[] = [
  ['a plain run', recordOf(), {}],
  ['a run never at its full concurrency', recordOf({ flows: flowsAtOnce(4) }), {}],
  ['a broken invariant', recordOf({ verify: { ok: false, message: 'stock is 3' } }), {}],
  [
    'tokens that were mixed up',
    recordOf({
      contamination: {
        searched: 10,
        own: 9,
        contaminated: 1,
        count: 1,
        incomplete: 0,
        sightings: [
          { slot: 1, iteration: 1, token: 'fg-000000000000-2', place: 'stdout', at: 3, context: 'x' },
        ],
      },
    }),
    {},
  ],
  [
    'things that were left, of killed flows as well',
    recordOf({
      flows: flowsAtOnce(10, (index) => (index === 1 ? { outcome: 'timed_out' } : {})),
      leftBehind: {
        processes: 0,
        files: [
          { path: '/tmp/a', iteration: 2, slot: 2 },
          { path: '/tmp/b', iteration: 3, slot: 3 },
        ],
        fileCount: 2,
        ports: [],
        portCount: 0,
        unseen: [],
      },
    }),
    {},
  ],
  [
    'a service that grows',
    recordOf({
      flows: Array.from({ length: 3000 }, (_, index) =>
        flowOf({
          iteration: index + 1,
          slot: (index % 10) + 1,
          startedAt: index * 20,
          endedAt: index * 20 + 300,
        }),
      ),
      monitor: { ...recordOf().monitor, samples: GROWING },
    }),
    { checks: { growth: 'fail' } },
  ],
  ['faults that hurt bystanders, of more flows than are kept', recordOf(manyFlows()), {}],
  [
    'a system that does not recover',
    wavesRecord(5, ({ faultsBefore }) => ({ time: 100 + 100 * faultsBefore })),
    {},
  ],
  ['faults without waves enough', wavesRecord(2), { checks: { recovery: 'fail' } }],
  ['an interrupted run', wavesRecord(5, undefined, { interrupted: 'SIGINT' }), {}],
];

describe('checks over saved results', () => {
  test.each(RECORDS)('%s: say the same again, word for word', (_, record, plan) => {
    const results = saved(record, plan);
    expect(rejudge(results)).toEqual(results);
  });

  test('the records are of all sorts: every check that can fail does in one of them', () => {
    const failed = RECORDS.flatMap(([, record, { checks = {} }]) =>
      runChecks(record, checks)
        .filter(({ outcome }) => outcome === 'fail')
        .map(({ id }) => id),
    );
    expect(new Set(failed)).toEqual(
      new Set(['concurrency', 'invariants', 'isolation', 'containment', 'recovery', 'cleanup', 'growth']),
    );
  });

  test('are really run again: what was saved of the waves is what they judge', () => {
    const results = saved(wavesRecord(5));
    expect(results.verdict).toBe('pass');
    const [scenario] = results.scenarios;
    for (const wave of scenario?.waves ?? []) {
      if (wave.kind === 'faulted') Object.assign(wave, { flows: { ...wave.flows, flowTime: 400 } });
    }
    const again = rejudge(results);
    expect(again.verdict).toBe('fail');
    expect(again.scenarios[0]?.reasons[0]).toMatch(
      /^Faults hurt flows that they did not hit: flow time 400 ms/,
    );
    expect(again.scenarios[0]?.checks.find(({ id }) => id === 'containment')?.outcome).toBe('fail');
  });

  test('of checks that were not saved there is none', () => {
    const results = editable(saved(recordOf({ verify: { ok: false, message: 'no' } })));
    const [scenario] = results.scenarios;
    if (scenario !== undefined) scenario.checks = scenario.checks.filter(({ id }) => id !== 'invariants');
    expect(rejudge(results).scenarios[0]?.checks.map(({ id }) => id)).toEqual(['concurrency']);
  });
});
