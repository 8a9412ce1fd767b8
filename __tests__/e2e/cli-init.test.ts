import { expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

const SERVER = `import { createServer } from 'node:http';
createServer((request, response) => response.end('hello')).listen(process.env.PORT);
`;

test.each([
  ['a server', 'http', { 'server.mjs': SERVER }],
  ['a command', 'command', { 'package.json': '{"bin": "cli.cjs"}', 'cli.cjs': "console.log('hello');" }],
])('what init writes for %s runs and holds', async (_, kind, files) => {
  const cwd = emptyFolder();
  for (const [path, text] of Object.entries(files)) write(cwd, path, text);
  expect((await runCli(['init'], { cwd })).status).toBe(0);
  const run = await runCli(['run', '--iterations', '10'], { cwd });
  expect([run.status, run.results().scenarios[0]?.kind]).toEqual([0, kind]);
});
