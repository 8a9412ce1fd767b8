/**
 * A script of k6 and its translation (docs/k6.md), in turn against the same server, which starts anew each time. Counts and
 * times must agree in the median of the rounds, and every threshold must have the same verdict in every round, the one that
 * does not hold too. Exit status 1 if anything of that does not hold.
 *
 *   go install go.k6.io/k6@latest
 *   npm run e2e:k6                  with the k6 of PATH
 *   npm run e2e:k6 -- --k6 PATH --rounds 5
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { served } from '../http-server.mjs';
import { fingerprint } from '../machine.mjs';
import { inTurn, median, ratio } from '../measure.mjs';

const here = import.meta.dirname;
const cli = join(here, '../../dist/cli.js');
const PASSWORD = 'correct horse battery';
/** How far the medians may be from k6's. */
const NEAR = 0.05;

const { values: options } = parseArgs({
  options: { k6: { type: 'string', default: 'k6' }, rounds: { type: 'string', default: '5' } },
});

/** A login, and orders that need its token and its cookie; each takes 30 to 70 ms, and one order in twenty is refused. */
const shop = () => {
  let orders = 0;
  let requests = 0;
  return (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      requests += 1;
      const answer = (status, value) => {
        setTimeout(() => response.writeHead(status).end(JSON.stringify(value)), 30 + ((requests * 17) % 41));
      };
      if (request.url === '/login') {
        const { user, password } = JSON.parse(body);
        response.setHeader('set-cookie', `sid=${user}; Path=/`);
        answer(password === 'correct horse battery' ? 200 : 401, { auth: { token: `token-of-${user}` } });
        return;
      }
      const user = /sid=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
      const isKnown =
        JSON.parse(body).for === user && request.headers.authorization === `Bearer token-of-${user}`;
      orders += 1;
      answer(isKnown ? (orders % 20 === 0 ? 503 : 201) : 403, { order: orders });
    });
  };
};

/** Runs a program in this folder against a server of its own, and gives what it has written into a file. */
function against(command) {
  return served(shop, async (url) => {
    const folder = mkdtempSync(join(tmpdir(), 'flowgate-k6-'));
    try {
      const [program, ...args] = command(join(folder, 'out.json'));
      const env = { ...process.env, SHOP: url.replace(/\/$/, ''), SHOP_PASSWORD: PASSWORD };
      const { status, stderr, error } = spawnSync(program, args, { cwd: here, env, encoding: 'utf8' });
      if (error !== undefined) throw error;
      // What does not hold is a verdict: 99 of k6, 1 of flowgate.
      if (![0, 1, 99].includes(status)) throw new Error(`${program} ended with ${status}: ${stderr}`);
      return { status, written: JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

async function runK6() {
  const args = ['run', '--quiet', '--no-usage-report', '--summary-trend-stats', 'med,p(95)'];
  const { status, written } = await against((file) => [
    options.k6,
    ...args,
    '--summary-export',
    file,
    'script.js',
  ]);
  const { metrics } = written;
  // In its summary true is a threshold that does not hold.
  const holds = (name) => Object.values(metrics[name].thresholds).every((isCrossed) => !isCrossed);
  return {
    flows: metrics.iterations.count,
    failed: metrics['checks{check:order is taken}'].fails,
    'flow med': metrics.iteration_duration.med,
    'flow p95': metrics.iteration_duration['p(95)'],
    'order p95': metrics['http_req_duration{name:order}']['p(95)'],
    verdicts: ['checks{check:order is taken}', 'http_req_duration{name:order}', 'iteration_duration'].map(
      holds,
    ),
    isFailed: status === 99,
  };
}

async function runFlowgate() {
  const { status, written } = await against((file) => [
    process.execPath,
    cli,
    'run',
    '--config',
    'flowgate.yml',
    '--json',
    file,
  ]);
  const [{ problems, counts, metrics, thresholds }] = written.scenarios;
  if (problems.length > 0) throw new Error(problems.join());
  return {
    flows: counts.ok + counts.failed + counts.timed_out,
    failed: counts.failed + counts.timed_out,
    'flow med': metrics['flow_time.med'].value,
    'flow p95': metrics['flow_time.p95'].value,
    'order p95': metrics['step(order).p95'].value,
    verdicts: thresholds.map(({ outcome }) => outcome === 'pass'),
    isFailed: status === 1,
  };
}

const FIGURES = ['flows', 'failed', 'flow med', 'flow p95', 'order p95'];
/** Of the thresholds, in the order of both files; the last one is crossed on purpose. */
const VERDICTS = [true, true, false];

const rounds = Number(options.rounds);
const peers = [
  { name: 'k6', run: runK6 },
  { name: 'flowgate', run: runFlowgate },
];
const [{ values: theirs }, { values: ours }] = await inTurn(peers, rounds, {
  onValue: (name, value) => console.error(name, JSON.stringify(value)),
});

const lines = FIGURES.map((name) => {
  const [of6, ofOurs] = [theirs, ours].map((values) => values.map((value) => value[name]));
  const shown = (values) =>
    `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
  return {
    name,
    ratio: ratio(ofOurs, of6),
    row: `| ${name} | ${shown(of6)} | ${shown(ofOurs)} | ${ratio(ofOurs, of6).toFixed(3)} |`,
  };
});
const version = /v[\d.]+/.exec(spawnSync(options.k6, ['version'], { encoding: 'utf8' }).stdout)?.[0];
console.log(
  `${fingerprint()}\n\n| | k6 ${version}, median of ${rounds} | flowgate | ratio |\n|:--|--:|--:|--:|`,
);
console.log(lines.map(({ row }) => row).join('\n'));

const isNear = ({ ratio: found }) => Math.abs(found - 1) <= NEAR;

const problems = [
  // One in twenty is few: what counts is below, exactly.
  ...lines
    .filter((line) => line.name !== 'failed' && !isNear(line))
    .map(({ name, ratio: found }) => `${name} is ${found.toFixed(3)} of k6's`),
  ...[...theirs, ...ours].flatMap((value) => [
    ...(value.failed === Math.floor(value.flows / 20)
      ? []
      : [`${value.failed} of ${value.flows} failed, and not one in twenty`]),
    ...(value.isFailed && String(value.verdicts) === String(VERDICTS)
      ? []
      : [`verdicts are ${value.verdicts.join()}`]),
  ]),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
