import { describe, expect, test } from '@jest/globals';
import { onPython, PYTHON } from './python.js';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

/** Reports 100 tokens an iteration in two parts and a size; the third flow fails after it has spent its tokens. */
const SPENDS = `export default async (ctx) => {
  ctx.metric('tokens', 60 * ctx.iteration);
  await new Promise((resolve) => setTimeout(resolve, 5));
  ctx.metric('tokens', 40 * ctx.iteration);
  ctx.metric('size', ctx.iteration, 'MB');
  if (ctx.iteration === 3) throw new Error('out of stock');
};
`;

function scenario(name: string, thresholds: readonly string[], more = ''): string {
  const list = thresholds.map((each) => `\n      - ${each}`).join('');
  return `  ${name}:\n    module: spends.mjs\n    flows: 4\n${more}    thresholds:${list}\n`;
}

describe('metrics of flows', () => {
  test.each(['none', 'thread', 'process'])(
    'are summed, judged and reported (isolate: %s)',
    async (isolate) => {
      const cwd = emptyFolder();
      write(cwd, 'spends.mjs', SPENDS);
      const gates = ['metric(tokens).sum <= 1000', 'metric(tokens).max == 400', 'metric(size).p50 < 3MB'];
      write(
        cwd,
        'flowgate.yml',
        `version: 1\nscenarios:\n${scenario('a', gates, `    isolate: ${isolate}\n`)}`,
      );
      const run = await runCli(['run'], { cwd });
      expect([run.status, run.stdout]).toEqual([
        0,
        expect.stringMatching(/metric\(tokens\)\.sum <= 1000 +1000/),
      ]);
      const results = run.results();
      expect(metricOf(results, 'metric(tokens).avg')).toBe(250);
      expect(results.scenarios[0]?.metrics['metric(size).sum']).toEqual({ value: 10e6, unit: 'bytes' });
      expect(results.scenarios[0]?.flows[2]).toMatchObject({
        outcome: 'failed',
        metrics: [
          { name: 'tokens', value: 300, unit: 'count' },
          { name: 'size', value: 3e6, unit: 'bytes' },
        ],
      });
      const again = await runCli(['report'], { cwd });
      expect(again.stdout).toMatch(/metric\(tokens\)\.sum <= 1000 +1000/);
    },
  );

  test('a gate that is missed, one without data and one in another unit each say so', async () => {
    const cwd = emptyFolder();
    write(cwd, 'spends.mjs', SPENDS);
    write(
      cwd,
      'flowgate.yml',
      `version: 1\nscenarios:\n${scenario('missed', ['metric(tokens).sum < 1000'])}` +
        scenario('none', ['metric(token).sum < 1000']) +
        scenario('unit', ['metric(size).max < 3s']) +
        scenario('rungs', ['metric(tokens).sum < 5000'], '    ladder: [1, 2, 4]\n').replace(
          '    flows: 4\n',
          '',
        ),
    );
    const run = await runCli(['run'], { cwd });
    expect(run.status).toBe(1);
    const { scenarios } = run.results();
    expect(scenarios.map(({ verdict }) => verdict)).toEqual(['fail', 'inconclusive', 'inconclusive', 'fail']);
    expect(scenarios.slice(0, 3).map(({ reasons }) => reasons[0])).toEqual([
      'metric(tokens).sum 1000, the gate is < 1000',
      'metric(token).sum < 1000 cannot be judged: no flow reported a metric "token"',
      'metric(size).max < 3s cannot be judged: flows report a size, and 3s is a time',
    ]);
    // A rung is three waves, and iterations go on from rung to rung: 1 to 3, 4 to 9, 10 to 21.
    expect(scenarios[3]?.ladder?.rungs.map(({ broken }) => broken)).toEqual([
      [],
      [],
      [expect.stringMatching(/^metric\(tokens\)\.sum 18.600, the gate is < 5000$/)],
    ]);
  });

  test.each(['none', 'process'])(
    'two kinds of unit fail the flow that comes second (isolate: %s)',
    async (isolate) => {
      const cwd = emptyFolder();
      write(
        cwd,
        'mixed.mjs',
        `export default async (ctx) => {
        await new Promise((resolve) => setTimeout(resolve, 150 * ctx.flow));
        ctx.metric('size', 3, ctx.flow === 1 ? 'MB' : 'ms');
      };`,
      );
      write(
        cwd,
        'flowgate.yml',
        `version: 1\nscenarios: {a: {module: mixed.mjs, isolate: ${isolate}, flows: 2, thresholds: [success_rate >= 100%]}}\n`,
      );
      const run = await runCli(['run'], { cwd });
      expect(run.status).toBe(1);
      expect(run.results().scenarios[0]?.errors).toMatchObject([
        {
          sample:
            'metric(size) was a size (bytes) before and is a time (ms) here; a metric has one kind of unit',
          flows: [2],
        },
      ]);
      expect(metricOf(run.results(), 'metric(size).sum')).toBe(3e6);
    },
  );

  test('a wrong value or unit is an error of the flow, made of the classes of its own code', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'wrong.mjs',
      `import assert from 'node:assert';
export default ({ metric }) => {
  const refused = (...report) => assert.throws(() => metric(...report), (thrown) => thrown instanceof Error && /^metric/.test(thrown.message));
  refused('x', NaN);
  refused('x', '1');
  refused('x', 1, 'Mb');
  refused('', 1);
  metric('x', 1, 'furlong');
};
`,
    );
    const run = await runCli(['run', '--module', 'wrong.mjs', '--flows', '2'], { cwd });
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.errors).toMatchObject([
      {
        count: 2,
        sample: expect.stringMatching(/^metric\(x\): there is no unit furlong; units are none, %/),
      },
    ]);
  });

  test('a budget of tokens ends the run when it is spent', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'slow.mjs',
      `export default async (ctx) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        ctx.metric('tokens', 1000);
      };`,
    );
    write(
      cwd,
      'flowgate.yml',
      `version: 1
scenarios:
  a:
    module: slow.mjs
    flows: 2
    iterations: 1000
    thresholds: [{expr: metric(tokens).sum < 5000, abort-on-fail: true}]
`,
    );
    const run = await runCli(['run'], { cwd });
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.aborted?.reason).toMatch(
      /^metric\(tokens\)\.sum .*the gate is < 5000$/,
    );
  });
});

