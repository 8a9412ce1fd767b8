import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slowerByHalves, Tachometer, welch } from './alarms.mjs';
import { compareInside, isRegression, timesBySide } from './comparison.mjs';
import { missing } from './measure.mjs';
import { commandText, commandWork, httpWork } from './work.mjs';

/** ms that finding may take: a first look at a server that starts anew for each round takes some 30 s. */
const BUDGET = 60_000;
/** How much work head has beside base. */
const AMOUNTS = [1, 1.05, 1.2];
const named = (amount) => (amount === 1 ? 'same code' : `+${Math.round((amount - 1) * 100)}% work`);

/** `find` gives whether head was found to be slower, and the seconds that it took. */
function peer(name, find, missing) {
  let round = 0;
  return {
    name,
    ...(missing === undefined ? {} : { missing }),
    run: async () => {
      const figures = {};
      for (const amount of AMOUNTS) {
        const { found, seconds } = await find(amount, round);
        figures[`${named(amount)}: found`] = Array.isArray(found) ? found : [found ? 1 : 0, 1];
        if (seconds !== undefined) figures[`${named(amount)}: s`] = seconds;
      }
      round += 1;
      return figures;
    },
  };
}

/** Comparisons of one kind of work, each run once for all who ask: results and ms. */
function comparisonsOf(work) {
  const known = new Map();
  return (amount, round) => {
    const key = `${amount} ${round}`;
    if (!known.has(key)) {
      const how = { limit: 3, budget: BUDGET, seed: round + 1 };
      known.set(key, compareInside(work(amount), work(1), how));
    }
    return known.get(key);
  };
}

/** Of the same comparisons, by one metric or by any. */
function flowgate(name, compared, isAsked = () => true) {
  return peer(name, async (amount, round) => {
    const { results, time } = await compared(amount, round);
    const found = results.some((result) => isAsked(result) && isRegression(result));
    return { found, seconds: time / 1000 };
  });
}

/** What base first and then head would have shown: half of the rounds of either. */
function baseThenHeadOf(compared) {
  return peer('base, then head: Welch, 99%, beyond 2%', async (amount, round) => {
    const { pairs, time } = await compared(amount, round);
    const found = slowerByHalves(timesBySide(pairs), { miss: 0.005, margin: 0.02 });
    return { found, seconds: time / 1000 };
  });
}

/** Rounds that tachometer takes of either at most. */
const MOST = 200;

/** Tachometer takes more rounds than a comparison has: those of several in a row. Seconds until it knew. */
function tachometerOf(compared) {
  const rules = new Map(AMOUNTS.map((amount) => [amount, { tachometer: new Tachometer(MOST), ms: 0 }]));
  return peer(`tachometer's rule, 50 to ${MOST} of each`, async (amount, round) => {
    const { pairs, time } = await compared(amount, round);
    const rule = rules.get(amount);
    rule.ms += time;
    const found = rule.tachometer.take(timesBySide(pairs));
    const seconds = found[1] === 0 ? undefined : rule.ms / 1000 / found[1];
    if (seconds !== undefined) rule.ms = 0;
    return { found, seconds };
  });
}

/** hyperfine says how many times faster one command is than the other, ±: found if that is more than 1. */
function hyperfine(amount, ms) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  const commands = [1, amount].map((each) => `bash -c '${commandText(each)}'`);
  try {
    const times = (runs) => {
      const json = join(folder, 'times.json');
      execFileSync(
        'hyperfine',
        ['-N', '--warmup', '2', '--runs', String(runs), '--export-json', json, ...commands],
        { stdio: 'ignore' },
      );
      return JSON.parse(readFileSync(json, 'utf8')).results;
    };
    const began = performance.now();
    const [first] = times(3);
    const left = ms - (performance.now() - began);
    const [base, head] = times(Math.max(5, Math.floor(left / 2000 / first.mean) - 2));
    const ratio = head.mean / base.mean;
    const spread = ratio * Math.hypot(head.stddev / head.mean, base.stddev / base.mean);
    return {
      said: ratio - spread > 1,
      tested: welch(base.times, head.times, 0.005).low > 0,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ofCommands = comparisonsOf(commandWork);
const ofHttp = comparisonsOf(httpWork);
const timed = new Map();

/** One run of hyperfine for both ways of reading it, as long as flowgate's. */
async function hyperfineOf(amount, round) {
  const { time } = await ofCommands(amount, round);
  const key = `${amount} ${round}`;
  if (!timed.has(key)) timed.set(key, hyperfine(amount, time));
  return timed.get(key);
}

function hyperfinePeer(name, read) {
  const find = async (amount, round) => {
    const { seconds, ...answers } = await hyperfineOf(amount, round);
    return { found: answers[read], seconds };
  };
  return peer(name, find, missing('hyperfine'));
}

const target =
  'Target 2: +5% found in at least 95% of comparisons within 60 s, +20% within 15 s. flowgate: any of flow_time.med, throughput, cpu_per_flow by limits of 3%, 2 flows at once, stopped when it knows.';
const SAME_ROUNDS =
  'Base-then-head has half of the rounds of either side, tachometer all of them, from several comparisons in a row; both judge flow_time.med and call head slower than base.';
const columns = AMOUNTS.flatMap((amount) => [`${named(amount)}: found`, `${named(amount)}: s`]);

export default [
  {
    title: 'More work in a command: comparisons that find it',
    unit: 'comparisons',
    target: `${target} ${SAME_ROUNDS} hyperfine has the same commands, one at a time, for as long as flowgate took, base and then head.`,
    rounds: 4,
    columns,
    peers: [
      flowgate('flowgate', ofCommands),
      baseThenHeadOf(ofCommands),
      tachometerOf(ofCommands),
      hyperfinePeer('hyperfine, its ratio − its ± above 1', 'said'),
      hyperfinePeer('hyperfine, Welch 99% of its times', 'tested'),
    ],
  },
  {
    title: 'More work in an HTTP server: comparisons that find it',
    unit: 'comparisons',
    target: `${target} Below, what one metric alone has found by then. ${SAME_ROUNDS}`,
    rounds: 4,
    columns,
    peers: [
      flowgate('flowgate', ofHttp),
      ...['flow_time.med', 'throughput', 'cpu_per_flow'].map((metric) =>
        flowgate(`flowgate, ${metric} alone`, ofHttp, (result) => result.metric === metric),
      ),
      baseThenHeadOf(ofHttp),
      tachometerOf(ofHttp),
    ],
  },
];
