/** When the signal of `faults.kill` is sent, and when its flow has ended by it, against when it was due. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { built } from './built.mjs';
import { runScenario } from './flowgate.mjs';
import { missing } from './measure.mjs';

const FLOWS = 10;
const TURNS = 10;
const SEED = 1;
const KILL = { share: 1, after: { from: 100, to: 1000 }, signal: 'SIGKILL' };

const SENT = ['sent, p50, ms late', 'sent, p99, ms late'];
const ENDED = ['ended, p50, ms late', 'ended, p99, ms late'];

/** Order statistics with linear interpolation, as the product's. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  return below + (position % 1) * (sorted[Math.ceil(position)] - below);
}

const figuresOf = (names, late) =>
  Object.fromEntries(names.map((name, index) => [name, quantile(late, [0.5, 0.99][index])]));

/** When each flow is to be killed: ms after its start, by iteration. */
async function dueTimes(iterations) {
  const { killOf } = await built('faults/injection.js');
  return iterations.map((iteration) => killOf({ kill: KILL, seed: SEED }, iteration).after);
}

/** All flows of the two faulted waves are killed; those of the clean waves last for 50 ms. */
async function killed(work) {
  const { flows } = runScenario({
    ...work,
    flows: FLOWS,
    iterations: FLOWS * TURNS,
    timeout: '10s',
    faults: { seed: SEED, rounds: 1, kill: { share: '100%', after: '100ms..1s' } },
    checks: { concurrency: 'off', isolation: 'off', cleanup: 'off' },
  });
  const hit = flows.filter((flow) => flow.hit?.kind === 'kill');
  if (hit.length !== 2 * FLOWS * TURNS) throw new Error(`${hit.length} flows were killed`);
  const due = await dueTimes(hit.map(({ iteration }) => iteration));
  return {
    ...figuresOf(
      SENT,
      hit.map(({ hit: { at }, startedAt }, index) => at - startedAt - due[index]),
    ),
    ...figuresOf(
      ENDED,
      hit.map(({ endedAt, startedAt }, index) => endedAt - startedAt - due[index]),
    ),
  };
}

/** The flows of faulted waves are those that last: with one round the second wave, and one of the three after it by lot. */
async function command() {
  const { drawnWaves } = await built('faults/config.js');
  const faulted = drawnWaves(1, SEED).flatMap((kind, index) => (kind === 'faulted' ? [index] : []));
  const wave = `$(( (FLOWGATE_ITERATION - 1) / ${FLOWS * TURNS} ))`;
  return `case ${wave} in ${faulted.join('|')}) exec sleep 5;; *) sleep 0.05;; esac`;
}

/** Ten at once for as many turns, by something that ends a process of its own after a time: ms from start to end. */
async function inTurns(run) {
  const first = FLOWS * TURNS + 1;
  const due = await dueTimes(Array.from({ length: FLOWS * TURNS }, (_, index) => first + index));
  const late = [];
  const slot = async (_, index) => {
    for (let at = index; at < due.length; at += FLOWS) {
      const from = performance.now();
      await run(due[at]);
      late.push(performance.now() - from - due[at]);
    }
  };
  await Promise.all(Array.from({ length: FLOWS }, slot));
  return figuresOf(ENDED, late);
}

async function byTimer(after) {
  const child = spawn('sleep', ['5'], { stdio: 'ignore', detached: true });
  setTimeout(() => process.kill(-child.pid, 'SIGKILL'), after);
  await once(child, 'exit');
}

async function byTimeout(after) {
  const child = spawn('timeout', ['-s', 'KILL', String(after / 1e3), 'sleep', '5'], { stdio: 'ignore' });
  await once(child, 'exit');
}

export default {
  title: `${FLOWS * TURNS} flows that are killed 100 ms to 1 s after their start, ten at once`,
  unit: 'ms late',
  target:
    'No target: the signal is to be sent at most 2 ms after it is due, at p99, as exact as the latency of the proxies.',
  rounds: 5,
  columns: [...SENT, ...ENDED],
  peers: [
    { name: 'flowgate, command flows', run: async () => killed({ run: await command() }) },
    { name: 'setTimeout and kill, Node alone', run: () => inTurns(byTimer) },
    { name: 'timeout -s KILL, coreutils', missing: missing('timeout'), run: () => inTurns(byTimeout) },
  ],
};
