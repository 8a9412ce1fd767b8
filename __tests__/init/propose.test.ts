import { validateWorkflow } from '@action-validator/core';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { validateConfig } from '../../src/config/plan.js';
import { propose } from '../../src/init/index.js';
import type { Repository } from '../../src/init/repository.js';

const CONFIG = '.github/flowgate.yml';
const WORKFLOW = '.github/workflows/flowgate.yml';

const contentOf = (repository: Repository, path: string): string =>
  propose(repository).find((proposal) => proposal.path === path)?.content ?? '';

interface Scenario {
  readonly run?: string;
  readonly module?: string;
  readonly setup?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly service?: { readonly run: string; readonly ready: string };
}

/** The only scenario that was proposed. */
function scenarioOf(repository: Repository): Scenario {
  const config = parse(contentOf(repository, CONFIG)) as { scenarios: Record<string, Scenario> };
  const [scenario, ...others] = Object.values(config.scenarios);
  expect(others).toEqual([]);
  return scenario ?? {};
}

const npm = (content: object, ...files: readonly string[]): Repository => ({
  files: ['package.json', ...files],
  packageJson: JSON.stringify(content),
});

const SERVER = npm({ scripts: { start: 'node server.js', test: 'jest' }, dependencies: { fastify: '5' } });
const REPOSITORIES: Readonly<Record<string, Repository>> = {
  'an empty one': { files: [] },
  'a server': SERVER,
  'a server with its port': npm({ scripts: { start: 'PORT=8080 node .' }, dependencies: { express: '5' } }),
  'a command': npm({ bin: { 'my tool': "bin/it's me.js" } }, 'package-lock.json'),
  'an end-to-end script': npm({ scripts: { e2e: 'playwright test', build: 'tsc' } }, 'pnpm-lock.yaml'),
  tests: npm({ scripts: { test: 'jest' } }, 'yarn.lock'),
  'package.json that is no JSON': { files: ['package.json'], packageJson: '{' },
  'hostile names': npm({
    bin: { a: 'x: {\n} # ${{ github.token }}\n- "' },
    scripts: { start: '\nscenarios: 1' },
  }),
  python: {
    files: ['pyproject.toml'],
    pyproject: '[project]\nname="a"\n[project.scripts]\nmy-tool = "a:main"\n',
  },
  pytest: { files: ['pyproject.toml', 'tests'], pyproject: '[project]\nname="a"\n' },
  go: { files: ['go.mod'] },
  make: { files: ['Makefile'], makefile: 'test := no\ncheck: build\n\ttrue\n' },
  docker: { files: ['Dockerfile'] },
};

