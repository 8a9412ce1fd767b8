import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built } from './built.mjs';

/** Writes what `shards` shards of a run of HTTP flows have measured: two steps, two times to the first byte, one metric each. */
export async function writeShards(folder, { shards, flows }) {
  const { FlowLog } = await built('measure/flow-log.js');
  const { seededRandom } = await built('lib/random.js');
  const { shardOf, shardScenario, shardText, shardName } = await built('shards/file.js');
  mkdirSync(folder, { recursive: true });
  for (let index = 1; index <= shards; index++) {
    const share = { index, of: shards };
    const random = seededRandom(index);
    const log = new FlowLog({ model: 'closed', seed: 1 });
    for (let n = 0; n < flows; n++) log.add(flowOf(index + n * shards, n, random));
    const load = { model: 'closed', flows: shards * 10, iterations: shards * flows };
    const plan = { ...PLAN, load };
    const record = { ...RECORD, ...log.recorded(), load: { ...load, flows: 10, iterations: flows, share } };
    const scenarios = [shardScenario(plan, record, {})];
    const shard = shardOf(CONTEXT, { share, config: 'the same', scenarios });
    writeFileSync(
      join(folder, shardName(share)),
      shardText(shard, (value) => value),
    );
  }
}

function flowOf(iteration, n, random) {
  const startedAt = Math.floor(n / 10) * 5 + random();
  const middle = startedAt + random() * 40;
  const endedAt = middle + random() * 60;
  const failed = random() < 0.01;
  return {
    slot: 1 + (n % 10),
    iteration,
    token: `fg-000000000000-${iteration}`,
    outcome: failed ? 'failed' : 'ok',
    scheduledAt: startedAt,
    startedAt,
    endedAt,
    ...(failed ? { error: { message: `status 503 of order ${n}` } } : {}),
    ...(n < 10 ? { barrier: true } : {}),
    steps: [
      { name: 'log in', startedAt, endedAt: middle },
      { name: 'order', startedAt: middle, endedAt },
    ],
    ttfb: [(middle - startedAt) / 2, (endedAt - middle) / 2],
    metrics: [{ name: 'tokens', value: Math.floor(random() * 500), unit: 'count' }],
    bytesIn: 512,
    bytesOut: 128,
  };
}

const PLAN = {
  name: 'order',
  work: { kind: 'command', run: 'order', shell: 'sh' },
  timeout: 30_000,
  warmup: 0,
  defaultGates: false,
  thresholds: [],
  checks: {},
};

const samples = Array.from({ length: 1000 }, (_, index) => ({
  at: index * 50,
  memory: 50e6 + index,
  peakMemory: 51e6 + index,
  cpuTime: index * 20,
  threads: 12,
  processes: 11,
}));

const ENVIRONMENT = { os: 'linux', arch: 'x64', cpu: 'CPU', cores: 4, memory: 16e9, node: '20.18.0' };

const RECORD = {
  scenario: 'order',
  startedAt: '2026-01-01T00:00:00.000Z',
  environment: ENVIRONMENT,
  timeout: 30_000,
  warmup: 0,
  leftovers: [],
  problems: [],
  monitor: {
    source: 'procfs',
    samples,
    processes: [],
    cost: { samples: samples.length, cpuTime: 100, duration: 50_000 },
    notes: [],
  },
};

const CONTEXT = {
  version: '0.1.0',
  createdAt: '2026-01-01T00:00:00.000Z',
  git: { sha: 'a'.repeat(40) },
  environment: ENVIRONMENT,
  reproduce: 'npx flowgate run',
};
