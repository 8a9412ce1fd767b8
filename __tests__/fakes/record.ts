import type { ScenarioPlan } from '../../src/model/plan.js';
import type { Excerpt, Flow } from '../../src/model/flow.js';
import {
  recordOf as newRecord,
  type MonitorRecord,
  type Record,
  type Sample,
} from '../../src/model/record.js';

/** An ok flow of 100 ms that left the start barrier; name what differs. */
export function flowOf(differs: Partial<Flow> = {}): Flow {
  const iteration = differs.iteration ?? 1;
  const startedAt = differs.startedAt ?? 0;
  return {
    slot: 1,
    iteration,
    token: `flowgate-token-${iteration}`,
    outcome: 'ok',
    scheduledAt: startedAt,
    startedAt,
    endedAt: startedAt + 100,
    ...differs,
  };
}

/** `count` flows at once, each in a slot of its own, all from the start barrier. */
export function flowsAtOnce(count: number, differs: (index: number) => Partial<Flow> = () => ({})): Flow[] {
  return Array.from({ length: count }, (_, index) =>
    flowOf({ slot: index + 1, iteration: index + 1, barrier: true, ...differs(index) }),
  );
}

/** A command flow that ended with a status of its own. */
export function failedFlow(iteration: number, { status = 1, stderr = '' } = {}): Flow {
  return flowOf({
    iteration,
    outcome: 'failed',
    error: { message: `exit status ${status}`, exitStatus: status },
    stdout: excerptOf(''),
    stderr: excerptOf(stderr),
  });
}

export function excerptOf(text: string): Excerpt {
  return { head: text, tail: '', bytes: Buffer.byteLength(text) };
}

/** Two processes, 50 MB; no CPU used yet. */
export function sampleOf(differs: Partial<Sample> = {}): Sample {
  const memory = differs.memory ?? 50e6;
  return { at: 0, memory, peakMemory: memory, cpuTime: 0, threads: 4, processes: 2, ...differs };
}

export function monitorOf(samples: readonly Sample[], source = 'procfs'): MonitorRecord {
  return {
    source,
    samples,
    processes: [],
    cost: { samples: samples.length, cpuTime: 1, duration: 100 },
    notes: [],
  };
}

/** Ten ok flows at once on four cores, sampled at both ends; name what differs. */
export function recordOf(differs: Partial<Record> = {}): Record {
  return newRecord(scenarioPlanOf(), {
    startedAt: '2026-01-02T03:04:05.000Z',
    flows: flowsAtOnce(10),
    monitor: monitorOf([sampleOf({ at: 0 }), sampleOf({ at: 100, cpuTime: 80 })]),
    environment: {
      os: 'linux',
      arch: 'x64',
      cpu: 'AMD EPYC 7763',
      cores: 4,
      memory: 16e9,
      node: '20.18.0',
    },
    ...differs,
  });
}

export function scenarioPlanOf(differs: Partial<ScenarioPlan> = {}): ScenarioPlan {
  return {
    name: 'checkout',
    work: { kind: 'command', run: 'node place-order.js', shell: 'bash -eo pipefail' },
    load: { model: 'closed', flows: 10, iterations: 10 },
    timeout: 30_000,
    warmup: 0,
    services: [],
    shell: 'bash -eo pipefail',
    workingDirectory: '/repository',
    env: {},
    thresholds: [],
    defaultGates: false,
    checks: {},
    seed: 1,
    ...differs,
  };
}
