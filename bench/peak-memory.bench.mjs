import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { pidtree } from 'pidtree';
import pidusage from 'pidusage';
import { inside, noCgroup, withCgroup } from './cgroup.mjs';
import { readNothing, runInside } from './product.mjs';
import { noPrograms, program, scratchFile } from './programs/programs.mjs';

const TRIALS = 200;
const MEGABYTES = 32;
const HELD = 5;
const TOGETHER = 4;
const NO_GATE = ['success_rate >= 100%'];

const spike = (megabytes, held, end) => `${program('spike')} ${megabytes} ${held} ${end}`;
const trial = (end) => `${program('truth')} ${scratchFile()} ${spike(MEGABYTES, HELD, end)}`;

/** Between the spike alone and it with the one who waits for it, which is in the tree too, nobody can tell. */
function isRight(peak) {
  const [spiked, waiting] = readFileSync(scratchFile(), 'utf8').split(' ').map(Number);
  rmSync(scratchFile());
  return peak >= 0.99 * spiked && peak <= 1.01 * (spiked + waiting);
}

/** % of the trials in which `peakOf` one of them was right. */
async function rightShare(peakOf) {
  let right = 0;
  for (let count = 0; count < TRIALS; count += 1) if (isRight(await peakOf())) right += 1;
  return (right / TRIALS) * 100;
}

async function flowgatePeak(end) {
  const { figures } = await runInside({ run: trial(end), flows: 1, iterations: 1, thresholds: NO_GATE });
  return figures.peak_memory.value ?? 0;
}

/** Sums of pidusage over the tree below a process, once a second from a random moment on; the largest of each trial. */
async function pidusageShare(end) {
  let root;
  let peak = 0;
  const look = async () => {
    const seen = root;
    if (seen === undefined) return;
    const usage = await pidtree(seen, { root: true })
      .then(pidusage)
      .catch(() => ({}));
    const sum = Object.values(usage).reduce((total, stats) => total + (stats?.memory ?? 0), 0);
    if (root === seen) peak = Math.max(peak, sum);
  };
  const timer = setInterval(() => void look(), 1000);
  try {
    return await rightShare(async () => {
      peak = 0;
      const child = spawn('bash', ['-c', trial(end)]);
      root = child.pid;
      await new Promise((resolve) => child.once('close', resolve));
      root = undefined;
      return peak;
    });
  } finally {
    clearInterval(timer);
    pidusage.clear();
  }
}

/** How far the tree's peak is from the cgroup's, %. */
function treeError(held, peakIn) {
  return withCgroup('memory', async (cgroup) => {
    const scenario = {
      run: spike(96, held, 'end'),
      flows: TOGETHER,
      iterations: TOGETHER,
      thresholds: NO_GATE,
    };
    const peak = await peakIn(scenario, cgroup);
    return Math.abs(peak / cgroup.number('memory.max_usage_in_bytes') - 1) * 100;
  });
}

async function flowgateTree(scenario, cgroup) {
  const { figures } = await runInside(scenario, (ports) => inside(cgroup, ports));
  return figures.peak_memory.value ?? 0;
}

/** What a user of pidusage would do: every 50 ms the tree, the largest sum. */
async function pidusageTree(scenario, cgroup) {
  const roots = [];
  let peak = 0;
  const look = async () => {
    const trees = await Promise.all(roots.map(({ pid }) => pidtree(pid).catch(() => [])));
    const usage = await pidusage(trees.flat()).catch(() => ({}));
    const sum = Object.values(usage).reduce((total, stats) => total + (stats?.memory ?? 0), 0);
    peak = Math.max(peak, sum);
  };
  const timer = setInterval(() => void look(), 50);
  try {
    await runInside(scenario, (ports) => ({
      ...inside(cgroup, ports, (root) => roots.push(root)),
      openTable: readNothing,
    }));
    return peak;
  } finally {
    clearInterval(timer);
    pidusage.clear();
  }
}

const ENDS = 'it ends at its peak';
const LIVES = 'it lives on';
const HELD_LONG = 200;
const heldFor = (ms) => `held for ${ms} ms`;
const treeErrors = (peakIn) => async () => ({
  [heldFor(HELD_LONG)]: await treeError(HELD_LONG, peakIn),
  [heldFor(HELD)]: await treeError(HELD, peakIn),
});

export default [
  {
    title: `Peak of ${TRIALS} processes that touch ${MEGABYTES} MB and hold them for ${HELD} ms, % of them within 1% of wait4's ru_maxrss`,
    unit: '%',
    target: 'Target 5: at least 99%.',
    rounds: 1,
    missing: noPrograms,
    columns: [ENDS, LIVES],
    peers: [
      {
        name: 'flowgate',
        run: async () => ({
          [ENDS]: await rightShare(() => flowgatePeak('end')),
          [LIVES]: await rightShare(() => flowgatePeak('live')),
        }),
      },
      {
        name: 'pidusage at 1 s',
        run: async () => ({ [ENDS]: await pidusageShare('end'), [LIVES]: await pidusageShare('live') }),
      },
    ],
  },
  {
    title: `Peak of ${TOGETHER} processes of 96 MB together, % away from the cgroup's memory.max_usage_in_bytes`,
    unit: '%',
    target:
      "Target 5: at most 2%. The cgroup's figure has page tables and kernel stacks in it, and not the pages of libc that were there before.",
    rounds: 5,
    missing: () => noPrograms() ?? noCgroup('memory')(),
    columns: [heldFor(HELD_LONG), heldFor(HELD)],
    peers: [
      { name: 'flowgate', run: treeErrors(flowgateTree) },
      { name: 'pidusage at 50 ms', run: treeErrors(pidusageTree) },
    ],
  },
];
