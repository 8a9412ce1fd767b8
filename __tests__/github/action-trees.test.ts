import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { nodePorts } from '../../src/adapters.js';
import { noProgress } from '../../src/cli/screen.js';
import { makePlan } from '../../src/config/plan.js';
import { gate } from '../../src/gate.js';
import { runAction } from '../../src/github/action.js';
import type { Runner } from '../../src/github/runner.js';
import type { GitHub } from '../../src/system/github.js';
import { treeWorld } from '../compare/trees/world.js';
import { fakeArtifacts } from '../fakes/artifacts.js';
import { fakeGitHub } from '../fakes/github.js';
import { recordingRunner } from '../fakes/runner.js';
import { makeRepository, temporary, type TestRepository } from '../repository.js';

/*
 * A runner kills a job that it cancels after ten seconds: what is told must not wait for trees to be removed, which may
 * take longer.
 */

const RENDERERS = {
  comment: () => '',
  summary: () => '',
  terminal: () => '',
  html: () => '',
  annotations: () => [],
};

const treesOf = (repository: TestRepository): number =>
  repository.git('worktree', 'list').split('\n').length - 1;

/** How many trees there were as each thing was told. */
type Told = Map<string, number>;

interface Acted {
  readonly status: number;
  readonly told: Told;
  readonly conclusion: string | undefined;
  readonly left: number;
}

/** The action on two commits, with real trees and flows that take no time. */
async function act(prepare: string, world = treeWorld()): Promise<Acted> {
  const repository = makeRepository();
  repository.commit('one', { kind: 'base' });
  const sha = repository.commit('two', { kind: 'head' });
  const told: Told = new Map();
  const tell = (what: string): void => {
    told.set(what, treesOf(repository));
  };
  const fake = fakeGitHub();
  const status = await runAction(
    {
      runner: telling(tell),
      gatePorts: { ...nodePorts(), ...world.ports, progress: noProgress },
      renderers: RENDERERS,
      lastResort: { happened: new AbortController().signal, atWorst: () => undefined },
      openGitHub: () => completing(fake, tell),
      openArtifacts: () => Promise.resolve(fakeArtifacts()),
      makePlan,
      gate,
    },
    {
      // A gate of its own: the default ones are on memory and CPU, of which so short a flow may show nothing.
      inputs: {
        compare: 'HEAD~1',
        run: 'true',
        flows: '1',
        thresholds: 'success_rate == 100%',
        checkName: 'gate',
        prepare,
      },
      token: 'ghs_0123456789abcdefghij',
      matrix: undefined,
      env: { PATH: process.env['PATH'], GITHUB_WORKSPACE: repository.folder, GITHUB_SHA: sha },
      payload: {},
      cwd: '/',
      temporary: temporary(),
      machine: { os: 'linux', arch: 'x64', cpu: 'none', cores: 2, memory: 1e9, node: '20.18.0' },
      version: '0.1.0',
      nonce: 'f00d',
    },
  );
  return { status, told, conclusion: fake.checkRuns[0]?.conclusion, left: treesOf(repository) };
}

function telling(tell: (what: string) => void): Runner {
  return {
    ...recordingRunner(),
    output: (name) => {
      tell(name);
    },
    annotate: () => {
      tell('problem');
    },
  };
}

function completing(github: GitHub, tell: (what: string) => void): GitHub {
  return {
    ...github,
    updateCheckRun: (id, update) => {
      tell('check run');
      return github.updateCheckRun(id, update);
    },
  };
}

test('all is told before the trees are removed', async () => {
  // Where base cannot be prepared there are two trees, and no rounds that take their time.
  const { status, told, conclusion, left } = await act('test "$(cat kind)" = head');
  expect([status, conclusion, left]).toEqual([0, 'success', 0]);
  expect([told.get('results'), told.get('summary'), told.get('check run')]).toEqual([2, 2, 2]);
});

test('so it is where the run is interrupted while it prepares', async () => {
  const world = treeWorld();
  const started = join(temporary(), 'started');
  const acting = act(`touch ${started}; exec sleep 600`, world);
  while (!existsSync(started)) await new Promise((resolve) => setImmediate(resolve));
  world.interrupt.abort('SIGINT');
  const { told, left } = await acting;
  expect([told.get('results'), told.get('check run'), left]).toEqual([2, 2, 0]);
});

test('what keeps the trees from being compared completes the check run before they are removed', async () => {
  const { status, told, conclusion, left } = await act('exit 3');
  expect([status, conclusion, left]).toEqual([2, 'failure', 0]);
  expect([told.get('problem'), told.get('check run')]).toEqual([2, 2]);
});
