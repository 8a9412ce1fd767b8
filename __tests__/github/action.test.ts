import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GateContext, GatePorts } from '../../src/gate.js';
import { type ActionPorts, type ActionStart, runAction } from '../../src/github/action.js';
import { UserError } from '../../src/lib/errors.js';
import { exitStatus } from '../../src/lib/exit-status.js';
import type { Results } from '../../src/model/results.js';
import { GitHubError } from '../../src/system/github.js';
import { type FakeArtifacts, fakeArtifacts } from '../fakes/artifacts.js';
import { fakeFiles } from '../fakes/files.js';
import { fakeGitHub, type FakeGitHub } from '../fakes/github.js';
import { aResults } from '../fakes/results.js';
import { recordingRunner, type RecordingRunner } from '../fakes/runner.js';

const TOKEN = 'ghs_0123456789abcdefghij';
const HEAD = 'a'.repeat(40);
const PLAN = { scenarios: [], source: { kind: 'demo' } } as const;

let runner: RecordingRunner;
let github: FakeGitHub;
let context: GateContext | undefined;
let store: FakeArtifacts;

beforeEach(() => {
  runner = recordingRunner();
  github = fakeGitHub();
  context = undefined;
  store = fakeArtifacts();
});

function ports(change: Partial<ActionPorts> = {}): ActionPorts {
  return {
    runner,
    lastResort: { happened: new AbortController().signal, atWorst: () => undefined },
    // The gate is a fake here, so of its ports only the files are used.
    gatePorts: { files: fakeFiles(), logger: runner.logger } as unknown as GatePorts,
    renderers: {
      comment: ({ verdict }, { marker }) => `${marker}\n${verdict}`,
      summary: () => 'summary',
      terminal: () => 'table',
      files: { 'report.html': () => 'page' },
      annotations: () => [],
    },
    openGitHub: () => github,
    openArtifacts: () => Promise.resolve(store),
    makePlan: () => Promise.resolve(PLAN),
    gate: gateOf(() => aResults({ verdict: 'fail' })),
    ...change,
  };
}

/** A gate that runs nothing and tells these results. */
function gateOf(measure: () => Results): ActionPorts['gate'] {
  return async (_plan, _ports, gating) => {
    context = gating.context;
    const results = measure();
    await gating.tell(results);
    return exitStatus(results);
  };
}

function start(change: Partial<ActionStart> = {}): ActionStart {
  return {
    inputs: {},
    token: TOKEN,
    matrix: undefined,
    env: {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_RUN_ID: '5',
      GITHUB_WORKFLOW: 'ci',
      GITHUB_JOB: 'gate',
      GITHUB_WORKSPACE: '/w',
      PATH: '/bin',
      'INPUT_GITHUB-TOKEN': TOKEN,
      COPY: TOKEN,
    },
    payload: { pull_request: { number: 12, head: { sha: HEAD } } },
    cwd: '/',
    temporary: '/temp',
    machine: { os: 'linux', arch: 'x64', cpu: 'none', cores: 2, memory: 1e9, node: '20.18.0' },
    version: '0.1.0',
    nonce: 'f00d',
    ...change,
  };
}

test('a run ends with its verdict in the comment, the outputs and the exit status', async () => {
  expect(await runAction(ports(), start())).toBe(1);
  expect(runner.outputs.get('verdict')).toBe('fail');
  expect(github.comments.get(12)?.map(({ body }) => body)).toEqual([
    '<!-- flowgate:ci/gate run=5 attempt=1 verdict=fail inputs=4f53cda1 by=f00d -->\nfail',
  ]);
});

test('the token is masked first of all, and no flow gets it', async () => {
  const makePlan = (): Promise<typeof PLAN> => {
    expect(runner.masked[0]).toBe(TOKEN);
    expect(runner.masked).toContain(Buffer.from(TOKEN).toString('hex'));
    return Promise.resolve(PLAN);
  };
  await runAction(ports({ makePlan }), start());
  expect(context?.env).toMatchObject({ PATH: '/bin', GITHUB_WORKSPACE: '/w' });
  expect(JSON.stringify(context)).not.toContain(TOKEN);
});

test('a token that a flow got hold of all the same is in nothing that is published', async () => {
  const runtime = 'runtime-0123456789abcdef';
  const basic = Buffer.from(`git:${TOKEN}`).toString('base64');
  const said = `token ${TOKEN}, header ${basic}, cache ${runtime}`;
  const results = aResults({ reproduce: said });
  let published = '';
  const renderers = {
    ...ports().renderers,
    comment: (given: Results) => (published = JSON.stringify(given)),
  };
  const gate = gateOf(() => results);
  const env = { ...start().env, ACTIONS_RUNTIME_TOKEN: runtime };
  await runAction(ports({ gate, renderers }), start({ env }));
  expect(published).toContain('token ***, header ');
  for (const secret of [TOKEN, basic, runtime]) expect(published).not.toContain(secret);
});