onPython('metrics of Python flows', () => {
  const run = async (source: string, thresholds: string) => {
    const cwd = emptyFolder();
    write(cwd, 'spends.py', source);
    write(
      cwd,
      'flowgate.yml',
      `version: 1\nscenarios: {a: {module: spends.py, python: ${PYTHON}, flows: 4, thresholds: [${thresholds}]}}\n`,
    );
    return runCli(['run'], { cwd });
  };

  test.each(['def', 'async def'])('are those of modules in JavaScript (%s)', async (def) => {
    const ran = await run(
      `${def} flow(ctx):
    ctx.metric("tokens", 60 * ctx.iteration)
    ctx.metric("tokens", 40 * ctx.iteration)
    ctx.metric("size", ctx.iteration, "MB")
    if ctx.iteration == 3:
        raise ValueError("out of stock")
`,
      'metric(tokens).sum <= 1000, metric(size).p50 < 3MB',
    );
    expect([ran.status, ran.stdout]).toEqual([
      0,
      expect.stringMatching(/metric\(tokens\)\.sum <= 1000 +1000/),
    ]);
    expect(ran.results().scenarios[0]?.metrics['metric(size).sum']).toEqual({ value: 10e6, unit: 'bytes' });
  });

  test('two kinds of unit in one flow fail it', async () => {
    const ran = await run(
      `def flow(ctx):
    ctx.metric("size", 3, "MB")
    ctx.metric("size", 3, "ms")
`,
      'success_rate >= 100%',
    );
    expect(ran.status).toBe(1);
    expect(ran.results().scenarios[0]?.errors).toMatchObject([
      {
        count: 4,
        sample: expect.stringMatching(/^metric\(size\) was a size \(bytes\) before and is a time \(ms\)/),
      },
    ]);
  });
});

/** What a flow writes to its two files by its slot, where a file is expected. */
const HOSTILE = `case $FLOWGATE_FLOW in
        1) ln -s /etc/passwd "$FLOWGATE_METRICS" ;;
        2) mkfifo "$FLOWGATE_METRICS" ;;
        3) mkdir "$FLOWGATE_METRICS" ;;
        4) truncate -s 10G "$FLOWGATE_STEPS" ;;
      esac`;

const COMMANDS = `version: 1
scenarios:
  reports:
    run: |
      echo "tokens=$((100 * FLOWGATE_ITERATION))" >> "$FLOWGATE_METRICS"
      flowgate_step 'the draft' bash ./child.sh
      echo 'plan 20ms' >> "$FLOWGATE_STEPS"
      echo "$FLOWGATE_TOKEN" > "$FLOWGATE_WORKSPACE/own" && cat "$FLOWGATE_WORKSPACE/own"
    flows: 2
    iterations: 4
    thresholds:
      - metric(tokens).sum == 1000
      - metric(tokens).max == 400
      - step(the draft).max < 10s
      - step(plan).max <= 20ms
    checks: {isolation: fail, cleanup: fail}
  ended:
    run: |
      printf 'tokens=5\\ntok' >> "$FLOWGATE_METRICS"
      flowgate_step hangs sleep 20
    flows: 1
    timeout: 300ms
    thresholds: [metric(tokens).sum == 5]
  tries:
    run: echo tokens=1 >> "$FLOWGATE_METRICS"; test "$(wc -l < "$FLOWGATE_METRICS")" = 1; test -e "$FLOWGATE_WORKSPACE/x" || { touch "$FLOWGATE_WORKSPACE/x"; exit 1; }
    flows: 1
    retries: 1
    thresholds: [metric(tokens).sum == 2, success_rate == 100%]
  unreadable:
    run: printf 'size=3MB\\nsize=3 furlongs\\n' >> "$FLOWGATE_METRICS"
    flows: 1
    thresholds: [success_rate == 0%]
  hostile:
    run: |
      ${HOSTILE}
    flows: 4
    thresholds: [success_rate == 0%]
  sh:
    run: echo tokens=1 >> "$FLOWGATE_METRICS"; bash ./child.sh
    shell: sh -e
    env: {BASH_ENV: own.bash}
    flows: 1
    thresholds: [metric(tokens).sum == 1, success_rate == 0%]
`;

