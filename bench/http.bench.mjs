import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { runScenario } from './flowgate.mjs';
import { missing } from './measure.mjs';

const PORT = 38_311;
const URL = `http://127.0.0.1:${PORT}/`;
const SECONDS = 3;
const CONNECTIONS = 10;

const SERVER = `require('node:http').createServer((q, s) => s.end('hello')).listen(${PORT}, '127.0.0.1')`;

/** Every peer gets a server of its own, just started, so that none profits from another's warm one. */
async function served(measure) {
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: 'ignore' });
  try {
    while (
      !(await fetch(URL).then(
        () => true,
        () => false,
      ))
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
    return measure();
  } finally {
    server.kill('SIGKILL');
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

const text = (program, args) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const number = (pattern, output) => Number(pattern.exec(output)?.[1]);

const autocannon = [
  '--yes',
  '--package',
  'autocannon@8',
  '--',
  'autocannon',
  '--json',
  '-c',
  CONNECTIONS,
  '-d',
  SECONDS,
  URL,
];
const noAutocannon = () =>
  spawnSync('npx', ['--yes', '--package', 'autocannon@8', '--', 'autocannon', '--version'], {
    stdio: 'ignore',
  }).status === 0
    ? undefined
    : 'autocannon could not be fetched';

export default {
  title: `HTTP, closed model, ${CONNECTIONS} connections, one node server`,
  unit: 'requests/s',
  target:
    "Target 9: at least autocannon's rate and 0.7 of wrk's. A request is a whole flow of flowgate, with a record of its own.",
  peers: [
    {
      name: 'flowgate',
      run: () =>
        served(
          () =>
            runScenario({
              http: { url: URL },
              flows: CONNECTIONS,
              duration: `${SECONDS}s`,
              thresholds: ['success_rate >= 100%'],
            }).metrics.throughput.value,
        ),
    },
    {
      name: 'autocannon',
      missing: noAutocannon(),
      run: () => served(() => JSON.parse(text('npx', autocannon.map(String))).requests.average),
    },
    {
      name: 'wrk -t1',
      missing: missing('wrk'),
      run: () =>
        served(() =>
          number(/Requests\/sec:\s+([\d.]+)/, text('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, URL])),
        ),
    },
    {
      name: 'ab -k',
      missing: missing('ab'),
      run: () =>
        served(() =>
          number(
            /Requests per second:\s+([\d.]+)/,
            text('ab', ['-k', '-q', '-c', String(CONNECTIONS), '-t', String(SECONDS), '-n', '10000000', URL]),
          ),
        ),
    },
  ],
};