test('what requests are filled in with is masked when it is learned, and published in no form', async () => {
  const secret = 'pw-0123456789 ü';
  let published = '';
  const renderers = {
    ...ports().renderers,
    comment: (given: Results) => (published = JSON.stringify(given)),
  };
  const gate = gateOf(() => {
    expect(runner.masked).not.toContain(secret);
    context?.secrets?.add(secret);
    expect(runner.masked).toContain(secret);
    return aResults({ reproduce: `is ${secret}, ${encodeURIComponent(secret)}` });
  });
  await runAction(ports({ gate, renderers }), start());
  expect(published).toContain('is ***, ***');
});

test('the plan is made with what flows get', async () => {
  const makePlan: ActionPorts['makePlan'] = (_, { env }) => {
    expect(env).toMatchObject({ PATH: '/bin' });
    expect(JSON.stringify(env)).not.toContain(TOKEN);
    return Promise.resolve(PLAN);
  };
  expect(await runAction(ports({ makePlan }), start())).toBe(1);
});

test('the comment mode is that of the input', async () => {
  await runAction(ports(), start({ inputs: { comment: 'never' } }));
  expect(github.calls).toEqual([]);
});

test('without a token it measures and gates as ever', async () => {
  expect(await runAction(ports(), start({ token: undefined }))).toBe(1);
  expect(runner.masked).toEqual([]);
  expect(runner.outputs.get('verdict')).toBe('fail');
});

describe('what keeps a verdict from being reached', () => {
  test('bad inputs: all problems at once, exit status 2, nothing started and nothing asked', async () => {
    const problems = [{ message: 'one' }, { message: 'two' }];
    const makePlan = (): Promise<never> => Promise.reject(new UserError(problems));
    expect(await runAction(ports({ makePlan }), start({ inputs: { checkName: 'gate' } }))).toBe(2);
    expect(runner.annotations.map(({ message }) => message)).toEqual(['one', 'two']);
    expect(context).toBeUndefined();
    expect(github.calls).toEqual([]);
    expect(runner.outputs.size).toBe(0);
  });

  test('a defect: its stack, and the check run does not stay in progress', async () => {
    const gate = (): Promise<never> => Promise.reject(new TypeError('x is undefined'));
    expect(await runAction(ports({ gate }), start({ inputs: { checkName: 'gate' } }))).toBe(1);
    expect(runner.annotations[0]?.message).toContain('please report it');
    expect(github.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  });
});

describe('the check run', () => {
  test('is in progress while the flows run, on the head of the pull request', async () => {
    const gate = gateOf(() => {
      expect(github.checkRuns).toMatchObject([{ name: 'gate', sha: HEAD, status: 'in_progress' }]);
      return aResults();
    });
    expect(await runAction(ports({ gate }), start({ inputs: { checkName: 'gate' } }))).toBe(0);
    expect(github.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
  });

  test('that is refused is a warning, and the run goes on', async () => {
    github.refuse('createCheckRun', new GitHubError('Resource not accessible by integration', 403));
    expect(await runAction(ports(), start({ inputs: { checkName: 'gate' } }))).toBe(1);
    expect(runner.logger.at('warn')[0]).toContain('checks: write');
  });

  test('without a token is a warning', async () => {
    await runAction(ports(), start({ token: undefined, inputs: { checkName: 'gate' } }));
    expect(runner.logger.at('warn')[0]).toContain('github-token');
  });
});

describe('the artifact', () => {
  const artifact = { artifact: 'true' };
  const ofFork = {
    payload: { pull_request: { number: 12, head: { sha: HEAD, repo: { full_name: 'someone/repo' } } } },
  };

  test('holds the files that were written, under a name of this job', async () => {
    await runAction(ports(), start({ inputs: artifact }));
    const [{ name, folder, files } = { name: '', folder: '', files: [] }] = store.uploaded;
    expect(name).toMatch(/^flowgate-gate-[0-9a-f]{8}$/);
    expect(files).toEqual(['results.json', 'report.html'].map((file) => `${folder}/${file}`));
    expect(github.comments.get(12)).toHaveLength(1);
  });

  test('is not uploaded unless it is asked for', async () => {
    await runAction(ports(), start({ inputs: { artifact: 'false' } }));
    expect(store.uploaded).toEqual([]);
  });

  test('is loaded before anything runs', async () => {
    const seen: string[] = [];
    const openArtifacts = () => Promise.resolve(store).finally(() => seen.push('loaded'));
    const gate: ActionPorts['gate'] = () => Promise.resolve(seen.push('run') - 2);
    await runAction(ports({ openArtifacts, gate }), start({ inputs: artifact }));
    expect(seen).toEqual(['loaded', 'run']);
  });

  test('of a token that can only read leaves comment and check run to the workflow that publishes it', async () => {
    await runAction(ports(), start({ inputs: { ...artifact, checkName: 'load' }, ...ofFork }));
    expect(store.uploaded).toHaveLength(1);
    expect(github.calls).toEqual([]);
    expect(runner.logger.at('info').join()).toContain('docs/recipes.md#forks');
  });

  test.each([
    [{ shard: '1/4' }, 3],
    [artifact, 0],
  ])('that could not be uploaded: with %j the status is %d', async (inputs, status) => {
    store = fakeArtifacts(new Error('no room'));
    const gate = gateOf(() => aResults({ verdict: 'pass' }));
    expect(await runAction(ports({ gate }), start({ inputs }))).toBe(status);
  });
});
