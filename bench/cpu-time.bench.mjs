import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pidtree } from 'pidtree';
import pidusage from 'pidusage';
import { inside, noCgroup, withCgroup } from './cgroup.mjs';
import { readNothing, runInside, samplesOf } from './product.mjs';

const NANOSECONDS = 1e6;
const NO_GATE = ['success_rate >= 100%'];
const MODULE = `export default function flow() {
  const end = process.hrtime.bigint() + 20_000_000n;
  let made = [];
  while (process.hrtime.bigint() < end) made = Array.from({ length: 1000 }, (_, index) => ({ index, made: made.length }));
}`;

const SCENARIOS = {
  '2,000 × true, 10 at once': { run: 'true', flows: 10, iterations: 2000 },
  '4 × a busy second': {
    run: `timeout 1 sh -c 'while :; do :; done' || true`,
    flows: 4,
    iterations: 4,
  },
  'a module, 100 × 20 ms in one process': { module: 'flow.mjs', flows: 2, iterations: 100 },
};

async function withModule(scenario, use) {
  if (scenario.module === undefined) return use(scenario);
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  try {
    writeFileSync(join(folder, scenario.module), MODULE);
    return await use({ ...scenario, module: join(folder, scenario.module) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** CPU of a cgroup in ms, without what our launchers themselves take: that is not the flows'. */
class Truth {
  #cgroup;
  #launchers = new Map();

  constructor(cgroup) {
    this.#cgroup = cgroup;
  }

  add = ({ pid, launcher }) => {
    if (launcher) this.#launchers.set(pid, { before: ownTime(pid) ?? 0, now: ownTime(pid) ?? 0 });
  };

  read() {
    let launchers = 0;
    for (const [pid, launcher] of this.#launchers) {
      launcher.now = ownTime(pid) ?? launcher.now;
      launchers += launcher.now - launcher.before;
    }
    return this.#cgroup.number('cpuacct.usage') / NANOSECONDS - launchers;
  }
}

/** ms that a process of one thread has run; undefined if it is gone. */
function ownTime(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / NANOSECONDS;
  } catch {
    return undefined;
  }
}

/** The monitor as it is, the truth read right after each of its readings. % from it, with its sign. */
function flowgateError(scenario) {
  return withCgroup('cpuacct', async (cgroup) => {
    const truth = new Truth(cgroup);
    const truths = [];
    const around = (ports) => ({
      ...inside(cgroup, ports, truth.add),
      openTable: (mark) => {
        const table = ports.openTable(mark);
        const read = (roots) => {
          const readings = table.read(roots);
          truths.push(truth.read());
          return readings;
        };
        return { source: table.source, read, close: () => table.close() };
      },
    });
    const { record, figures } = await runInside({ ...scenario, thresholds: NO_GATE }, around);
    // Nobody but the monitor reads the table before its last sample: there is no service and no flow is killed.
    const { samples } = record.monitor;
    const counted = await samplesOf(record);
    const at = (sample) => truths[samples.indexOf(sample)];
    const expected = at(counted.at(-1)) - at(counted[0]);
    return Math.abs(figures.cpu_time.value / expected - 1) * 100;
  });
}

/** What a user of pidusage would do: every 50 ms the tree, the CPU time of each process as last seen, their sum. */
function pidusageError(scenario) {
  return withCgroup('cpuacct', async (cgroup) => {
    const truth = new Truth(cgroup);
    const roots = [];
    const seen = new Map();
    const look = async (root) => {
      const usage = await pidtree(root.pid, { root: !root.launcher })
        .then(pidusage)
        .catch(() => ({}));
      for (const stats of Object.values(usage).filter(Boolean)) seen.set(stats.pid, stats.ctime);
    };
    const timer = setInterval(() => roots.forEach((root) => void look(root)), 50);
    const onRoot = (root) => {
      truth.add(root);
      roots.push(root);
    };
    const around = (ports) => ({ ...inside(cgroup, ports, onRoot), openTable: readNothing });
    try {
      await runInside({ ...scenario, thresholds: NO_GATE }, around);
    } finally {
      clearInterval(timer);
      pidusage.clear();
    }
    const sum = [...seen.values()].reduce((total, time) => total + time, 0);
    return Math.abs(sum / truth.read() - 1) * 100;
  });
}

/** One round: each scenario, one after another. */
const errors = (errorOf) => async () => {
  const figures = {};
  for (const [kind, scenario] of Object.entries(SCENARIOS))
    figures[kind] = await withModule(scenario, errorOf);
  return figures;
};

export default {
  title: 'CPU time of a run, % away from cpuacct.usage',
  unit: '%',
  target: 'Target 6: at most 1%. What our own launchers take is in neither figure.',
  rounds: 3,
  missing: noCgroup('cpuacct'),
  columns: Object.keys(SCENARIOS),
  peers: [
    { name: 'flowgate', run: errors(flowgateError) },
    { name: 'pidusage at 50 ms', run: errors(pidusageError) },
  ],
};
