import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { makeRepository } from './repository.js';

const ROOT = join(import.meta.dirname, '..');
const WORKFLOWS = join(ROOT, '.github', 'workflows');

/**
 * What GitHub documents and the newest validator on npm (0.6.0) does not know yet; each is replaced by what it knows.
 * - `attestations: write`: docs.github.com, "Workflow syntax", `permissions`
 * - `using: node24`: docs.github.com, "Metadata syntax", `runs.using`
 */
const NEWER_THAN_THE_VALIDATOR: readonly (readonly [RegExp, string])[] = [
  [/^ +attestations: write\n/gmu, ''],
  [/using: ['"]?node24['"]?/gu, 'using: node20'],
];

const asValidatorKnows = (text: string): string =>
  NEWER_THAN_THE_VALIDATOR.reduce((known, [newer, older]) => known.replaceAll(newer, older), text);

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: Step[];
        readonly permissions?: unknown;
        readonly 'timeout-minutes'?: number;
        readonly environment?: string;
        readonly needs?: string;
      }
    >
  >;
}

const read = (path: string): string => readFileSync(path, 'utf8');

const workflows = readdirSync(WORKFLOWS)
  .filter((name) => /\.ya?ml$/u.test(name))
  .map((name) => ({ name, text: read(join(WORKFLOWS, name)) }));

test('there are workflows to look at', () => {
  expect(workflows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ci.yml', 'codeql.yml', 'nightly.yml', 'release.yml', 'self-test.yml']),
  );
});

describe.each(workflows)('$name', ({ text }) => {
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);

  test('is a valid workflow', () => {
    expect(validateWorkflow(asValidatorKnows(text)).errors).toEqual([]);
  });

  test('pins every action by a full commit, with its version beside it', () => {
    const uses = text.match(/uses: .*$/gmu) ?? [];
    const foreign = uses.filter((line) => line !== 'uses: ./');
    const pinned = /^uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u;
    expect(foreign.filter((line) => !pinned.test(line))).toEqual([]);
  });

  test('takes every permission away, and each job states what it needs', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) {
      expect(job.permissions).toEqual(expect.objectContaining({ contents: expect.any(String) as unknown }));
    }
  });

  test('has a concurrency group, and a timeout on every job', () => {
    expect(workflow.concurrency).toBeDefined();
    expect(jobs.map((job) => typeof job['timeout-minutes'])).toEqual(jobs.map(() => 'number'));
  });

  test('puts no expression into a script, where it would be code', () => {
    const scripts = jobs.flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });
});

