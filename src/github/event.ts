import { z } from 'zod';
import type { EventBase } from '../compare/trees/base.js';
import type { Files } from '../system/ports.js';

/** What the workflow run is about, as far as its event says. */
export interface Occasion {
  /** The pull request to comment on; without one there is no comment, and that is no error. */
  readonly pullRequest?: number;
  /**
   * What a check run belongs to: the head of the pull request and never its merge commit, else what was pushed.
   * Undefined where an event names a pull request and not its head: GitHub has to be asked.
   */
  readonly headSha?: string;
  /** The head is in another repository, or in one that is gone. */
  readonly isFork: boolean;
  readonly dependabot: boolean;
  /**
   * The token can only read, whatever permissions the workflow asks for: GitHub gives such a one to the pull request of
   * a fork and to what Dependabot starts, but not to the events that run the base branch's own workflow.
   */
  readonly readOnly: boolean;
  readonly defaultBranch?: string;
  /** It is the default branch's own code that runs, by one of its own events. */
  readonly onDefaultBranch: boolean;
  /** What the event says of the commit that head is to be compared with. */
  readonly base: EventBase;
}

interface RunnerEvent {
  /** GITHUB_EVENT_NAME. */
  readonly name: string;
  /** The parsed file at GITHUB_EVENT_PATH; whatever is missing or of another form counts as not said. */
  readonly payload: unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const text = z.string().min(1).optional().catch(undefined);
const repository = z
  .object({ full_name: text, default_branch: text, id: z.int().optional().catch(undefined) })
  .nullish()
  .catch(undefined);
const side = z.object({ sha: text, ref: text, repo: repository }).optional().catch(undefined);
const user = z.object({ login: text }).nullish().catch(undefined);
const number = z.int().positive();

const listedPullRequest = z.object({
  number,
  head: z.object({ sha: text }).optional(),
  base: z.object({ repo: repository }).optional(),
});

const payloadSchema = z.object({
  repository,
  ref: text,
  before: text,
  after: text,
  merge_group: z.object({ head_sha: text, base_sha: text, base_ref: text }).optional().catch(undefined),
  pull_request: z
    .object({ number: number.optional().catch(undefined), head: side, base: side, user })
    .optional()
    .catch(undefined),
  /** With a member `pull_request`, it is one. */
  issue: z
    .object({ number, pull_request: z.object({}) })
    .optional()
    .catch(undefined),
  workflow_run: z
    .object({
      head_sha: text,
      head_repository: repository,
      actor: user,
      pull_requests: z.array(listedPullRequest).catch([]),
    })
    .optional()
    .catch(undefined),
});

type Payload = z.infer<typeof payloadSchema>;
type Subject = Pick<Occasion, 'pullRequest' | 'headSha'> & { isFork: boolean; author?: string };

/** A fork's pull request gets a token that can only read by these events; what is checked out is its merge. */
const READS_ONLY = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];

/** Whether the runner itself checks out the pull request that the event is about. */
export function checksOutPullRequest(event: string): boolean {
  return READS_ONLY.includes(event);
}

const DEPENDABOT = 'dependabot[bot]';
/** What a push that deletes a branch has as its new head, and one that makes a branch as the one before. */
const NO_COMMIT = /^0+$/;

/** Reads the event, of whatever kind; never throws. Only what the event itself names is used. */
export function readEvent({ name, payload, env }: RunnerEvent): Occasion {
  const parsed = payloadSchema.safeParse(payload);
  const event: Payload = parsed.success ? parsed.data : {};
  const subject = subjectOf(name, event);
  const isHeadUnknown = subject.pullRequest !== undefined && subject.headSha === undefined;
  const headSha = [subject.headSha, isHeadUnknown ? undefined : env.GITHUB_SHA].find(
    (sha) => sha !== undefined && sha !== '' && !NO_COMMIT.test(sha),
  );
  const defaultBranch = event.repository?.default_branch;
  const dependabot = env.GITHUB_ACTOR === DEPENDABOT || subject.author === DEPENDABOT;
  return {
    isFork: subject.isFork,
    dependabot,
    onDefaultBranch: isOfDefaultBranch(name, env.GITHUB_REF, defaultBranch),
    readOnly:
      (checksOutPullRequest(name) && (subject.isFork || dependabot)) || (name === 'push' && dependabot),
    pullRequest: subject.pullRequest,
    headSha,
    defaultBranch,
    base: baseOf(name, env.GITHUB_REF, event),
  };
}

