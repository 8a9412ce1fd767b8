/** How much CPU two busy processes of one flow really get under a limit. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { built } from './built.mjs';

const SECONDS = 3;

/** Burns for some seconds by the clock and says what it got: ms of CPU, from the kernel's account of itself. */
const BURN = `
  const end = performance.now() + ${SECONDS * 1e3};
  const before = process.cpuUsage();
  while (performance.now() < end) for (let i = 0; i < 1e5; i += 1);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1e3);`;

/** Cores that two busy processes used together while they ran under a limit on CPU. */
async function coresUnder(cpu) {
  const { nodeResourceLimits } = await built('faults/limits/open.js');
  const limits = cpu === undefined ? [] : [{ of: 'flow', cpu }];
  const session = await nodeResourceLimits.open({ limits, slots: 1, services: [] });
  try {
    const both = ['sh', '-c', '"$0" -e "$1" & "$0" -e "$1"; wait', process.execPath, BURN];
    const [program, ...args] = session.enclosure({ kind: 'flow', slot: 1 }).wrap(both);
    const { stdout } = await promisify(execFile)(program, args);
    const used = stdout.trim().split('\n').map(Number);
    return { [CORES]: used.reduce((sum, each) => sum + each, 0) / (SECONDS * 1e3) };
  } finally {
    const left = await session.close();
    if (left.length > 0) throw new Error(left.join('\n'));
  }
}

const CORES = 'cores used';

export default {
  title: `Two busy processes of one flow for ${SECONDS} s, under a limit on CPU`,
  unit: CORES,
  target: 'No target: half a core under cpu: 0.5, to within 5%.',
  columns: [CORES],
  peers: [
    { name: 'flowgate, cpu: 0.5', run: () => coresUnder(0.5) },
    { name: 'flowgate, cpu: 1', run: () => coresUnder(1) },
    { name: 'no limit', run: () => coresUnder(undefined) },
  ],
};
