import { createHash } from 'node:crypto';
import type { CommentMode } from '../config/inputs.js';
import { type Verdict, VERDICTS } from '../model/results.js';
import { explainRefusal, type GitHub, GitHubError, type PullRequestComment } from '../system/github.js';
import type { Logger } from '../system/ports.js';

export interface CommentRequest {
  /** Without one there is no comment, and that is no error. */
  readonly pullRequest?: number;
  readonly marker: Marker;
  readonly mode: CommentMode;
  /** A fork's or Dependabot's run: its token can only read. */
  readonly readOnly: boolean;
  /** The whole body, beginning with the marker that it is given. */
  readonly render: (marker: string) => string;
}

interface CommentPorts {
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  readonly logger: Logger;
}

/** A comment of ours that is there already. */
interface Standing {
  readonly id: number;
  readonly marker: Marker;
}

/**
 * Writes the one comment of this key: updated in place if it is there, created if not, left alone if a newer run has
 * written it. Never throws: a refusal is a warning that says what to do.
 * @returns the id of the comment that now stands; undefined if there is none
 */
export async function publishComment(
  { github, logger }: CommentPorts,
  request: CommentRequest,
): Promise<number | undefined> {
  const { mode, marker, pullRequest } = request;
  if (pullRequest === undefined || mode === 'never') return undefined;
  if (github === undefined) {
    logger.warn('There is no comment without a token: give the action the input github-token.');
    return undefined;
  }
  try {
    const body = request.render(formatMarker(marker));
    const author = await github.tokenUser();
    // Listed last of all, right before writing: another run may have written while this one was measuring.
    const standing = withKey(await github.listComments(pullRequest), { marker, author });
    const others = standing.filter((comment) => isOfAnotherStep(comment.marker, marker));
    if (others.length > 0) logger.warn(SHARED_KEY);
    const mine = mineOf(
      standing.filter((comment) => !others.includes(comment)),
      marker,
    );
    const reason = reasonToLeave(request, { standing, mine });
    if (reason !== undefined) {
      logger.info(`The comment was left as it is: ${reason}.`);
      return (mine ?? standing[0])?.id;
    }
    if (mine === undefined) return await github.createComment(pullRequest, body);
    return await rewrite(github, pullRequest, { id: mine.id, body });
  } catch (thrown) {
    const refusal = {
      what: 'The comment could not be written',
      permission: 'pull-requests: write',
      readOnly: request.readOnly,
    };
    logger.warn(explainRefusal(thrown, refusal));
    return undefined;
  }
}

const SHARED_KEY =
  'Another step of this run writes a comment with the same key, as when one reusable workflow is called twice. ' +
  'Each keeps its own comment. Give each step the input comment-key, so that it finds its own again.';

/** In place; anew if it was deleted since it was listed. */
async function rewrite(
  github: GitHub,
  pullRequest: number,
  { id, body }: { id: number; body: string },
): Promise<number> {
  try {
    await github.updateComment(id, body);
    return id;
  } catch (thrown) {
    // A token that may not write to a repository that it can read is answered 403.
    if (!(thrown instanceof GitHubError) || thrown.status !== 404) throw thrown;
    return github.createComment(pullRequest, body);
  }
}

/** Comments of this key by the token's own user, oldest first. */
function withKey(
  comments: readonly PullRequestComment[],
  { marker: mine, author }: { marker: Marker; author: string },
): Standing[] {
  return comments
    .filter((comment) => comment.author === author)
    .flatMap(({ id, body }) => {
      const marker = parseMarker(body);
      const isOurs = marker?.key === mine.key && isPlausible(marker, mine);
      return isOurs ? [{ id, marker }] : [];
    })
    .sort((a, b) => a.id - b.id);
}

/**
 * Another step of the same run has written it: in the same attempt each step has a nonce of its own, and in an earlier
 * attempt the same step had the same inputs.
 */
function isOfAnotherStep(theirs: Marker, mine: Marker): boolean {
  if (theirs.run !== mine.run) return false;
  if (theirs.attempt === mine.attempt) return theirs.nonce !== mine.nonce;
  return theirs.attempt < mine.attempt && theirs.inputs !== mine.inputs;
}

/**
 * Which comment to update where steps share a key: first one with the same inputs, then the one with the mildest verdict,
 * then the oldest. So no failure is painted over while a milder comment could be written instead.
 */
function mineOf(standing: readonly Standing[], { inputs }: Marker): Standing | undefined {
  const rank = ({ marker }: Standing): number =>
    (marker.inputs === inputs ? 0 : SEVERITY.length) + SEVERITY.indexOf(marker.verdict);
  return [...standing].sort((a, b) => rank(a) - rank(b) || a.id - b.id)[0];
}

const SEVERITY: readonly Verdict[] = ['pass', 'warn', 'inconclusive', 'fail'];

function reasonToLeave(
  { marker, mode }: CommentRequest,
  { standing, mine }: { standing: readonly Standing[]; mine: Standing | undefined },
): string | undefined {
  if (standing.some((comment) => compareAge(comment.marker, marker) > 0)) return 'a newer run has written it';
  if (mode === 'on-change' && mine?.marker.verdict === marker.verdict) return 'the verdict is the same';
  if (mode === 'on-problem' && mine === undefined && marker.verdict === 'pass') return 'there is no problem';
  return undefined;
}

