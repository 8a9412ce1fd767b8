import { createHash } from 'node:crypto';
import { VERDICTS, type Verdict } from '../model/verdict.js';

/** What a comment of ours says about itself, in an HTML comment that nobody sees. */
export interface Marker {
  /** Which of the repository's jobs it belongs to: one comment a pull request and key. */
  readonly key: string;
  /** GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT. */
  readonly run: number;
  readonly attempt: number;
  readonly verdict: Verdict;
}

export interface CommentOwner {
  /** GITHUB_WORKFLOW and GITHUB_JOB. */
  readonly workflow: string;
  readonly job: string;
  /** The job's matrix as JSON; null, empty or left out without a matrix. */
  readonly matrix?: string;
  /** GITHUB_ACTION, unique among the job's steps: the step's `id`, or a name that GitHub makes of what it uses. */
  readonly step?: string;
  /** The name under which the shards of one gate are joined; its comment is one for all of them. */
  readonly shardGroup?: string;
}

/** Between the job and the step; the parts themselves are percent-encoded and never hold one. */
const STEP = '#';
/** What the runner may name a step inside a composite action; it is another one in every run. */
const MADE_ANEW = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;

const PATTERN = /^\s*<!-- flowgate:(\S+) run=(\d{1,16}) attempt=(\d{1,16}) verdict=([a-z]+) -->/;

/** `workflow/job`, then a short hash of the matrix if the job has one, then `#step` if it is known by name. */
export function commentKey({ workflow, job, matrix, step = '', shardGroup }: CommentOwner): string {
  const leg = shardGroup ?? matrixHash(matrix);
  const path = [workflow, job, leg]
    .filter((part) => part !== undefined)
    .map(encode)
    .join('/');
  const alone = shardGroup !== undefined || step === '' || MADE_ANEW.test(step);
  return alone ? path : `${path}${STEP}${encode(step)}`;
}

/** The key of the whole job, under which comments were written before steps had their own. */
export function keyOfJob(key: string): string {
  const [path = key] = key.split(STEP);
  return path;
}

/** The marker as the first line of the comment's body. */
export function formatMarker({ key, run, attempt, verdict }: Marker): string {
  return `<!-- flowgate:${key} run=${run} attempt=${attempt} verdict=${verdict} -->`;
}

/** The marker that a comment's body begins with; undefined if the comment is none of ours. */
export function parseMarker(body: string): Marker | undefined {
  const [, key, run, attempt, word] = PATTERN.exec(body) ?? [];
  const verdict = VERDICTS.find((known) => known === word);
  if (key === undefined || verdict === undefined) return undefined;
  return { key, run: Number(run), attempt: Number(attempt), verdict };
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

function matrixHash(matrix: string | undefined): string | undefined {
  const canonical = canonicalMatrix(matrix?.trim() ?? '');
  if (['', 'null', '{}', '[]', '""'].includes(canonical)) return undefined;
  return createHash('sha256').update(canonical).digest('hex').slice(0, 8);
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
