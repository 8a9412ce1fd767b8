import { beforeAll, expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { onPython, PYTHON } from './python.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/*
 * What flows of Python start beside threads: processes, by every way that the library has, and interpreters. The ways differ
 * by version, and so does how a pool starts its processes where nobody says it.
 */

const MODULES = {
  fork: `
import os, time
def flow(ctx):
    child = os.fork()
    if child == 0:
        print("said in a fork")
        # It runs on, into the host.
        return ctx.token
    assert os.waitpid(child, 0)[1] == 0
    print("waited for")
    # Only then is its output kept.
    assert ctx.iteration < 4
`,
  async_fork: `
import asyncio, os
async def flow(ctx):
    child = os.fork()
    if child == 0:
        return ctx.token
    assert os.waitpid(child, 0)[1] == 0
    await asyncio.sleep(0)
`,
  command: `
import asyncio, subprocess, sys
async def flow(ctx):
    code = "print(6 * 7)"
    assert await asyncio.to_thread(subprocess.check_output, [sys.executable, "-c", code]) == b"42\\n"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    assert (await child.communicate())[0] == b"42\\n" and child.returncode == 0
`,
  pool: `
import concurrent.futures, multiprocessing
def double(number):
    return 2 * number
def flow(ctx):
    for method in (None, "spawn"):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
            assert list(pool.map(double, [1, 2])) == [2, 4]
`,
  interpreters: `
import concurrent.futures, math
def flow(ctx):
    if hasattr(concurrent.futures, "InterpreterPoolExecutor"):
        with concurrent.futures.InterpreterPoolExecutor(1) as pool:
            assert list(pool.map(math.sqrt, [4, 9])) == [2, 3]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert list(pool.map(math.sqrt, [4, 9])) == [2, 3]
`,
};

const names = Object.keys(MODULES) as (keyof typeof MODULES)[];

onPython('what flows of Python start', () => {
  let scenarios: readonly ScenarioResults[];

  beforeAll(async () => {
    const cwd = emptyFolder();
    for (const name of names) write(cwd, `${name}.py`, MODULES[name]);
    const common = { python: PYTHON, flows: 2, iterations: 4, thresholds: ['success_rate >= 100%'] };
    const config = Object.fromEntries(names.map((name) => [name, { ...common, module: `${name}.py` }]));
    write(cwd, 'flowgate.yml', JSON.stringify({ version: 1, scenarios: config }));
    ({ scenarios } = (await runCli(['run'], { cwd })).results());
  });

  test.each(names.map((name, index) => [name, index] as const))('%s', (name, index) => {
    const { problems, errors, counts } = scenarios[index] as ScenarioResults;
    const samples = errors.map(({ sample }) => sample);
    const expected =
      name === 'fork'
        ? { samples: ['AssertionError: assert ctx.iteration < 4'], ok: 3 }
        : { samples: [], ok: 4 };
    expect({ problems, samples, ok: counts.ok }).toEqual({ problems: [], ...expected });
  });

  test('a fork reports nothing to flowgate, and what it prints is not the output of its flow', () => {
    expect(scenarios[0]?.flows[3]?.stdout?.head).toBe('waited for\n');
  });
});