/** What a comment of ours says about itself, in an HTML comment that nobody sees. */
export interface Marker {
  /** Which of the repository's jobs it belongs to: one comment a pull request and key. */
  readonly key: string;
  /** GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT. */
  readonly run: number;
  readonly attempt: number;
  readonly verdict: Verdict;
  /** Hash of the action's inputs: two calls of one reusable workflow share the key, but seldom these. */
  readonly inputs: string;
  /** Random, of one invocation of the action: it tells two steps with the same key in one run apart. */
  readonly nonce: string;
}

interface CommentOwner {
  /** The path of the workflow file, see {@link workflowPath}, and GITHUB_JOB. */
  readonly workflow: string;
  readonly job: string;
  /** The job's matrix as JSON; null, empty or left out without a matrix. */
  readonly matrix?: string;
  /** GITHUB_ACTION, unique among the job's steps: the step's `id`, or a name that GitHub makes of what it uses. */
  readonly step?: string;
}

/** Between the job and the step, and before a given key; the parts themselves are percent-encoded and never hold one. */
const STEP = '#';
/** Characters of a key: a longer one is replaced by its hash, so that the marker never crowds out the comment. */
const LONGEST_KEY = 300;
/** What the runner may name a step inside a composite action; it is another one in every run. */
const MADE_ANEW = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;

const PATTERN =
  /^\s*<!-- flowgate:(\S+) run=(\d{1,16}) attempt=(\d{1,16}) verdict=([a-z]+) inputs=([0-9a-f]{8}) by=([0-9a-f]{1,32}) -->/;

/** `workflow/job`, then a short hash of the matrix if the job has one, then `#step` if it is known by name. */
export function commentKey({ workflow, job, matrix, step = '' }: CommentOwner): string {
  const path = [workflow, job, matrixHash(matrix)]
    .filter((part) => part !== undefined)
    .map(encode)
    .join('/');
  const alone = step === '' || MADE_ANEW.test(step);
  return bounded(alone ? path : `${path}${STEP}${encode(step)}`);
}

/** The key that the input `comment-key` gives; it is never the same as one that {@link commentKey} makes. */
export function givenKey(name: string): string {
  return bounded(`${STEP}${encode(name)}`);
}

/**
 * GITHUB_WORKFLOW_REF is `OWNER/REPO/.github/workflows/ci.yml@refs/heads/x`: the path tells two workflows of the same
 * name apart, and the ref would make another key on every branch. A workflow of another repository, which an
 * organization requires, keeps that repository's name.
 */
export function workflowPath(reference: string, repository: string | undefined): string {
  const [path = reference] = reference.split('@');
  const prefix = `${repository ?? ''}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** The marker as the first line of the comment's body. */
export function formatMarker({ key, run, attempt, verdict, inputs, nonce }: Marker): string {
  const from = `run=${run} attempt=${attempt} verdict=${verdict} inputs=${inputs} by=${nonce}`;
  return `<!-- flowgate:${key} ${from} -->`;
}

/** The marker that a comment's body begins with; undefined if the comment is none of ours. */
export function parseMarker(body: string): Marker | undefined {
  const [, key, run, attempt, word, inputs = '', nonce = ''] = PATTERN.exec(body) ?? [];
  const verdict = VERDICTS.find((known) => known === word);
  if (key === undefined || verdict === undefined) return undefined;
  return { key, run: Number(run), attempt: Number(attempt), verdict, inputs, nonce };
}

/** Negative if `a` was measured by an older run than `b`, 0 if by the same: by run id, then by attempt. */
export function compareAge(a: Marker, b: Marker): number {
  return a.run - b.run || a.attempt - b.attempt;
}

/** More run ids than GitHub gives out while a pull request's two runs overlap. */
const FARTHEST = 1e9;

/** Whether a marker can be one of ours: a run id far in the future was written by somebody who wants to silence us. */
export function isPlausible(theirs: Marker, ours: Marker): boolean {
  return theirs.run <= ours.run + FARTHEST;
}

/** Percent-encoded, so that a name has no space and can not end the HTML comment. */
function encode(name: string): string {
  // Through a buffer: a lone surrogate, which Windows allows in a variable, could not be encoded.
  return encodeURIComponent(Buffer.from(name).toString());
}

function bounded(key: string): string {
  return key.length <= LONGEST_KEY ? key : shortHash(key);
}

/** 8 hexadecimal digits: enough to tell the few comments of one pull request apart. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function matrixHash(matrix: string | undefined): string | undefined {
  const canonical = canonicalMatrix(matrix?.trim() ?? '');
  if (['', 'null', '{}', '[]', '""'].includes(canonical)) return undefined;
  return shortHash(canonical);
}

/** The same matrix gives the same text however it was indented and ordered. */
function canonicalMatrix(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), (_key, value: unknown) => sorted(value));
  } catch {
    return json;
  }
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