describe('what commands report', () => {
  test('is summed and judged, read also of flows that fail, and refused by name where it is wrong', async () => {
    const cwd = emptyFolder();
    write(cwd, 'child.sh', 'flowgate_step child true\n');
    write(cwd, 'own.bash', '');
    write(cwd, 'flowgate.yml', COMMANDS);
    const run = await runCli(['run'], { cwd });
    const { scenarios } = run.results();
    const outcomes = scenarios.map(({ thresholds }) => thresholds.map(({ outcome }) => outcome).join(' '));
    expect([run.status, ...outcomes]).toEqual([
      0,
      'pass pass pass pass',
      'pass',
      'pass pass',
      'pass',
      'pass',
      'pass pass',
    ]);
    const judged = scenarios[0]?.checks.filter(({ id }) => id === 'isolation' || id === 'cleanup');
    expect(judged?.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
    expect(scenarios[0]?.flows[0]?.steps?.map(({ name }) => name)).toEqual(['child', 'the draft', 'plan']);
    expect(scenarios[1]?.flows[0]).toMatchObject({
      outcome: 'timed_out',
      metrics: [{ name: 'tokens', value: 5, unit: 'count' }],
      steps: [{ name: 'hangs' }],
    });
    expect(scenarios.slice(3, 5).flatMap(({ errors }) => errors.map(({ sample }) => sample))).toEqual([
      expect.stringMatching(
        /^line 2 of \$FLOWGATE_METRICS, "size=3 furlongs", cannot be read: metric\(size\): there is no unit furlongs/,
      ),
      '$FLOWGATE_METRICS is no file: something else is in its place',
      '$FLOWGATE_STEPS is larger than 1 MB',
    ]);
    expect(scenarios[5]?.errors[0]?.sample).toMatch(/flowgate_step: command not found/);
  });
});

/** One amount from a shell script, Node, Python and an answer of HTTP. */
const FOUR_KINDS = `version: 1
metrics: {tokens: {unit: count}, score: {better: higher, unit: ratio}}
scenarios:
  shell:
    run: sh flow.sh
    flows: 2
    thresholds: [metric(tokens).sum < 800, metric(score).min >= 20%]
  node:
    module: flow.mjs
    flows: 2
    thresholds: [metric(tokens).sum < 800]
  http:
    http: {url: "http://127.0.0.1:{{port}}/", measure: {tokens: json.usage.tokens}}
    service: {run: "exec node server.mjs {{port}}", ready: "tcp://127.0.0.1:{{port}}"}
    flows: 2
    thresholds: [metric(tokens).sum < 800]
  python:
    module: flow.py
    flows: 2
    thresholds: [metric(tokens).sum < 800]
`;

onPython('one amount from four kinds of flow', () => {
  test('passes one gate, and misses it alike', async () => {
    const cwd = emptyFolder();
    write(cwd, 'flowgate.yml', FOUR_KINDS);
    const run = async (tokens: number) => {
      write(
        cwd,
        'flow.sh',
        `echo tokens=${tokens} >> "$FLOWGATE_METRICS"\necho score=0.2 >> "$FLOWGATE_METRICS"\n`,
      );
      write(cwd, 'flow.mjs', `export default (ctx) => { ctx.metric('tokens', ${tokens}); };\n`);
      write(cwd, 'flow.py', `def flow(ctx):\n    ctx.metric('tokens', ${tokens})\n`);
      write(
        cwd,
        'server.mjs',
        `import { createServer } from 'node:http';
createServer((_, s) => s.end('{"usage": {"tokens": ${tokens}}}')).listen(Number(process.argv[2]), '127.0.0.1');\n`,
      );
      const done = await runCli(['run'], { cwd });
      const { scenarios } = done.results();
      const outcomes = scenarios.map(({ thresholds }) => thresholds.map(({ outcome }) => outcome).join(' '));
      return { status: done.status, outcomes, scenarios };
    };
    const held = await run(399);
    expect([held.status, ...held.outcomes]).toEqual([0, 'pass pass', 'pass', 'pass', 'pass']);
    expect(held.scenarios[0]?.metrics['metric(score).avg']).toMatchObject({ value: 0.2, unit: 'ratio' });
    const missed = await run(400);
    expect([missed.status, ...missed.outcomes]).toEqual([1, 'fail pass', 'fail', 'fail', 'fail']);
  });
});
