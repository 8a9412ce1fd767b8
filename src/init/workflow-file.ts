import { stringify } from 'yaml';
import { readPackage } from './node-package.js';
import type { Repository } from './repository.js';

/** The action as a workflow names it. */
const ACTION = 'flowgate/flowgate@v0';

type Step = Readonly<Record<string, unknown>>;

/** The flows run the pull request's code: no token is left where it could read it. */
const CHECKOUT: Step = { uses: 'actions/checkout@v7', with: { 'persist-credentials': false } };

/** The workflow that runs the gate on every pull request, with no more permission than it needs. */
export function renderWorkflow(repository: Repository): string {
  const { defaultBranch } = repository;
  const workflow = {
    name: 'flowgate',
    on: { pull_request: defaultBranch === undefined ? null : { branches: [defaultBranch] } },
    permissions: { contents: 'read', 'pull-requests': 'write' },
    jobs: {
      gate: {
        'runs-on': 'ubuntu-latest',
        'timeout-minutes': 15,
        steps: [CHECKOUT, ...preparation(repository), { uses: ACTION }],
      },
    },
  };
  const text = stringify(workflow, { lineWidth: 0, nullStr: '' });
  const branch =
    defaultBranch === undefined
      ? '# The default branch is not known here: every pull request is gated.\n'
      : `# Gates pull requests into ${defaultBranch}. Make "gate" a required status check there.\n`;
  return `# Written by flowgate init.\n${branch}${text.replaceAll(/ +$/gmu, '')}`;
}

/** What must be there before the flows can run. */
function preparation(repository: Repository): readonly Step[] {
  const npm = readPackage(repository);
  if (npm !== undefined) {
    const version = nodeVersion(repository.files, npm.hasEngine);
    const build = npm.scripts['build'] === undefined ? [] : [{ run: 'npm run build' }];
    return [{ uses: 'actions/setup-node@v7', with: version }, { run: install(repository.files) }, ...build];
  }
  const { files, pyproject, requirements } = repository;
  if (requirements !== undefined || pyproject !== undefined) {
    const installs = requirements === undefined ? 'pip install .' : 'pip install -r requirements.txt';
    return [{ uses: 'actions/setup-python@v7', with: { 'python-version': '3.x' } }, { run: installs }];
  }
  return files.includes('go.mod')
    ? [{ uses: 'actions/setup-go@v6', with: { 'go-version-file': 'go.mod' } }]
    : [];
}

function nodeVersion(files: readonly string[], hasEngine: boolean): Step {
  if (files.includes('.nvmrc')) {
    return { 'node-version-file': '.nvmrc' };
  }
  return hasEngine ? { 'node-version-file': 'package.json' } : { 'node-version': 24 };
}

/** The lock file says whose package it is. */
function install(files: readonly string[]): string {
  if (files.includes('pnpm-lock.yaml')) {
    return 'corepack enable && pnpm install --frozen-lockfile';
  }
  if (files.includes('yarn.lock')) {
    return 'corepack enable && yarn install --immutable';
  }
  return files.includes('package-lock.json') || files.includes('npm-shrinkwrap.json')
    ? 'npm ci'
    : 'npm install';
}
