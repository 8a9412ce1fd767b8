/**
 * k6, Locust and Artillery run against a server of ours, and their files are imported: one gate that holds, one that fails
 * and one without data each, and the figures of the tool's own report. What is not installed is skipped by name; K6, LOCUST
 * and ARTILLERY name a program elsewhere. Needs a build.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const cwd = mkdtempSync(join(tmpdir(), 'flowgate-imports-'));

let served = 0;
const server = createServer((request, response) => {
  served += 1;
  response.statusCode = served % 10 === 0 ? 503 : 200;
  setTimeout(() => response.end('{}'), 5);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

/** Undefined if there is no such program. */
function run(program, ...args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.once('error', () => resolve(undefined));
    child.once('close', (status) => resolve({ status, output }));
  });
}

const K6 = `import http from 'k6/http';
import { check } from 'k6';
export const options = { vus: 3, iterations: 30, summaryTrendStats: ['avg', 'med', 'max', 'p(95)'] };
export default () => { check(http.get('${url}/'), { 'is 200': ({ status }) => status === 200 }); };`;

const LOCUST = `import locust.stats
from locust import HttpUser, task, constant
locust.stats.CSV_STATS_INTERVAL_SEC = 0.2
class Shop(HttpUser):
    host = '${url}'
    wait_time = constant(0.01)
    left = 20
    @task
    def page(self):
        if self.left > 0:
            self.left -= 1
            self.client.get('/')`;

const ARTILLERY = JSON.stringify({
  config: { target: url, phases: [{ duration: 2, arrivalRate: 10 }] },
  scenarios: [{ flow: [{ get: { url: '/' } }] }],
});

const number = (pattern, text) =>
  Number(pattern.exec(text)?.[1] ?? assert.fail(`no ${pattern} in:\n${text}`));

const TOOLS = [
  {
    name: 'k6',
    program: process.env.K6 ?? 'k6',
    write: ['load.js', K6],
    args: [
      'run',
      '--summary-time-unit=ms',
      '--summary-export=k6.json',
      '--out',
      'json=lines.json',
      'load.js',
    ],
    files: ['k6.json', 'lines.json'],
    lacking: { 'k6.json': 'flow_time.p99', 'lines.json': 'peak_memory' },
    printed: (output) => ({
      success_rate: number(/checks_succeeded\.*: ([\d.]+)%/, output) / 100,
      'flow_time.med': number(/iteration_duration\.*: .*?med=([\d.]+)ms/, output),
      'flow_time.p95': number(/iteration_duration\.*: .*?p\(95\)=([\d.]+)ms/, output),
    }),
  },
  {
    name: 'Locust',
    program: process.env.LOCUST ?? 'locust',
    write: ['locustfile.py', LOCUST],
    args: ['--headless', '-u', '4', '-r', '4', '-t', '4s', '--csv', 'locust'],
    files: ['locust_stats.csv'],
    lacking: { 'locust_stats.csv': 'flow_time.p97' },
    printed: (all) => {
      // Before it ends it prints the same tables every few seconds.
      const output = all.slice(all.lastIndexOf('Shutting down'));
      const [, requests, failed, percent] = /Aggregated +(\d+) +(\d+)\(([\d.]+)%\)[^]*$/.exec(output) ?? [];
      assert.equal(requests, '80');
      assert.ok(Number(percent) > 0);
      return {
        success_rate: 1 - Number(failed) / Number(requests),
        // Columns of the percentiles: 50%, 66%, 75%, 80%, 90%, 95%.
        'flow_time.p95': number(/percentiles[^]*Aggregated +(?:\d+ +){5}(\d+)/, output),
      };
    },
  },
  {
    name: 'Artillery',
    program: process.env.ARTILLERY ?? 'artillery',
    write: ['load.json', ARTILLERY],
    args: ['run', '--output', 'artillery.json', 'load.json'],
    files: ['artillery.json'],
    lacking: { 'artillery.json': 'peak_memory' },
    printed: (output) => {
      const summary = output.slice(output.indexOf('Summary report'));
      const session = summary.slice(summary.indexOf('vusers.session_length'));
      const [good, bad] = [200, 503].map((code) =>
        number(new RegExp(`http\\.codes\\.${code}: \\.* (\\d+)`), summary),
      );
      return {
        success_rate: good / (good + bad),
        'flow_time.med': number(/median: \.* ([\d.]+)/, session),
        'flow_time.p95': number(/p95: \.* ([\d.]+)/, session),
      };
    },
  },
];

async function judge(file, gate) {
  const { status } = await run(
    process.execPath,
    CLI,
    'import',
    file,
    '--threshold',
    gate,
    '--json',
    'results.json',
  );
  const [{ metrics }] = JSON.parse(readFileSync(join(cwd, 'results.json'), 'utf8')).scenarios;
  return { status, metrics };
}

try {
  for (const { name, program, write, args, files, lacking, printed } of TOOLS) {
    writeFileSync(join(cwd, write[0]), write[1]);
    served = 0;
    const ran = await run(program, ...args);
    if (ran === undefined) {
      console.log(`${name}: skipped, as ${program} is not installed`);
      continue;
    }
    for (const file of files) {
      const holds = await judge(file, 'success_rate >= 80%');
      assert.equal(holds.status, 0, ran.output);
      assert.equal((await judge(file, 'success_rate >= 99.9%')).status, 1);
      assert.equal(
        (await judge(file, `${lacking[file]} < 100GB`.replace(/(time.*)100GB/, '$11h'))).status,
        3,
      );
      for (const [metric, expected] of Object.entries(printed(ran.output))) {
        const { value } = holds.metrics[metric];
        // Tools cut or round to a hundredth; a rate is printed in hundredths of a per cent.
        const far = Math.abs(value - expected);
        assert.ok(
          far <= (metric === 'success_rate' ? 0.0001 : 0.0101),
          `${file}: ${metric} is ${value}, ${name} says ${expected}`,
        );
      }
      console.log(`${name}: ${file} is judged, with the figures that ${name} prints`);
    }
  }
} finally {
  server.close();
  rmSync(cwd, { recursive: true, force: true });
}