describe.each(Object.entries(REPOSITORIES))('%s', (_, repository) => {
  test('gets a config that flowgate takes', () => {
    expect(validateConfig(contentOf(repository, CONFIG), CONFIG)).toEqual([]);
  });

  test('gets a workflow that GitHub takes, with the two permissions that it needs', () => {
    const text = contentOf(repository, WORKFLOW);
    expect(validateWorkflow(text).errors).toEqual([]);
    expect(parse(text)).toMatchObject({ permissions: { contents: 'read', 'pull-requests': 'write' } });
  });

  test('is told what was found', () => {
    expect(contentOf(repository, CONFIG)).toMatch(/^# Written by flowgate init.*\n# Found: .+\.$/mu);
  });
});

test('a server becomes a service that is asked, on the port that flowgate hands to it', () => {
  expect(scenarioOf(SERVER)).toMatchObject({
    http: 'http://127.0.0.1:{{port}}/',
    service: { run: 'npm start', ready: 'tcp://127.0.0.1:{{port}}', env: { PORT: '{{port}}' } },
  });
});

test('a port that the start script names is taken', () => {
  const ported = (start: string): Repository => npm({ scripts: { start }, dependencies: { express: '5' } });
  for (const start of [
    'PORT=8080 node .',
    'next start --port 8080',
    'next start --port=8080',
    'next start -p 8080',
  ]) {
    expect(scenarioOf(ported(start)).service?.ready).toBe('tcp://127.0.0.1:8080');
    expect(scenarioOf(ported(start)).env).toBeUndefined();
  }
});

test('what users meet goes before what developers start, and the rest is mentioned', () => {
  const both = { ...SERVER, files: ['package.json', 'Dockerfile', 'go.mod'] };
  expect(scenarioOf(both).service).toBeDefined();
  expect(contentOf(both, CONFIG)).toContain('# Also found, and not used: a Dockerfile.');
  expect(contentOf(both, CONFIG)).toContain('# Also found, and not used: go.mod.');
});

test.each([
  ['a command', `node 'bin/it'\\''s me.js' --help`],
  ['an end-to-end script', 'npm run --silent e2e'],
  ['tests', 'npm test --silent'],
  ['python', 'my-tool --help'],
  ['pytest', 'python -m pytest -q'],
  ['go', 'go test -count=1 ./...'],
  ['make', 'make check'],
  ['docker', 'docker run --rm flowgate-trial'],
])('%s is run as `%s`', (name, run) => {
  expect(scenarioOf(REPOSITORIES[name] ?? { files: [] }).run).toBe(run);
});

test('where nothing is found, the gate fails until somebody has written a command', () => {
  const { run, module } = scenarioOf({ files: [] });
  expect(module).toBeUndefined();
  expect(run).toMatch(/exit 1$/);
});

test("the script that npm init writes is nobody's test", () => {
  const fresh = npm({ scripts: { test: 'echo "Error: no test specified" && exit 1' } });
  expect(scenarioOf(fresh).run).toMatch(/exit 1$/);
});

test('the workflow installs with the package manager of the lock file, and builds if there is a build', () => {
  expect(contentOf(REPOSITORIES['a command'] ?? SERVER, WORKFLOW)).toContain('run: npm ci');
  expect(contentOf(REPOSITORIES['tests'] ?? SERVER, WORKFLOW)).toContain('yarn install --immutable');
  const pnpm = contentOf(REPOSITORIES['an end-to-end script'] ?? SERVER, WORKFLOW);
  expect(pnpm).toContain('pnpm install --frozen-lockfile');
  expect(pnpm).toContain('run: npm run build');
  expect(contentOf({ files: ['go.mod'] }, WORKFLOW)).not.toContain('setup-node');
});

test('the workflow takes the Node version that the repository names', () => {
  const { files } = SERVER;
  expect(contentOf({ ...SERVER, files: [...files, '.nvmrc'] }, WORKFLOW)).toContain(
    'node-version-file: .nvmrc',
  );
  expect(contentOf(npm({ engines: { node: '>=20' } }), WORKFLOW)).toContain(
    'node-version-file: package.json',
  );
  expect(contentOf(SERVER, WORKFLOW)).toContain('node-version: 24');
});

test('the workflow gates pull requests into the default branch, where that is known', () => {
  const parsed = (repository: Repository): unknown => parse(contentOf(repository, WORKFLOW));
  expect(parsed({ files: [], defaultBranch: 'trunk' })).toMatchObject({
    on: { pull_request: { branches: ['trunk'] } },
  });
  expect(parsed({ files: [] })).toMatchObject({ on: { pull_request: null } });
});

test('the checkout leaves no token behind for the flows', () => {
  expect(contentOf(SERVER, WORKFLOW)).toContain('persist-credentials: false');
});

test('what is there already is not proposed', () => {
  const pathsOf = (...files: readonly string[]): readonly string[] =>
    propose({ files }).map(({ path }) => path);
  expect(pathsOf()).toEqual([CONFIG, WORKFLOW]);
  expect(pathsOf(CONFIG)).toEqual([WORKFLOW]);
  expect(pathsOf('.github/flowgate.yaml')).toEqual([WORKFLOW]);
  expect(pathsOf('flowgate.yml')).toEqual([WORKFLOW]);
  expect(pathsOf(CONFIG, WORKFLOW)).toEqual([]);
});
