import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from './flowgate.mjs';
import { missing } from './measure.mjs';

const FLOWS = 50;

/** What each command does first: it notes the time, in a file of its own. */
const note = (folder) => `echo $EPOCHREALTIME > ${folder}/$$`;

/** ms between the first instruction of the first and of the last command that `start` starts. */
async function spread(start) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-skew-'));
  try {
    await start(note(folder));
    const times = readdirSync(folder).map((file) =>
      Number(readFileSync(join(folder, file), 'utf8').replace(',', '.')),
    );
    if (times.length !== FLOWS) throw new Error(`${times.length} of ${FLOWS} commands ran`);
    return (Math.max(...times) - Math.min(...times)) * 1000;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const shell = (line) => execFileSync('bash', ['-c', line], { stdio: 'ignore' });

function spawnAll(command) {
  const children = Array.from({ length: FLOWS }, () => spawn('bash', ['-c', command], { stdio: 'ignore' }));
  return Promise.all(children.map((child) => new Promise((resolve) => child.once('close', resolve))));
}

export default {
  title: `First instructions of ${FLOWS} commands that are to start together`,
  unit: 'ms apart',
  target:
    'Target 7: at most 0.25 of xargs -P50. The rest is the time that the cores need for as many shells.',
  peers: [
    {
      name: 'flowgate',
      run: () => spread((run) => runScenario({ run, flows: FLOWS, thresholds: ['success_rate >= 100%'] })),
    },
    {
      name: 'xargs -P50',
      run: () => spread((run) => shell(`seq ${FLOWS} | xargs -P${FLOWS} -I{} bash -eo pipefail -c '${run}'`)),
    },
    { name: 'spawn of Node, one after another', run: () => spread(spawnAll) },
    {
      name: 'GNU parallel -j50',
      missing: missing('parallel'),
      run: () => spread((run) => shell(`seq ${FLOWS} | SHELL=/bin/bash parallel -N0 -j${FLOWS} '${run}'`)),
    },
  ],
};
