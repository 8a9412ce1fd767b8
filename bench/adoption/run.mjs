/**
 * Fifty commands, configs and servers as people really write them (from the public documentation of tools in this field,
 * rewritten), run with dist/cli.js. Each must end as its author expects.
 *
 *   npm run adoption              all; what a case needs and the machine lacks is said, and the case counts as skipped
 *   npm run adoption -- NAME …    those whose name contains one of the words
 *   npm run adoption -- --markdown FILE   writes the table too
 *
 * Packages of npm and PyPI are installed into a folder outside of the repository, once.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as listen } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { CASES } from './cases.mjs';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const installed = join(tmpdir(), 'flowgate-adoption');

const NPM = ['express@5', 'fastify@5', 'json-server@0.17', 'http-server@14', 'serve@14', 'vite@6', 'koa@2'];
const PIP = ['flask', 'gunicorn', 'fastapi', 'uvicorn', 'django', 'pytest'];

function have(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

function installPackages() {
  mkdirSync(installed, { recursive: true });
  if (!existsSync(join(installed, 'node_modules'))) {
    writeFileSync(join(installed, 'package.json'), '{"private":true}');
    spawnSync('npm', ['install', '--no-audit', '--no-fund', ...NPM], { cwd: installed, stdio: 'ignore' });
  }
  if (have('python3') && !existsSync(join(installed, 'venv/bin/flask'))) {
    spawnSync('python3', ['-m', 'venv', 'venv'], { cwd: installed, stdio: 'ignore' });
    spawnSync('venv/bin/pip', ['install', '-q', ...PIP], { cwd: installed, stdio: 'ignore' });
  }
}

/** A server that the cases may talk to without starting it, as an API that is up already. */
async function openApi() {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    if (pathname === '/health') return response.end('ok');
    if (pathname === '/json') {
      response.setHeader('content-type', 'application/json');
      return response.end('{"id":12345678901234567890,"items":[{"name":"tea","price":1.10}],"ok":true}');
    }
    if (pathname === '/gzip') {
      return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"status":"error"}'));
    }
    if (pathname === '/br') {
      return response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('{"status":"up"}'));
    }
    if (pathname === '/redirect') return response.writeHead(302, { location: '/health' }).end();
    if (pathname === '/flaky') return response.writeHead(Math.random() < 0.5 ? 500 : 200).end('flaky');
    if (pathname === '/slow') return setTimeout(() => response.end('late'), Number(searchParams.get('ms')));
    if (pathname === '/auth') {
      return response.writeHead(request.headers.authorization === 'Bearer s3cret' ? 200 : 401).end('auth');
    }
    if (pathname === '/echo') {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      return request.on('end', () =>
        response.writeHead(201, { 'content-type': 'application/json' }).end(body),
      );
    }
    return response.writeHead(404).end('not found');
  });
  server.keepAliveTimeout = 5000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function freePort() {
  const server = listen();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function runCase(each, origin) {
  const missing = (each.needs ?? []).filter((program) => !have(program));
  if (missing.length > 0) return { skipped: `needs ${missing.join(', ')}` };
  const cwd = mkdtempSync(join(tmpdir(), 'flowgate-adopts-'));
  const port = await freePort();
  const fill = (text) =>
    text
      .replaceAll('@ORIGIN@', origin)
      .replaceAll('@PORT@', String(port))
      .replaceAll('@INSTALLED@', installed);
  for (const [path, content] of Object.entries(each.files ?? {})) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), fill(content), { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  const child = spawn(process.execPath, [cli, ...each.args.map(fill)], {
    cwd,
    env: {
      PATH: `${installed}/node_modules/.bin:${installed}/venv/bin:${process.env.PATH}`,
      HOME: cwd,
      NODE_PATH: `${installed}/node_modules`,
      ...each.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const status = await new Promise((resolve) => child.once('close', resolve));
  const faults = [];
  if (status !== each.status) faults.push(`exit ${status}, expected ${each.status}`);
  for (const says of [each.says ?? []].flat()) if (!says.test(output)) faults.push(`does not say ${says}`);
  for (const never of [each.never ?? []].flat()) if (never.test(output)) faults.push(`says ${never}`);
  const file = join(cwd, '.flowgate/results.json');
  const [scenario] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).scenarios : [];
  for (const [metric, [from, to]] of Object.entries(each.metrics ?? {})) {
    const value = scenario?.metrics[metric]?.value;
    if (!(value >= from && value <= to)) faults.push(`${metric} is ${value}, expected ${from} to ${to}`);
  }
  rmSync(cwd, { recursive: true, force: true });
  return { faults, output };
}

const words = process.argv.slice(2);
const markdown = words.indexOf('--markdown');
const table = markdown < 0 ? undefined : words.splice(markdown, 2)[1];
const chosen = CASES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
installPackages();
const api = await openApi();
let failed = 0;
let skipped = 0;
const rows = [];
for (const each of chosen) {
  const { skipped: why, faults = [], output } = await runCase(each, api.origin);
  const result = why ?? (faults.length === 0 ? 'as expected' : faults.join('; '));
  console.log(
    `${why === undefined ? (faults.length === 0 ? 'ok     ' : 'FAILED ') : 'skipped'} ${each.name}${result === 'as expected' ? '' : `: ${result}`}`,
  );
  if (faults.length > 0) console.log(output.replace(/^/gm, '    '));
  failed += faults.length > 0 ? 1 : 0;
  skipped += why === undefined ? 0 : 1;
  rows.push(`| ${each.name} | ${each.from} | ${each.expects} | ${result} |`);
}
api.close();
if (table !== undefined) {
  writeFileSync(
    table,
    ['| case | as in | its author expects | result |', '| :- | :- | :- | :- |', ...rows, ''].join('\n'),
  );
}
console.log(`${chosen.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
