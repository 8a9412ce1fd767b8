import { cpSync, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeFreePorts } from '../../src/services/free-ports.js';
import { startArtifactServer } from './artifact-server.js';
import { startGitHubServer } from './github-server.js';
import { runAction } from './run-action.js';
import { CLI, emptyFolder, runCli, write } from './run-cli.js';

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((_, response) => response.end('hello'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A copy of dist/ that flows may overwrite, and a command that puts other code in place of every file in it. */
function overwritable() {
  const folder = emptyFolder();
  const dist = join(folder, 'dist');
  cpSync(dirname(CLI), dist, { recursive: true });
  const mark = join(folder, 'foreign-code-ran');
  const code = `import("node:fs").then((fs) => { fs.writeFileSync("${mark}", process.argv.join(" ")); process.exit(0); });`;
  const names = '392.index 473.index 181.index 138.index 984.index 473.cli 138.cli 984.cli 579.host';
  const overwrite = `for f in ${dist}/* ${names
    .split(' ')
    .map((name) => `${dist}/${name}.js`)
    .join(' ')}; do echo '${code}' > $f; done`;
  return { dist, mark, overwrite };
}

test('what a flow writes over the action is not run: not when it reports, and the verdict is its own', async () => {
  const [github, service] = await Promise.all([startGitHubServer(), startArtifactServer()]);
  try {
    const { dist, mark, overwrite } = overwritable();
    const end = await runAction({
      apiUrl: github.url,
      action: join(dist, 'index.js'),
      // Without a check run the GitHub client is first used when the flows are over.
      inputs: { run: `${overwrite}; exit 1`, flows: '2', artifact: 'load' },
      env: service.env,
    });
    expect(existsSync(mark)).toBe(false);
    expect(end.exitCode).toBe(1);
    expect(end.outputs).toMatchObject({ verdict: 'fail' });
    expect(github.comments).toHaveLength(1);
    expect(service.artifacts.map(({ name }) => name)).toEqual(['load']);
  } finally {
    await Promise.all([github.close(), service.close()]);
  }
});

test.each(['none', 'thread', 'process'])(
  'nor in what is started later: hosts, also new ones in place of ended ones (isolate: %s), and their hooks',
  async (isolate) => {
    const { dist, mark, overwrite } = overwritable();
    const cwd = emptyFolder();
    write(
      cwd,
      'flow.mjs',
      `export const setup = () => 1;
       export const verify = () => {};
       export default async (ctx) => { if (ctx.iteration === 1 && ${isolate !== 'none'}) process.exit(3); };`,
    );
    write(
      cwd,
      '.github/flowgate.yml',
      `version: 1
scenarios:
  overwrites: {run: ${JSON.stringify(overwrite)}, flows: 1, thresholds: [success_rate >= 100%]}
  later:
    {module: flow.mjs, isolate: ${isolate}, flows: 2, iterations: 6, verify: "true", thresholds: [success_rate >= 60%]}
`,
    );
    const run = await runCli(['run'], { cwd, cli: join(dist, 'cli.js') });
    expect(existsSync(mark)).toBe(false);
    const [, later] = run.results().scenarios;
    expect(later?.problems).toEqual([]);
    expect(later?.counts.ok).toBe(isolate === 'none' ? 6 : 5);
    expect(run.status).toBe(0);
  },
);

test('nor in the clients and proxies that a later scenario needs', async () => {
  const { dist, mark, overwrite } = overwritable();
  const [listen] = await nodeFreePorts.find(1);
  const cwd = emptyFolder();
  write(
    cwd,
    '.github/flowgate.yml',
    `version: 1
scenarios:
  overwrites: {run: ${JSON.stringify(overwrite)}, flows: 1, thresholds: [success_rate >= 100%]}
  http: {http: "http://127.0.0.1:${port}/", flows: 2, thresholds: [success_rate >= 100%]}
  limits: {run: "true", flows: 1, faults: {limits: {files: 256}}, thresholds: [success_rate >= 100%]}
  faults:
    http: "http://127.0.0.1:${listen}/"
    flows: 2
    iterations: 4
    faults: {rounds: 1, network: [{listen: ${listen}, upstream: "127.0.0.1:${port}", latency: 1ms}]}
    thresholds: [success_rate >= 100%]
`,
  );
  const run = await runCli(['run'], { cwd, cli: join(dist, 'cli.js') });
  expect(existsSync(mark)).toBe(false);
  for (const { problems, counts } of run.results().scenarios) {
    expect(problems).toEqual([]);
    expect(counts.ok).toBeGreaterThan(0);
  }
  // What a signal to be ignored, a listening port and the like do to the verdict is the subject of other tests.
  expect(run.status).not.toBe(2);
});
