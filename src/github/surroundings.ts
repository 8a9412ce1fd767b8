import type { Inputs } from '../config/inputs.js';
import type { Results } from '../model/results.js';
import { commentKey, givenKey, type Marker, shortHash, workflowPath } from './comment.js';
import { type Occasion, readEvent } from './event.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What a run on GitHub is part of, read once from the runner's variables and the event. */
export interface Surroundings {
  readonly occasion: Occasion;
  /** Absolute: where the repository is checked out. */
  readonly workspace: string;
  readonly git: Results['git'];
  readonly run?: NonNullable<Results['run']>;
  /** Key of the comment; see marker.ts. */
  readonly key: string;
  /** What tells this invocation of the action from another one with the same key. */
  readonly invocation: Pick<Marker, 'inputs' | 'nonce'>;
}

interface SurroundingsSource {
  readonly env: Env;
  /** The event's payload, parsed; undefined if there is none. */
  readonly payload: unknown;
  /** Input `matrix`. */
  readonly matrix?: string;
  readonly inputs: Inputs;
  /** Random, of this invocation; hexadecimal digits. */
  readonly nonce: string;
  /** Where the process runs, if GITHUB_WORKSPACE does not say better. */
  readonly cwd: string;
}

/** Pure; never throws: a variable that is missing, as in a local run, is left out. */
export function readSurroundings(source: SurroundingsSource): Surroundings {
  const { env, payload, inputs, matrix, nonce, cwd } = source;
  const occasion = readEvent({ name: env.GITHUB_EVENT_NAME ?? '', payload, env });
  const run = readRun(env, matrix);
  return {
    occasion,
    workspace: given(env.GITHUB_WORKSPACE) ?? cwd,
    git: readGit(env, occasion),
    run,
    key: keyOf(source),
    invocation: { inputs: shortHash(JSON.stringify(Object.entries(inputs).sort())), nonce },
  };
}

function keyOf({ env, inputs, matrix }: SurroundingsSource): string {
  const named = inputs.commentKey?.trim() ?? '';
  if (named !== '') return givenKey(named);
  const reference = given(env.GITHUB_WORKFLOW_REF);
  // Only an old GitHub Enterprise Server has no GITHUB_WORKFLOW_REF.
  const workflow =
    reference === undefined ? env.GITHUB_WORKFLOW : workflowPath(reference, env.GITHUB_REPOSITORY);
  return commentKey({
    workflow: given(workflow) ?? 'workflow',
    job: given(env.GITHUB_JOB) ?? 'job',
    matrix,
    step: env.GITHUB_ACTION ?? '',
  });
}

function readGit(env: Env, { headSha }: Occasion): Results['git'] {
  // GITHUB_HEAD_REF is the branch of a pull request; GITHUB_REF_NAME would be its merge ref, 12/merge.
  const ref = given(env.GITHUB_HEAD_REF) ?? given(env.GITHUB_REF_NAME);
  const repository = given(env.GITHUB_REPOSITORY);
  return { sha: headSha, ref, repository };
}

function readRun(env: Env, matrix: string | undefined): Surroundings['run'] {
  const id = Number(given(env.GITHUB_RUN_ID) ?? Number.NaN);
  if (!Number.isSafeInteger(id)) return undefined;
  const server = given(env.GITHUB_SERVER_URL) ?? 'https://github.com';
  return {
    url: `${server}/${env.GITHUB_REPOSITORY ?? ''}/actions/runs/${id}`,
    id,
    number: count(env.GITHUB_RUN_NUMBER),
    attempt: count(env.GITHUB_RUN_ATTEMPT),
    workflow: env.GITHUB_WORKFLOW ?? '',
    job: env.GITHUB_JOB ?? '',
    leg: legOf(matrix),
  };
}

/** `ubuntu-latest, 20`: the values of a matrix; undefined where there is none. */
function legOf(matrix = 'null'): string | undefined {
  let values: unknown;
  try {
    values = JSON.parse(matrix);
  } catch {
    return undefined;
  }
  if (typeof values !== 'object' || values === null) return undefined;
  const words = Object.values(values).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  return words.length === 0 ? undefined : words.join(', ');
}

function count(text: string | undefined): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : 1;
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
