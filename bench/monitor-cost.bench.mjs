import { execFile, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readNothing, runInside } from './product.mjs';
import { noPrograms, program } from './programs/programs.mjs';

const PROCESSES = 20;
const run = promisify(execFile);
const monitor = (file) => join(import.meta.dirname, 'monitors', file);
const noPsutil = () =>
  spawnSync('python3', ['-c', 'import psutil']).status === 0
    ? undefined
    : 'psutil for python3 is not installed';

/** A group that ends with the pipe to it, and so with this process, however that ends. */
function spawnWorkers() {
  const workers = `${program('worker')} & `.repeat(PROCESSES);
  const stdio = ['pipe', 'ignore', 'ignore'];
  return spawn('sh', ['-c', `${workers} read -r _; kill -s KILL 0`], { detached: true, stdio });
}

/** % of one core that a monitor takes around processes of which every figure changes between two looks. */
async function share(command, args, options = []) {
  const tree = spawnWorkers();
  try {
    const { stdout } = await run(command, [...args, String(tree.pid), ...options]);
    const told = JSON.parse(stdout);
    if (told.processes !== PROCESSES) throw new Error(`${command} saw ${told.processes} of ${PROCESSES}`);
    return told.share;
  } finally {
    tree.stdin.end();
    await new Promise((resolve) => tree.once('close', resolve));
  }
}

/** Busy work in twenty flows at once, which leaves no core idle: what the monitor takes, they do not get. */
const BUSY = {
  run: 'for ((i = 0; i < 20000; i++)); do :; done',
  flows: PROCESSES,
  duration: '2s',
  thresholds: ['success_rate >= 100%'],
};

async function throughput(around) {
  const { figures } = await runInside(BUSY, around);
  return figures.throughput.value;
}

/** What the monitor used of a whole run of sleeping flows, by two runs that differ in it alone, and what it says. */
async function costOf(scenario, least) {
  const runOf = async (...mode) => {
    const args = [monitor('run-cost.mjs'), JSON.stringify(scenario), ...mode];
    return JSON.parse((await run(process.execPath, args)).stdout);
  };
  const [watched, idle] = [await runOf(), await runOf('idle')];
  if (watched.processes < least) throw new Error(`saw ${watched.processes} of ${least} processes`);
  return {
    'used, % of one core': watched.used - idle.used,
    'said, % of one core': watched.said,
    'reads alone, % of one core': watched.reads,
    'looks a second': watched.looks,
  };
}

const SECONDS = 10;
const sleeping = (flows, command = `sleep ${SECONDS}`) => ({
  run: command,
  flows,
  thresholds: ['success_rate >= 100%'],
});
const TREE = `for i in $(seq 50); do sleep ${SECONDS} & done; wait`;

export default [
  {
    title: `Watching flows that sleep ${SECONDS} s`,
    unit: '% of one core',
    columns: ['used, % of one core', 'said, % of one core', 'reads alone, % of one core', 'looks a second'],
    target: 'Target 4: at most 1%. Used: all CPU of the process, less that of a run that reads nothing.',
    rounds: 3,
    peers: [
      ...[1, 10, 60].map((flows) => ({
        name: `flowgate, ${flows} × sleep`,
        run: () => costOf(sleeping(flows), flows),
      })),
      { name: 'flowgate, 1 flow of 50 processes', run: () => costOf(sleeping(1, TREE), 50) },
    ],
  },
  {
    title: `Watching ${PROCESSES} processes, 20 times a second`,
    unit: '% of one core',
    target: 'Target 4: at most 1%. pidusage: with pidtree, and with the ps that it starts.',
    rounds: 5,
    missing: noPrograms,
    peers: [
      { name: 'flowgate', run: () => share(process.execPath, [monitor('flowgate.mjs')]) },
      {
        name: 'flowgate, as often as it chooses',
        run: () => share(process.execPath, [monitor('flowgate.mjs')], ['adaptive']),
      },
      { name: 'pidusage', run: () => share(process.execPath, [monitor('pidusage.mjs')]) },
      {
        name: 'psutil',
        missing: noPsutil,
        run: () => share('python3', [monitor('psutil_monitor.py')]),
      },
    ],
  },
  {
    title: `Throughput of a CPU-bound scenario, ${PROCESSES} flows at once`,
    unit: 'flows/s',
    target: 'Target 4: with the monitor at least 0.995 of without.',
    rounds: 12,
    peers: [
      { name: 'flowgate', run: () => throughput() },
      {
        name: 'flowgate with a process table that reads nothing',
        run: () => throughput(() => ({ openTable: readNothing })),
      },
    ],
  },
];
