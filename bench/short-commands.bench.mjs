import { execFileSync } from 'node:child_process';
import { runScenario } from './flowgate.mjs';
import { missing } from './measure.mjs';

const COMMANDS = 2000;

/** ms from start to end of a shell command line. */
function time(line) {
  const start = performance.now();
  execFileSync('sh', ['-c', line], { stdio: 'ignore' });
  return performance.now() - start;
}

function flowgate(shell) {
  const scenario = {
    run: 'true',
    shell,
    flows: 10,
    iterations: COMMANDS,
    thresholds: ['success_rate >= 100%'],
  };
  return runScenario(scenario).metrics.total_time.value;
}

export default {
  title: `${COMMANDS} × true, 10 at once`,
  unit: 'ms',
  target:
    'Target 8: at most 0.7 of xargs. flowgate watches, times and keeps the streams of every one of them meanwhile.',
  peers: [
    { name: 'flowgate, bash -eo pipefail', run: () => flowgate('bash -eo pipefail') },
    { name: 'flowgate, dash', run: () => flowgate('dash') },
    {
      name: 'xargs -P10 bash -eo pipefail -c true',
      run: () => time(`seq ${COMMANDS} | xargs -P10 -I{} bash -eo pipefail -c true`),
    },
    { name: 'xargs -P10 dash -c true', run: () => time(`seq ${COMMANDS} | xargs -P10 -I{} dash -c true`) },
    { name: 'xargs -P10 true, no shell', run: () => time(`seq ${COMMANDS} | xargs -P10 -n1 true`) },
    {
      name: 'GNU parallel -j10',
      missing: missing('parallel'),
      run: () => time(`seq ${COMMANDS} | parallel -j10 true`),
    },
  ],
};
