import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { resultsSchema } from '../../src/model/results.js';
import { type CliRun, runCli } from './run-cli.js';

const FILES = {
  '--html': 'report.html',
  '--markdown': 'comment.md',
  '--junit': 'junit.xml',
  '--csv': 'flows.csv',
  '--otlp': 'traces.json',
  '--github-action-benchmark': 'smaller.json',
  '--github-action-benchmark-bigger': 'bigger.json',
  '--bencher': 'bencher.json',
};

describe('a run that is written in every format, results to standard output', () => {
  let run: CliRun;
  const read = (name: string): string => readFileSync(join(run.cwd, name), 'utf8');

  beforeAll(async () => {
    const flow = 'sleep 0.2; echo "$FLOWGATE_TOKEN $TRACEPARENT" >> seen';
    const load = ['--flows', '3'];
    run = await runCli(['run', '--run', flow, ...load, '--json', '-', ...Object.entries(FILES).flat()]);
  });

  test('gives results and nothing else, and keeps them too', () => {
    expect(resultsSchema.parse(JSON.parse(run.stdout))).toEqual(run.results());
  });

  test('has the report for people on standard error', () => {
    expect(run.stderr).toContain('success_rate >= 90%');
    expect(run.status).toBe(0);
  });

  test('every file is what the saved run gives again', async () => {
    const names = Object.values(FILES);
    const written = names.map(read);
    const again = await runCli(
      ['report', ...Object.entries(FILES).flatMap(([option, name]) => [option, `again-${name}`])],
      { cwd: run.cwd },
    );
    expect(again.status).toBe(0);
    expect(names.map((name) => read(`again-${name}`))).toEqual(written);
    expect(written.filter((content) => content.length < 100)).toEqual([]);
  });

  test('spans have the ids that the flows were given in TRACEPARENT', () => {
    const { resourceSpans } = JSON.parse(read('traces.json')) as {
      resourceSpans: { scopeSpans: { spans: { traceId: string; spanId: string }[] }[] }[];
    };
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const seen = read('seen').trim().split('\n');
    expect(spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort()).toEqual(
      seen.map((line) => line.split(' ')[1]).sort(),
    );
  });
});

test('--quiet says the verdict in one line, and warns of nothing', async () => {
  const gate = ['--threshold', 'success_rate == 100%'];
  const run = await runCli(['run', '--run', 'false', '--flows', '1', ...gate, '--quiet']);
  expect(run.stdout).toMatch(/^fail: \S+ misses a gate: .*\n$/);
  expect(run.stderr).toBe('');
  expect(run.status).toBe(1);
});

test('what can not be written together is refused before anything runs', async () => {
  const outputs = ['--json', '-', '--csv', '-', '--html', 'x', '--otlp', 'x', '--junit', ''];
  const run = await runCli(['run', '--run', 'touch ran', ...outputs]);
  expect(run.stderr.trim().split('\n')).toEqual([
    'flowgate: option --junit: is empty; write it or leave it out',
    'flowgate: option --csv: standard output is where --json goes already; name another file',
    'flowgate: option --otlp: x is where --html goes already; name another file',
  ]);
  expect(run.status).toBe(2);
  expect(() => readFileSync(join(run.cwd, 'ran'))).toThrow('ENOENT');
});