/**
 * A schedule runs on the default branch only, and its payload need not name that. A pull_request_target and a
 * workflow_run bear the ref of the default branch too, whosever code they check out: they are none of its own.
 */
function isOfDefaultBranch(name: string, ref: string | undefined, branch: string | undefined): boolean {
  if (name === 'schedule') return true;
  if (name !== 'push' && name !== 'workflow_dispatch') return false;
  return branch !== undefined && ref === `refs/heads/${branch}`;
}

function subjectOf(name: string, event: Payload): Subject {
  switch (name) {
    case 'pull_request':
    case 'pull_request_target':
    case 'pull_request_review':
    case 'pull_request_review_comment':
      return ofPullRequest(event);
    case 'issue_comment':
      return { isFork: false, pullRequest: event.issue?.number };
    case 'merge_group':
      return commit(event.merge_group?.head_sha);
    case 'push':
      return commit(event.after);
    case 'workflow_run':
      return ofWorkflowRun(event);
    default:
      return commit(undefined);
  }
}

function commit(sha: string | undefined): Subject {
  return { isFork: false, headSha: sha };
}

function ofPullRequest({ pull_request: pull, repository: home }: Payload): Subject {
  if (pull?.number === undefined) return commit(undefined);
  return {
    ...commit(pull.head?.sha),
    pullRequest: pull.number,
    // The head's repository is null once the fork was deleted.
    isFork: pull.head?.repo?.full_name !== (pull.base?.repo?.full_name ?? home?.full_name),
    author: pull.user?.login,
  };
}

/**
 * The run that this one follows. It lists the pull requests of its head branch, those of other repositories too, and
 * none for a fork: only a pull request of this repository, at the very commit that ran, is the one that is meant.
 */
function ofWorkflowRun({ workflow_run: run, repository: home }: Payload): Subject {
  if (run === undefined) return commit(undefined);
  const meant = run.pull_requests.filter(
    ({ head, base }) => head?.sha === run.head_sha && (home?.id === undefined || base?.repo?.id === home.id),
  );
  const [only] = meant;
  return {
    ...commit(run.head_sha),
    isFork: run.head_repository?.full_name !== home?.full_name,
    author: run.actor?.login,
    pullRequest: meant.length === 1 ? only?.number : undefined,
  };
}

/** Events whose payload has a pull request that the run is about. */
const PULL_REQUEST = /^pull_request(_target|_review|_review_comment)?$/;

/** Only what the event itself names is used. */
function baseOf(name: string, runsOn: string | undefined, event: Payload): EventBase {
  if (name === '') return { kind: 'none' };
  const { pull_request: pull, merge_group: group, ref } = event;
  const [base, head] = [commitName(pull?.base?.sha), commitName(pull?.head?.sha)];
  if (PULL_REQUEST.test(name) && base !== undefined && head !== undefined) {
    return { kind: 'pull_request', branch: pull?.base?.ref ?? 'the base', base, head };
  }
  const groupBase = commitName(group?.base_sha);
  if (name === 'merge_group' && groupBase !== undefined) {
    return { kind: 'merge_group', branch: branchOf(group?.base_ref) ?? 'the base', base: groupBase };
  }
  // A schedule runs on the default branch and nothing else, and its payload has no repository to name it.
  const defaultBranch =
    event.repository?.default_branch ?? (name === 'schedule' ? branchOf(runsOn) : undefined);
  const branch = branchOf(ref);
  if (name === 'push' && branch !== undefined) {
    const before = commitName(event.before);
    const isNew = before === undefined || NO_COMMIT.test(before);
    return { kind: 'push', branch, before: isNew ? undefined : before, defaultBranch };
  }
  return { kind: 'other', defaultBranch };
}

/** A commit's name, of SHA-1 or of SHA-256; nothing else is handed to git. */
function commitName(sha: string | undefined): string | undefined {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha ?? '') ? sha : undefined;
}

/** `refs/heads/main` → `main`; undefined for a tag. */
function branchOf(ref: string | undefined): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1];
}

/** Bytes: GitHub sends no event that is larger (docs, webhook payloads: 25 MB). */
const LARGEST_EVENT = 25e6;

/** The event's payload; undefined if there is none to read, as in a local run. */
export async function readPayload(
  files: Pick<Files, 'read'>,
  { GITHUB_EVENT_PATH: path = '' }: RunnerEvent['env'],
): Promise<unknown> {
  try {
    return JSON.parse((await files.read(path, LARGEST_EVENT)) ?? '');
  } catch {
    return undefined;
  }
}
