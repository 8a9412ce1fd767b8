import { beforeAll, expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { onPython, PYTHON } from './python.js';
import { type CliRun, emptyFolder, runCli, write } from './run-cli.js';

/** Scenarios of one run, as flowgate takes longer to start than they do. */
async function runAll(
  modules: Readonly<Record<string, string>>,
  scenarios: Readonly<Record<string, string>>,
): Promise<CliRun> {
  const cwd = emptyFolder();
  for (const [file, source] of Object.entries(modules)) write(cwd, file, source);
  const lines = Object.entries(scenarios).map(
    ([name, keys]) => `  ${name}: {python: ${JSON.stringify(PYTHON)}, ${keys}}\n`,
  );
  write(cwd, 'flowgate.yml', `version: 1\nscenarios:\n${lines.join('')}`);
  return runCli(['run'], { cwd });
}

const scenarioOf = (run: CliRun, name: string): ScenarioResults =>
  run.results().scenarios.find((scenario) => scenario.name === name) as ScenarioResults;

const valueOf = (run: CliRun, name: string, metric: string): number =>
  scenarioOf(run, name).metrics[metric]?.value ?? NaN;

const failedChecks = (run: CliRun, name: string): string[] =>
  scenarioOf(run, name)
    .checks.filter(({ outcome }) => outcome === 'fail')
    .map(({ id }) => id);

const GATES = 'thresholds: [success_rate >= 100%], checks: {monitoring: off}';

onPython('flows of Python that share a process', () => {
  let run: CliRun;

  beforeAll(async () => {
    run = await runAll(
      {
        'threads.py': `
import threading, time
here = threading.local()
def setup(ctx):
    return {"threads": set(), "seen": [], "main": threading.main_thread().ident}
def flow(ctx):
    print("hello from", ctx.token)
    assert threading.get_ident() != ctx.shared["main"]
    assert isinstance(ctx.random(), float) and ctx.random.choice([1, 2]) in (1, 2)
    ctx.shared["threads"].add(threading.get_ident())
    ctx.shared["seen"].append(getattr(here, "last", 0))
    here.last = ctx.iteration
    with ctx.step("wait"):
        time.sleep(0.3)
    assert ctx.step("answer", lambda: 42) == 42
    open(ctx.workspace + "/own", "w").close()
def verify(ctx):
    assert len(ctx.flows) == 20 and ctx.counts["ok"] == 20 and ctx.flows[0].outcome == "ok"
    assert len(ctx.shared["threads"]) == 10, len(ctx.shared["threads"])
    assert sorted(ctx.shared["seen"])[10:] != [0] * 10
def teardown(ctx):
    print("torn down")
`,
        'loop.py': `
import asyncio
async def setup(ctx):
    return asyncio.get_running_loop()
async def flow(ctx):
    print("hello from", ctx.token)
    assert asyncio.get_running_loop() is ctx.shared
    async with ctx.step("wait"):
        await asyncio.sleep(0.3)
    assert await ctx.step("answer", answer) == 42
async def answer():
    return 42
async def verify(ctx):
    assert asyncio.get_running_loop() is ctx.shared
`,
        'race.py': `
import time
count = 0
def flow(ctx):
    global count
    before = count
    time.sleep(0.2)
    count = before + 1
def verify(ctx):
    assert count == 10, f"count is {count}, not 10"
`,
        'bleed.py': `
import time
current = None
def flow(ctx):
    global current
    current = ctx.token
    time.sleep(0.05)
    print("draft for", current)
`,
        'returned.py': `
import time
current = None
async def flow(ctx):
    import asyncio
    global current
    current = ctx.token
    await asyncio.sleep(0.05)
    return {"draft": [{"of": current}]}
`,
        'helpers.py': `
import threading, time
from concurrent.futures import ThreadPoolExecutor
import queue
pool = ThreadPoolExecutor(2)
jobs = queue.Queue()
worker = None
def work():
    while True:
        text = jobs.get()
        print("worker prints", text)
def flow(ctx):
    global worker
    if ctx.iteration == 1:
        # Lives on and serves all flows: what it prints convicts none of them.
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
    time.sleep(0.05)
    jobs.put(ctx.token)
    thread = threading.Thread(target=lambda: print("thread of", ctx.token))
    thread.start()
    thread.join()
    pool.submit(print, "task of", ctx.token).result()
    time.sleep(0.05)
`,
        'forks.py': `
import multiprocessing, os, subprocess, sys
def child(number):
    print("child", number)
def flow(ctx):
    pid = os.fork()
    if pid == 0:
        return "the child of a fork has no host to tell"
    assert os.waitpid(pid, 0)[1] == 0
    for method in ("fork", "spawn"):
        process = multiprocessing.get_context(method).Process(target=child, args=(1,))
        process.start()
        process.join()
        assert process.exitcode == 0, (method, process.exitcode)
    script = "import os; os.fstat(3)"
    inherits = subprocess.run([sys.executable, "-c", script], close_fds=False, stderr=subprocess.DEVNULL)
    assert inherits.returncode == 1, "a child has the channel"
`,
        'patched.py': `
import json, os, threading, time
sleep = time.sleep
time.monotonic_ns = time.perf_counter_ns = time.time_ns = time.monotonic = time.thread_time = lambda: 0
json.dumps = json.loads = json.JSONEncoder = json.JSONDecoder = os.write = os.read = None
def flow(ctx):
    sleep(0.3)
`,
        'tasks.py': `
import asyncio
jobs = None
worker = None
async def work():
    while True:
        print("worker prints", await jobs.get())
async def setup(ctx):
    # Before Python 3.10 a queue belongs to the loop that is running when it is made.
    global jobs
    jobs = asyncio.Queue()
async def flow(ctx):
    global worker
    worker = worker or asyncio.ensure_future(work())
    await asyncio.sleep(0.05)
    await jobs.put(ctx.token)
    await asyncio.gather(tell(ctx), asyncio.to_thread(print, "thread of", ctx.token))
    await asyncio.sleep(0.05)
async def tell(ctx):
    print("task of", ctx.token)
`,
      },
      {
        threads: `module: threads.py, flows: 10, iterations: 20, ${GATES}`,
        loop: `module: loop.py, flows: 10, ${GATES}`,
        race: `module: race.py, flows: 10, ${GATES}`,
        bleed: `module: bleed.py, flows: 5, ${GATES}`,
        returned: `module: returned.py, flows: 5, ${GATES}`,
        helpers: `module: helpers.py, flows: 4, ${GATES}`,
        forks: `module: forks.py, flows: 2, ${GATES}`,
        patched: `module: patched.py, flows: 2, ${GATES}`,
        tasks: `module: tasks.py, flows: 4, ${GATES}`,
        hosts: `module: threads.py, isolate: process, flows: 2, ${GATES}`,
      },
    );
  });

  test.each(['threads', 'loop'])('run at once: %s', (name) => {
    const scenario = scenarioOf(run, name);
    expect([scenario.verdict, scenario.reasons]).toEqual(['pass', [expect.stringMatching(/ hold$/)]]);
    expect(valueOf(run, name, 'max_concurrency')).toBe(10);
    expect(valueOf(run, name, 'step(wait).med')).toBeGreaterThan(290);
    expect(scenario.verify?.ok).toBe(true);
    expect(scenario.runtime).toMatch(/^Python 3\.\d+\.\d+( free-threaded)?, GIL (on|off)$/);
  });

  test('ten of 0.3 s take no longer than one after the other would: they overlap', () => {
    const { flows } = scenarioOf(run, 'loop');
    const last = Math.max(...flows.map(({ startedAt }) => startedAt));
    expect(Math.min(...flows.map(({ endedAt }) => endedAt))).toBeGreaterThan(last);
  });

  test('a race on what they share fails invariants with the value', () => {
    expect(failedChecks(run, 'race')).toEqual(['invariants']);
    expect(scenarioOf(run, 'race').verify?.message).toMatch(/^AssertionError: count is \d, not 10$/);
  });

  test.each([
    ['bleed', 'stdout'],
    ['returned', 'return value'],
  ])('the token of another flow fails isolation: %s', (name, place) => {
    expect(failedChecks(run, name)).toEqual(['isolation']);
    expect(scenarioOf(run, name).contamination?.sightings[0]).toMatchObject({ place });
  });

  test.each(['helpers', 'tasks'])(
    'what a flow starts is its own; what serves all convicts nobody: %s',
    (name) => {
      const { contamination, reasons, verdict } = scenarioOf(run, name);
      expect([verdict, reasons]).toEqual(['pass', [expect.stringMatching(/ hold$/)]]);
      expect(contamination).toMatchObject({ searched: 4, contaminated: 0, own: 4 });
    },
  );

  test('children and forks say nothing to flowgate, and what multiprocessing keeps is not left behind', () => {
    const { verdict, reasons, errors } = scenarioOf(run, 'forks');
    expect([verdict, reasons, errors]).toEqual(['pass', [expect.stringMatching(/ hold$/)], []]);
  });

  test('a module that replaces clocks, JSON and channel functions changes nothing that is measured', () => {
    expect(valueOf(run, 'patched', 'flow_time.min')).toBeGreaterThanOrEqual(299);
    expect(scenarioOf(run, 'patched').verdict).toBe('pass');
  });

  test('with isolate: process each slot has an interpreter of its own', () => {
    // setup returns nothing that every process would share: each sees one thread of its own, which verify says.
    expect(scenarioOf(run, 'hosts').verify?.message).toMatch(/^AssertionError: /);
    expect(valueOf(run, 'hosts', 'success_rate')).toBe(1);
    expect(scenarioOf(run, 'hosts').monitor.processes.length).toBeGreaterThanOrEqual(3);
  });
});

onPython('a module of Python that goes wrong is said to', () => {
  let run: CliRun;
  const faulty = {
    'does not import': [
      '\nimport no_such_library\n',
      /: ModuleNotFoundError: No module named 'no_such_library' \(at .*\.py:2\); .* does not have it: install it there, or name an interpreter/,
    ],
    'has a syntax error': ['def flow(ctx:\n', /: SyntaxError: .*\(.*\.py, line 1\)/],
    'has no flow': ['def main(): pass\n', /has no function flow; write: def flow\(ctx\)/],
    'is a generator': ['def flow(ctx):\n    yield 1\n', /flow is a generator/],
    'exits while it is imported': [
      'import sys\nsys.exit(4)\n',
      /it called sys\.exit\(4\) while it was imported \(at .*\.py:2\)/,
    ],
    'ends its process': [
      'import os, time\ndef flow(ctx):\n    time.sleep(0.05)\n    os._exit(9)\n',
      /process ended \(exit status 9\)/,
    ],
    crashes: [
      'import ctypes, time\ndef flow(ctx):\n    ctypes.string_at(0) if ctx.flow == 1 else time.sleep(9)\n',
      /Fatal Python error: Segmentation fault \(at .*ctypes.*:\d+\)/,
    ],
  } as const;
  const names = Object.keys(faulty) as (keyof typeof faulty)[];

  beforeAll(async () => {
    const files = names.map((name, index) => [`m${index}.py`, faulty[name][0]]);
    const scenarios = names.map((name, index) => [`s${index}`, `module: m${index}.py, flows: 2`]);
    run = await runAll(
      {
        ...(Object.fromEntries(files) as Record<string, string>),
        'exit.py': 'import sys\ndef flow(ctx):\n    sys.exit(0)\n',
        'twice.py': 'async def go():\n    pass\nasync def flow(ctx):\n    return go()\n',
        'forgotten.py': 'async def go():\n    pass\ndef flow(ctx):\n    ctx.step("go", go)\n',
        'plain.py': 'async def go():\n    pass\ndef flow(ctx):\n    return go()\n',
        'cause.py':
          'def flow(ctx):\n    try:\n        1 / 0\n    except ZeroDivisionError as error:\n        raise KeyError("stock") from error\n',
      },
      {
        ...(Object.fromEntries(scenarios) as Record<string, string>),
        exit: 'module: exit.py, flows: 2',
        plain: 'module: plain.py, flows: 2',
        twice: 'module: twice.py, flows: 2',
        forgotten: 'module: forgotten.py, flows: 2',
        cause: 'module: cause.py, flows: 2',
      },
    );
  });

  test.each(names.map((name, index) => [name, index] as const))('one that %s', (name, index) => {
    const scenario = scenarioOf(run, `s${index}`);
    expect(scenario.verdict).toBe('fail');
    expect(scenario.problems.join()).toMatch(faulty[name][1]);
  });

  test.each([
    ['exit', 'it called sys.exit(0)'],
    ['plain', 'TypeError: flow returned a coroutine that was never awaited; await it in async def flow(ctx)'],
    ['twice', 'TypeError: flow returned a coroutine that was never awaited; await it in async def flow(ctx)'],
    [
      'forgotten',
      "TypeError: the step 'go' was given an async function that was never awaited; write await ctx.step(…)",
    ],
    ['cause', "KeyError: 'stock' (ZeroDivisionError: division by zero)"],
  ])('a flow that fails: %s', (name, message) => {
    const { errors, verdict } = scenarioOf(run, name);
    expect([verdict, errors.length, errors[0]?.count]).toEqual(['fail', 1, 2]);
    expect(errors[0]?.sample).toBe(message);
  });

  test('its traceback is shown, without frames of flowgate', () => {
    const stack = scenarioOf(run, 'cause').flows[0]?.error?.stack ?? '';
    expect(stack).toMatch(
      /^Traceback[^]*ZeroDivisionError[^]*cause\.py", line 5, in flow[^]*KeyError: 'stock'\n$/,
    );
    expect(stack).not.toContain('host.py');
  });
});

onPython('a flow of Python past its timeout', () => {
  test('is given up; if it does not end, its process is ended, and the flows in it are killed with the reason', async () => {
    const run = await runAll(
      {
        'stuck.py': `
import time
def flow(ctx):
    while ctx.iteration == 3:
        pass
    time.sleep(60 if ctx.iteration == 2 and not ctx.cancelled.wait(60) else 0)
    time.sleep(10 if ctx.iteration == 1 else 0)
`,
        'polite.py': `
def flow(ctx):
    assert ctx.cancelled.wait(30)
`,
        'loop.py': `
import asyncio
async def flow(ctx):
    await asyncio.sleep(30)
`,
      },
      {
        stuck: 'module: stuck.py, flows: 10, timeout: 500ms',
        polite: 'module: polite.py, flows: 3, timeout: 300ms',
        loop: 'module: loop.py, flows: 3, timeout: 300ms',
      },
    );
    const { counts, problems } = scenarioOf(run, 'stuck');
    expect(counts).toMatchObject({ ok: 7, timed_out: 3 });
    expect(problems.join()).toMatch(
      /flow [13] did not end within 2 s after its timeout, .* isolate: process/,
    );
    for (const name of ['polite', 'loop']) {
      expect(scenarioOf(run, name).counts).toMatchObject({ ok: 0, timed_out: 3 });
      expect(scenarioOf(run, name).problems).toEqual([]);
    }
  });
});

onPython('an interpreter that another program starts', () => {
  test('is the host: it is measured and looked for what grows, and is nothing that was left behind', async () => {
    const cwd = emptyFolder();
    write(cwd, 'flow.py', 'import time\ndef flow(ctx):\n    time.sleep(0.05)\n');
    const python = JSON.stringify(['sh', '-c', `${PYTHON} "$@"; exit $?`, 'sh']);
    write(
      cwd,
      'flowgate.yml',
      `version: 1\nscenarios: {a: {module: flow.py, python: ${python}, flows: 2, iterations: 10, ${GATES.replace('}', ', cleanup: fail}')}}}\n`,
    );
    const run = await runCli(['run'], { cwd });
    const [scenario] = run.results().scenarios;
    expect([run.status, scenario?.verdict]).toEqual([0, 'pass']);
    const { samples, processes } = scenario?.monitor ?? { samples: [], processes: [] };
    expect(processes.map(({ command }) => command)).toEqual([expect.stringMatching(/ -u -c /)]);
    expect(samples.at(-1)?.hostMemory).toBe(samples.at(-1)?.memory);
  });
});

test('an interpreter that is not there is said, with what to do', async () => {
  const cwd = emptyFolder();
  write(cwd, 'flow.py', 'def flow(ctx): pass\n');
  write(
    cwd,
    'flowgate.yml',
    'version: 1\nscenarios: {a: {module: flow.py, python: .venv/bin/python}, b: {module: flow.py, python: [no-such-python, -I]}}\n',
  );
  const run = await runCli(['run'], { cwd });
  expect(run.status).toBe(1);
  const problems = run.results().scenarios.map((scenario) => scenario.problems.join());
  expect(problems[0]).toContain(
    `".venv/bin/python" was not found: there is no program ${cwd}/.venv/bin/python;`,
  );
  expect(problems[1]).toContain('"no-such-python" was not found in PATH; install Python 3.9 or later');
});
