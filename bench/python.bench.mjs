/**
 * Flows of Python beside a bare ThreadPoolExecutor and Locust: all call the same function (programs/python_work.py), which
 * notes its times itself, in the same interpreter: that of FLOWGATE_BENCH_PYTHON, or of a virtual environment in the
 * temporary folder, in which Locust is installed once.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from './flowgate.mjs';

const LOCUST = '2.47.0';
const PROGRAMS = join(import.meta.dirname, 'programs');
const THREADS = join(PROGRAMS, 'python_work.py');
const ASYNCIO = join(PROGRAMS, 'python_work_async.py');
const GIVEN = process.env.FLOWGATE_BENCH_PYTHON;
const ENVIRONMENT = join(tmpdir(), `flowgate-bench-locust-${LOCUST}`);

const succeeds = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

let found;
/** The interpreter of all peers. */
function python() {
  found ??= GIVEN ?? (hasEnvironment() ? join(ENVIRONMENT, 'bin/python') : 'python3');
  return found;
}

/** It is kept between runs, as installing takes half a minute. */
function hasEnvironment() {
  if (existsSync(join(ENVIRONMENT, 'bin/locust'))) return true;
  if (!succeeds('python3', ['-m', 'venv', ENVIRONMENT])) return false;
  return succeeds(join(ENVIRONMENT, 'bin/pip'), ['install', '--quiet', `locust==${LOCUST}`]);
}

const noPython = () => (succeeds(python(), ['--version']) ? undefined : `${python()} is not installed`);
const noLocust = () =>
  succeeds(python(), ['-c', 'import locust']) ? undefined : `Locust is not installed for ${python()}`;

/**
 * Runs `start(environment)`, which calls the function `calls` times for `sleep` seconds each. Times in ms: `skew` from the
 * first call to the last, `wall` from the first call to the last end, `used` of CPU by its process meanwhile, `all` of CPU
 * by everything that was started, `took` in all.
 */
function measured({ calls, sleep = 0 }, start) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-python-'));
  try {
    const file = join(folder, 'notes.json');
    const env = { ...process.env, BENCH_SLEEP: String(sleep), BENCH_NOTES: file };
    const [begun, before] = [performance.now(), childrenCpu()];
    const metrics = start(env);
    const [took, all] = [performance.now() - begun, childrenCpu() - before];
    const { starts, ends, used } = JSON.parse(readFileSync(file, 'utf8'));
    if (ends.length !== calls) throw new Error(`${ends.length} of ${calls} calls`);
    const least = Math.min(...starts);
    return {
      skew: (Math.max(...starts) - least) / 1e6,
      wall: (Math.max(...ends) - least) / 1e6,
      used: used / 1e6,
      all,
      took,
      metrics,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** ms of CPU of the children that have ended, and of theirs (proc(5), cutime and cstime, in ticks of 10 ms); Linux only. */
function childrenCpu() {
  if (process.platform !== 'linux') return NaN;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

const flowgate =
  (module = THREADS) =>
  ({ calls, atOnce }) =>
  (env) =>
    runScenario(
      { module, python: python(), flows: atOnce, iterations: calls, thresholds: ['success_rate >= 100%'] },
      { env },
    ).metrics;

const program =
  (...args) =>
  (env) => {
    execFileSync(python(), args.map(String), { env, stdio: 'ignore', timeout: 120_000 });
  };

const executor = ({ calls, atOnce }) => program(THREADS, calls, atOnce);

const locust =
  ({ recorded = false } = {}) =>
  ({ calls, atOnce }) =>
  (env) => {
    const users = ['--users', atOnce, '--spawn-rate', atOnce];
    const file = join(PROGRAMS, 'python_locust.py');
    program(
      '-m',
      'locust',
      '--headless',
      '--only-summary',
      ...users,
      '--locustfile',
      file,
    )({
      ...env,
      BENCH_CALLS: String(calls),
      ...(recorded ? { BENCH_RECORDED: '1' } : {}),
    });
  };

const SLEEPERS = { calls: 50, atOnce: 50, sleep: 0.3 };
const skew = (how) => () => measured(SLEEPERS, how(SLEEPERS)).skew;

const starting = {
  title: `First instructions of ${SLEEPERS.calls} Python threads that are to start together`,
  unit: 'ms apart',
  target: 'Target: at most 5 ms.',
  missing: noPython,
  peers: [
    { name: 'flowgate', run: skew(flowgate()) },
    { name: 'bare ThreadPoolExecutor', run: skew(executor) },
    { name: `Locust ${LOCUST}, 50 users at once`, missing: noLocust, run: skew(locust()) },
  ],
};

const MANY = 5000;
const FEW = 10;

/** What a call costs, from many calls; the CPU without what starting and ending takes, which a run of few calls tells. */
function cost(how, sleep) {
  return () => {
    const one = (calls) => {
      const load = { calls, atOnce: 10, sleep };
      return measured(load, how(load));
    };
    const [few, many] = [one(FEW), one(MANY)];
    return {
      'wall, ms a call': many.wall / MANY,
      'CPU of Python, ms a call': (many.used - few.used) / (MANY - FEW),
      'CPU of all, ms a call': (many.all - few.all) / (MANY - FEW),
    };
  };
}

const costs = (what, sleep) => ({
  title: `${MANY} Python calls that ${what}, 10 at once`,
  unit: 'ms',
  target: 'Target: at most 1 ms a call more than the bare executor.',
  columns: ['wall, ms a call', 'CPU of Python, ms a call', 'CPU of all, ms a call'],
  missing: noPython,
  peers: [
    { name: 'flowgate', run: cost(flowgate(), sleep) },
    { name: 'bare ThreadPoolExecutor', run: cost(executor, sleep) },
    { name: `Locust ${LOCUST}, its statistics left out`, missing: noLocust, run: cost(locust(), sleep) },
    {
      name: `Locust ${LOCUST}, each call reported to its statistics`,
      missing: noLocust,
      run: cost(locust({ recorded: true }), sleep),
    },
  ],
});

const TEN = { calls: 10, atOnce: 10, sleep: 0.3 };

function whole(how) {
  return () => {
    const { wall, took, metrics } = measured(TEN, how(TEN));
    return {
      'first call to last end, ms': wall,
      'total_time, ms': metrics?.total_time.value,
      'the whole command, ms': took,
    };
  };
}

const ten = {
  title: 'Ten Python flows of 300 ms',
  unit: 'ms',
  target: 'Target: less than 900 ms in all.',
  columns: ['first call to last end, ms', 'total_time, ms', 'the whole command, ms'],
  missing: noPython,
  peers: [
    { name: 'flowgate, threads', run: whole(flowgate()) },
    { name: 'flowgate, asyncio', run: whole(flowgate(ASYNCIO)) },
    { name: 'bare ThreadPoolExecutor', run: whole(executor) },
    { name: 'bare asyncio.gather', run: whole(({ calls }) => program(ASYNCIO, calls)) },
  ],
};

export default [starting, costs('do nothing', 0), costs('sleep for 1 ms', 0.001), ten];
