import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from './flowgate.mjs';
import { text } from './load-tools.mjs';
import { median, missing } from './measure.mjs';

const RUNS = 300;
const WARMUP = 20;

/** Median ms of the runs as hyperfine timed them, without a shell of its own around the command. */
function hyperfine(command) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-hyperfine-'));
  try {
    const json = join(folder, 'times.json');
    text('hyperfine', [
      '--shell=none',
      '--style=none',
      '--warmup',
      WARMUP,
      '--runs',
      RUNS,
      '--export-json',
      json,
      command,
    ]);
    return median(JSON.parse(readFileSync(json, 'utf8')).results[0].times) * 1000;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function flowgate(shell) {
  const { metrics } = runScenario({
    run: 'true',
    shell,
    flows: 1,
    iterations: RUNS,
    warmup: WARMUP,
    thresholds: ['success_rate >= 100%'],
  });
  return metrics['flow_time.med'].value;
}

export default {
  title: `The time of one true in a shell, one at a time, median of ${RUNS}`,
  unit: 'ms',
  target:
    "No target: what one flow's time holds beside the command itself. hyperfine runs one at a time, so that flowgate does too here.",
  peers: [
    { name: 'flowgate, bash -eo pipefail', run: () => flowgate('bash -eo pipefail') },
    {
      name: 'hyperfine, bash -eo pipefail -c true',
      missing: missing('hyperfine'),
      run: () => hyperfine('bash -eo pipefail -c true'),
    },
    { name: 'flowgate, dash', run: () => flowgate('dash') },
    {
      name: 'hyperfine, dash -c true',
      missing: missing('hyperfine'),
      run: () => hyperfine('dash -c true'),
    },
  ],
};
