import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { readHostMessage } from '../../../src/flows/module/dialogue.js';
import type { FromHost, HostedFlowEnd, ToHost } from '../../../src/flows/module/protocol.js';
import { readScript, type OwnScript } from '../../../src/system/own-script.js';
import type { HostProcess } from '../../../src/system/ports.js';
import { spawnPython } from '../../../src/system/processes.js';
import { onPython, PYTHON } from '../../e2e/python.js';
import { emptyFolder, write } from '../../e2e/run-cli.js';

const HOST = readScript(join(import.meta.dirname, '../../../src/flows/module/python/host.py')) as OwnScript;
const PACKAGE = join(import.meta.dirname, '../../../python/src');
const TYPED = join(import.meta.dirname, '../../../python/tests');
const FLOW = 'def flow(ctx):\n    return ctx.token\n';

const hosts: HostProcess[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.kill('SIGKILL');
});

/** Speaks with a real host in Python, without the rest of flowgate. */
class Conversation {
  readonly #host: HostProcess;
  readonly #heard: (FromHost | undefined)[] = [];
  #wake: () => void = () => undefined;

  constructor(cwd: string) {
    this.#host = spawnPython(HOST, { cwd, env: { PATH: process.env['PATH'] ?? '' }, python: [PYTHON] });
    hosts.push(this.#host);
    this.#host.onMessage((message) => {
      this.#heard.push(readHostMessage(message) === undefined ? undefined : (message as FromHost));
      this.#wake();
    });
    void this.#host.exited.then(() => {
      this.#wake();
    });
  }

  async ask(message: ToHost): Promise<FromHost> {
    this.#host.send(message);
    return this.next();
  }

  async next(): Promise<FromHost> {
    if (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const message = this.#heard.shift();
    if (message === undefined) throw new Error(`the host is gone: ${this.#host.stderr().head}`);
    return message;
  }

  /** How each of `count` flows ended that start together, by slot. */
  async flows(count: number): Promise<HostedFlowEnd[]> {
    const slots = Array.from({ length: count }, (_, index) => index + 1);
    const flows = slots.map((slot) => ({
      id: slot,
      slot,
      iteration: slot,
      token: `fg-0123456789ab-${slot}`,
      workspace: '',
    }));
    this.#host.send({ type: 'start', flows });
    const ends: HostedFlowEnd[] = [];
    while (Object.keys(ends).length < count) {
      const message = await this.next();
      if (message.type === 'ended') ends[message.id - 1] = message.flow;
    }
    return ends;
  }
}

/** A host that has loaded the first of these files. */
async function loaded(
  files: Readonly<Record<string, string>>,
): Promise<{ host: Conversation; answer: FromHost }> {
  const cwd = emptyFolder();
  for (const [file, text] of Object.entries(files)) write(cwd, file, text);
  const host = new Conversation(cwd);
  expect((await host.next()).type).toBe('listening');
  const module = join(cwd, Object.keys(files)[0] ?? '');
  return { host, answer: await host.ask({ type: 'load', module, options: {}, seed: 1, canaries: true }) };
}

async function ran(source: string, { flows = 1 } = {}): Promise<HostedFlowEnd[]> {
  const { host, answer } = await loaded({ 'flow.py': source });
  expect(answer).not.toHaveProperty('error');
  return host.flows(flows);
}

const errors = (ends: readonly HostedFlowEnd[]): (string | undefined)[] =>
  ends.map(({ error }) => error?.message);