test('one commit stands for one version in all workflows', () => {
  const pins = workflows.flatMap(({ text }) => text.match(/uses: \S+@\S+ # \S+$/gmu) ?? []);
  const byAction = new Map<string, Set<string>>();
  for (const pin of pins) {
    const [, action = '', rest = ''] = /uses: ([\w-]+\/[\w-]+)\S*?@(.*)$/u.exec(pin) ?? [];
    byAction.set(action, (byAction.get(action) ?? new Set()).add(rest));
  }
  expect([...byAction].filter(([, versions]) => versions.size > 1)).toEqual([]);
});

test('only the release may write to the repository', () => {
  const writers = workflows.filter(({ text }) => text.includes('contents: write')).map(({ name }) => name);
  expect(writers).toEqual(['release.yml']);
});

describe('a release', () => {
  const release = parse(read(join(WORKFLOWS, 'release.yml'))) as Workflow;

  test('that writes or publishes anything waits for the environment', () => {
    for (const [name, job] of Object.entries(release.jobs)) {
      const writes = Object.entries(job.permissions as object).some(
        ([, level]) => level === 'write' && name !== 'attest',
      );
      expect([name, job.environment]).toEqual([name, writes ? 'release' : undefined]);
    }
  });

  test('builds before it attests, and attests before it publishes', () => {
    const order = Object.entries(release.jobs).map(([name, { needs }]) => [name, needs]);
    expect(order).toEqual([
      ['build', undefined],
      ['attest', 'build'],
      ['npm', 'attest'],
      ['publish', 'attest'],
    ]);
  });

  test('is published with provenance, without a token that is kept and without any script', () => {
    const published = release.jobs['npm']?.steps.map(({ run }) => run ?? '').join('\n');
    expect(published).toMatch(/npm publish --provenance .*--ignore-scripts/u);
    expect(read(join(WORKFLOWS, 'release.yml'))).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/u);
    expect(release.jobs['npm']?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  test.each([
    ['the tip of main', 'main', 0],
    ['an older commit of main', 'main~1', 0],
    ['a branch that was never merged', 'topic', 1],
    ['a commit on top of main', 'ahead', 1],
    ['a commit that shares no history', 'orphan', 1],
  ])('of %s (%s) ends its first check with %i', (_what, ref, status) => {
    const script = release.jobs['build']?.steps.find(({ name }) => name === 'the commit is on main')?.run;
    const origin = makeRepository();
    origin.commit('one');
    origin.git('branch', 'topic');
    origin.commit('two');
    for (const branch of ['topic', 'ahead']) {
      origin.git('checkout', '-q', ...(branch === 'ahead' ? ['-b'] : []), branch);
      origin.commit(branch);
      origin.git('checkout', '-q', 'main');
    }
    origin.git('checkout', '-q', '--orphan', 'orphan');
    origin.commit('orphan');
    origin.git('tag', 'v9.9.9', ref);
    const clone = origin.clone();
    clone.git('checkout', '-q', '--detach', 'v9.9.9');
    const end = spawnSync('bash', ['--norc', '-eo', 'pipefail', '-c', script ?? 'exit 99'], {
      cwd: clone.folder,
      env: { PATH: process.env.PATH, GITHUB_REF_NAME: 'v9.9.9' },
      encoding: 'utf8',
    });
    expect(end.status).toBe(status);
    expect(end.stdout.includes('::error::v9.9.9')).toBe(status !== 0);
  });
});

test('action.yml is a valid action', () => {
  expect(validateAction(asValidatorKnows(read(join(ROOT, 'action.yml')))).errors).toEqual([]);
});

test('the validator refuses what is wrong, and still does not know what is listed above', () => {
  const release = workflows.find(({ name }) => basename(name) === 'release.yml')?.text ?? '';
  expect(validateWorkflow('on: push\njobs: {a: {runs-on: x, stepz: []}}').errors).not.toEqual([]);
  // When these fail, the validator has caught up: take the line out of the list.
  expect(validateWorkflow(release).errors).not.toEqual([]);
  expect(validateAction('name: a\ndescription: b\nruns: {using: node24, main: a.js}').errors).not.toEqual([]);
});

/* Workflows that the docs tell people to copy. */

interface DocumentedStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface DocumentedWorkflow {
  readonly on?: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs?: Readonly<
    Record<
      string,
      { readonly permissions?: Readonly<Record<string, string>>; readonly steps?: DocumentedStep[] }
    >
  >;
  readonly steps?: DocumentedStep[];
}

const blocks = [...read(join(ROOT, 'docs', 'recipes.md')).matchAll(/^```yaml\n(.*?)^```$/gmsu)].map(
  ([, text = '']) => ({ text, value: parse(text) as DocumentedWorkflow | DocumentedStep[] | null }),
);
const documented = blocks.flatMap(({ text, value }) =>
  value !== null && !Array.isArray(value) && 'on' in value && value.jobs !== undefined
    ? [{ text, value }]
    : [],
);
const OURS = /^flowgate\/flowgate(?:\/(publish|merge))?@/u;

/** Every step of ours in whole workflows and in parts of them, with the action that it uses. */
const stepsOfOurs = blocks.flatMap(({ value }) => {
  if (value === null || typeof value !== 'object') return [];
  const lists = Array.isArray(value)
    ? [value]
    : [value.steps, ...Object.values(value.jobs ?? {}).map(({ steps }) => steps)];
  return lists.flatMap((steps) => steps ?? []).filter(({ uses = '' }) => OURS.test(uses));
});

function inputsOf(uses: string): readonly string[] {
  const [, folder = '.'] = OURS.exec(uses) ?? [];
  const { inputs } = parse(read(join(ROOT, folder, 'action.yml'))) as { inputs: object };
  return Object.keys(inputs);
}

/** What the token must be able to do, by what the step asks for and by the events of its workflow. */
function needed({ with: given = {} }: DocumentedStep, on: unknown): Readonly<Record<string, string>> {
  const events =
    typeof on === 'string' ? [on] : Array.isArray(on) ? (on as string[]) : Object.keys(on as object);
  const comments =
    given['comment'] !== 'never' && events.some((event) => /^pull_request|^issue_comment/u.test(event));
  return {
    contents: given['history'] === true ? 'write' : 'read',
    ...(comments ? { 'pull-requests': 'write' } : {}),
    ...('check-name' in given ? { checks: 'write' } : {}),
  };
}

describe('the recipes', () => {
  test('have whole workflows and steps to look at', () => {
    expect([documented.length >= 6, stepsOfOurs.length >= 8]).toEqual([true, true]);
  });

  test.each(documented)('workflow $# is one that GitHub takes', ({ text }) => {
    expect(validateWorkflow(asValidatorKnows(text)).errors).toEqual([]);
  });

  test('give no input that the action does not have', () => {
    const unknown = stepsOfOurs.flatMap(({ uses = '', with: given = {} }) =>
      Object.keys(given).filter((name) => !inputsOf(uses).includes(name)),
    );
    expect(unknown).toEqual([]);
  });

  test.each(documented)(
    'workflow $# has the permissions that it needs',
    ({ value: { on, jobs = {}, ...whole } }) => {
      for (const { steps = [], permissions = whole.permissions } of Object.values(jobs)) {
        for (const step of steps.filter(({ uses = '' }) => /^flowgate\/flowgate@/u.test(uses))) {
          expect(permissions).toMatchObject(needed(step, on));
        }
      }
    },
  );

  test('leave no token behind for the flows', () => {
    const checkouts = documented.flatMap(({ value }) =>
      Object.values(value.jobs ?? {}).flatMap(({ steps = [] }) =>
        steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@')),
      ),
    );
    expect(checkouts.filter(({ with: given }) => given?.['persist-credentials'] !== false)).toEqual([]);
  });
});
