import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fixture } from '../import/imported.js';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

describe('flowgate import', () => {
  test('a gate that the file has no data for is exit status 3, and a saved import is shown again', async () => {
    const cwd = emptyFolder();
    write(cwd, 'k6.json', fixture('k6-summary-export.json'));
    const gates = ['--threshold', 'flow_time.p95 < 800ms', '--threshold', 'flow_time.p99 < 800ms'];
    const run = await runCli(['import', 'k6.json', ...gates], { cwd });
    expect([run.status, run.stderr]).toEqual([3, '']);
    expect(run.stdout).toContain('flow_time.p99 has no data: the k6 summary does not tell it');
    const [scenario] = run.results().scenarios;
    expect(scenario).toMatchObject({
      kind: 'import',
      imported: { file: 'k6.json', format: 'k6 summary', count: 10 },
    });
    expect(scenario?.checks).toEqual([]);
    const again = await runCli(['report'], { cwd });
    expect(again.status).toBe(3);
    expect(again.stdout.trim()).toBe(run.stdout.slice(0, run.stdout.indexOf('  .flowgate')).trim());
  });

  test('what a file says is text in every report', async () => {
    const cwd = emptyFolder();
    const hostile = '<img src=x onerror=alert(1)>`|\n::error::x @everyone';
    const command = { command: hostile, mean: 1, times: [1], exit_codes: [3] };
    write(
      cwd,
      'bench.json',
      JSON.stringify({ results: [command, { ...command, command: 'b', exit_codes: [0] }] }),
    );
    const run = await runCli(['import', 'bench.json', '--html', 'page.html', '--markdown', 'comment.md'], {
      cwd,
    });
    expect(run.status).toBe(1);
    const texts = [
      run.stdout,
      ...['page.html', 'comment.md'].map((file) => readFileSync(join(cwd, file), 'utf8')),
    ];
    expect(texts.filter((text) => /<img src=x|^::error|[^\w]@everyone/mu.test(text))).toEqual([]);
  });

  test('a file of no known format is exit status 2', async () => {
    const cwd = emptyFolder();
    write(cwd, 'other.json', '{"a": 1}');
    const run = await runCli(['import', 'other.json'], { cwd });
    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(
      'flowgate: other.json: is of no known format, as JSON with the keys "a"; known are: k6',
    );
  });
});

test('scenarios that import what the command before has written, has not written, or has broken', async () => {
  const cwd = emptyFolder();
  write(cwd, 'oha.json', fixture('oha.json'));
  write(
    cwd,
    'flowgate.yml',
    JSON.stringify({
      version: 1,
      scenarios: {
        made: { before: 'cp oha.json made.json', import: 'made.json', thresholds: ['flow_time.p95 < 1s'] },
        stale: { before: 'true', import: 'oha.json' },
        gone: { before: 'true', import: 'gone.json' },
        broken: { before: "printf '{' >broken.json", import: 'broken.json' },
        failed: { before: 'exit 4', import: 'oha.json' },
      },
    }),
  );
  const run = await runCli(['run'], { cwd });
  expect(run.status).toBe(1);
  const { scenarios } = run.results();
  expect(scenarios.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'made pass',
    'stale fail',
    'gone fail',
    'broken fail',
    'failed fail',
  ]);
  expect(metricOf(run.results(), 'success_rate')).toBe(0.9);
  expect(scenarios.slice(1).map(({ problems }) => problems[0])).toEqual([
    'oha.json is as it was before: the command before has not written it',
    'gone.json: there is no such file',
    expect.stringContaining('broken.json: begins like JSON and is none'),
    expect.stringContaining('before failed: exit status 4'),
  ]);
});