onPython('a flow of Python has ended, whatever classes of the module do', () => {
  test('that cannot be searched for tokens: what it returned was not all searched', async () => {
    const [end] = await ran(
      'class Key:\n    def __repr__(self):\n        raise RuntimeError("no name")\ndef flow(ctx):\n    return {Key(): "x"}\n',
    );
    expect(end).not.toHaveProperty('error');
    expect(end?.seen).toMatchObject({ own: false, missed: true });
  });

  test('that cannot be told about: the error has its type', async () => {
    const ends = await ran(
      `
class Odd(Exception):
    @property
    def exceptions(self):
        raise RuntimeError("no group")
    def __repr__(self):
        raise RuntimeError("no text")
    __str__ = __repr__
def flow(ctx):
    if ctx.iteration == 1:
        raise Odd()
    raise SystemExit(Odd())
`,
      { flows: 2 },
    );
    expect(errors(ends)).toEqual(['Odd: raise Odd()', 'it called sys.exit()']);
  });

  test('that print when they are collected, in the middle of another print', async () => {
    const [end] = await ran(`
import gc
class Noisy:
    def __init__(self):
        self.me = self
    def __del__(self):
        print("gone")
def flow(ctx):
    gc.set_threshold(1)
    for at in range(900):
        junk = [Noisy() for _ in range(30)]
        del junk
        print(" ".join(f"fg-0123456789ab-{at + 50 + each}" for each in range(10)))
`);
    expect(end).not.toHaveProperty('error');
    expect(end?.stdout.bytes).toBeGreaterThan(900 * 170);
  });
});

onPython('flows of Python run, whatever libraries do', () => {
  test('to threads: start and run are replaced together, as by tracing', async () => {
    const ends = await ran(
      `
import threading
start, run = threading.Thread.start, threading.Thread.run
def traced_start(self):
    self.context = "trace"
    return start(self)
def traced_run(self):
    assert self.context == "trace"
    return run(self)
threading.Thread.start, threading.Thread.run = traced_start, traced_run
def flow(ctx):
    thread = threading.Thread(target=print, args=(ctx.token,))
    thread.start()
    thread.join()
`,
      { flows: 2 },
    );
    expect(ends.map(({ stdout }) => stdout.head)).toEqual(['fg-0123456789ab-1\n', 'fg-0123456789ab-2\n']);
  });

  test('to threads: none are left, which is refused', async () => {
    const { answer } = await loaded({
      'flow.py': `import _thread\n_thread.start_new_thread = lambda *_: 0\n${FLOW}`,
    });
    expect(answer).toMatchObject({
      error: {
        message: expect.stringMatching(/gevent or eventlet .* leave them out \(thread=False\)/) as unknown,
      },
    });
  });

  test('to the loop: a task calls sys.exit, or stops it', async () => {
    const ends = await ran(
      `
import asyncio, sys
async def leave():
    sys.exit(3)
async def flow(ctx):
    if ctx.iteration == 1:
        await asyncio.gather(leave())
    if ctx.iteration == 2:
        asyncio.get_running_loop().stop()
    await asyncio.sleep(0.01)
`,
      { flows: 3 },
    );
    expect(errors(ends)).toEqual(['it called sys.exit(3)', undefined, undefined]);
  });
});

onPython('a task of a flow of Python', () => {
  test('may be given a context that is in use', async () => {
    const [end] = await ran(`
import asyncio, contextvars, sys
async def inner(ctx):
    print(ctx.token)
async def outer(ctx, given):
    await asyncio.get_running_loop().create_task(inner(ctx), **given)
async def flow(ctx):
    given = {"context": contextvars.copy_context()} if sys.version_info >= (3, 11) else {}
    await asyncio.get_running_loop().create_task(outer(ctx, given), **given)
`);
    expect(end).not.toHaveProperty('error');
    expect(end?.stdout.head).toBe('fg-0123456789ab-1\n');
  });
});

