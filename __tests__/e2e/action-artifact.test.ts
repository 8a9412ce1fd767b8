import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { type ArtifactServer, startArtifactServer } from './artifact-server.js';
import { type GitHubServer, startGitHubServer } from './github-server.js';
import { type ActionEnd, HOME, pullRequestEvent, runQuick, TOKEN, warningsOf } from './run-action.js';
import { emptyFolder } from './run-cli.js';

let github: GitHubServer;
let service: ArtifactServer;
let end: ActionEnd;

/** Of a fork, so that its token can only read; what it prints is the secret that flows have to be kept from. */
beforeAll(async () => {
  [github, service] = await Promise.all([startGitHubServer(), startArtifactServer()]);
  const run = `cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -c -- "$(cat last-part)"; echo ${TOKEN}; exit 1`;
  end = await runQuick(
    github.url,
    { artifact: 'true', 'check-name': 'load', run },
    {
      env: { ...service.env, LC_ALL: 'C' },
      files: { 'last-part': service.env.ACTIONS_RUNTIME_TOKEN.split('.')[2] ?? '' },
      event: pullRequestEvent({ ...HOME, id: 2, full_name: 'someone/repo' }),
    },
  );
});

afterAll(() => Promise.all([github.close(), service.close()]));

/** The zip by a program that others have written. */
function unzip(zip: Buffer): { names: string[]; read: (name: string) => string } {
  const file = join(emptyFolder(), 'artifact.zip');
  writeFileSync(file, zip);
  const python = (code: string, ...args: string[]): string =>
    execFileSync(
      'python3',
      ['-c', `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); ${code}`, file, ...args],
      {
        encoding: 'utf8',
        maxBuffer: 1e8,
      },
    );
  const names = python("print('\\n'.join(z.namelist()))").trim().split('\n').sort();
  return { names, read: (name) => python('sys.stdout.buffer.write(z.read(sys.argv[2]))', name) };
}

test('the files that were written are uploaded, masked, and the id is an output', () => {
  expect(service.artifacts.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^flowgate-gate-[0-9a-f]{8}$/),
  ]);
  const { names, read } = unzip(service.artifacts[0]?.zip ?? Buffer.alloc(0));
  expect(names).toEqual(expect.arrayContaining(['report.html', 'results.json']));
  for (const name of names) expect(read(name)).not.toContain(TOKEN);
  const results = JSON.parse(read('results.json')) as Results;
  expect(results).toEqual(end.results);
  expect(end.outputs['artifact-id']).toBe('1');
  expect(end.exitCode).toBe(1);
});

test('no process of the run can read the token of the service', () => {
  const [flow] = end.results?.scenarios[0]?.flows ?? [];
  expect(flow?.stdout?.head.split('\n')[0]).toBe('0');
});

test('comment and check run are left to the workflow that publishes', () => {
  expect(github.requests).toEqual([]);
  expect(warningsOf(end)).toEqual([]);
  expect(end.stdout).toContain('left to a workflow that publishes them (docs/recipes.md#forks)');
});