onPython('a module of Python is found', () => {
  test('by a name with dots in it, which is no package', async () => {
    const { host, answer } = await loaded({ 'order.v2.py': FLOW });
    expect(answer).not.toHaveProperty('error');
    expect((await host.flows(1))[0]?.seen).toMatchObject({ own: true });
  });

  test('in a package, by its whole name', async () => {
    const { host, answer } = await loaded({
      'shop/flows/order.py': 'from ..stock import left\ndef flow(ctx):\n    return f"{__name__} {left}"\n',
      'shop/__init__.py': '',
      'shop/flows/__init__.py': '',
      'shop/stock.py': 'left = 3\n',
    });
    expect(answer).not.toHaveProperty('error');
    expect(errors(await host.flows(1))).toEqual([undefined]);
  });

  test("beside files that are called as the library's: the host has its own", async () => {
    const { answer } = await loaded({
      'flow.py': `import pickle\nassert pickle.loads\n${FLOW}`,
      'pickle.py': 'raise RuntimeError("not mine")\n',
      'socket.py': 'raise RuntimeError("not mine")\n',
    });
    expect(answer).not.toHaveProperty('error');
  });
});

onPython('what a flow of Python reports', () => {
  test('is added up, also by threads of one flow', async () => {
    const [end] = await ran(`
import sys, threading
sys.setswitchinterval(1e-6)
def flow(ctx):
    def report():
        for _ in range(2000):
            ctx.metric("tokens", 1)
    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
`);
    expect(end).toMatchObject({ metrics: [{ name: 'tokens', value: 8000 }] });
  });

  test('of a step is of its work: a generator, which would not run, is refused', async () => {
    const ends = await ran('def work():\n    yield 1\ndef flow(ctx):\n    ctx.step("draft", work)\n');
    expect(errors(ends)[0]).toMatch(/^TypeError: step\('draft', fn\): fn is a generator/);
  });
});

onPython('the package flowgate', () => {
  test('declares what flows and hooks are given, and nothing else', async () => {
    const { host, answer } = await loaded({
      'flow.py': `
import sys, typing
sys.path.insert(0, ${JSON.stringify(PACKAGE)})
import flowgate
def declared(protocol):
    return {name for name in dir(protocol) if not name.startswith("_")}
def given(ctx):
    return {name for name in dir(ctx) if not name.startswith("_")}
def setup(ctx):
    assert given(ctx) == declared(flowgate.Context), given(ctx)
def flow(ctx):
    assert given(ctx) == declared(flowgate.FlowContext), given(ctx)
    units = typing.get_args(flowgate.Unit)
    for unit in units:
        ctx.metric("a", 1, unit)
    try:
        ctx.metric("a", 1, "parsec")
    except ValueError as error:
        assert f"known are {' '.join(units)}, and none" in str(error), error
    else:
        raise AssertionError("there is no such unit")
def verify(ctx):
    assert given(ctx) == declared(flowgate.VerifyContext), given(ctx)
    assert given(ctx.flows[0]) == declared(flowgate.FlowSummary), given(ctx.flows[0])
`,
    });
    expect(answer).toMatchObject({ type: 'loaded', hooks: ['setup', 'verify'] });
    expect(await host.ask({ type: 'setup' })).toEqual({ type: 'done', hook: 'setup' });
    expect(errors(await host.flows(1))).toEqual([undefined]);
    const flows = [{ flow: 1, iteration: 1, token: 'fg-0123456789ab-1', outcome: 'ok', time: 1 }] as const;
    const counts = { ok: 1, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
    expect(await host.ask({ type: 'verify', run: { flows, counts, warmup: 0 } })).toEqual({
      type: 'done',
      hook: 'verify',
    });
  });

  test.each(['typed_flow.py', 'typed_async_flow.py'])('is not needed when flows run: %s', async (file) => {
    const host = new Conversation(emptyFolder());
    await host.next();
    const module = join(TYPED, file);
    expect(await host.ask({ type: 'load', module, options: {}, seed: 1 })).not.toHaveProperty('error');
    expect(await host.ask({ type: 'setup' })).toEqual({ type: 'done', hook: 'setup' });
    expect(errors(await host.flows(3))).toEqual([undefined, undefined, undefined]);
    const counts = { ok: 3, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
    expect(await host.ask({ type: 'verify', run: { flows: [], counts, warmup: 0 } })).toEqual({
      type: 'done',
      hook: 'verify',
    });
  });
});
