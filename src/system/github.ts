import { messageOf } from '../lib/errors.js';

/** The tip of a branch, and one file of it. */
export interface BranchFile {
  /** Commit that the branch was at. */
  readonly head: string;
  /** Undefined if the branch has no such file. */
  readonly content: string | undefined;
}

export interface FileCommit {
  readonly branch: string;
  readonly path: string;
  /** The whole file. */
  readonly content: string;
  readonly message: string;
  /** The commit that the content was made from; left out: the branch is made, with nothing else in it. */
  readonly head?: string;
}

/** A branch that holds data, read and written by git's objects alone: no checkout, and nothing is ever forced. */
export interface DataBranch {
  /** Undefined if there is no such branch. */
  readBranchFile(branch: string, path: string): Promise<BranchFile | undefined>;
  /**
   * One commit with the file. False, and nothing has changed, if the branch is no longer at `head`, or is there already
   * where it was to be made: read again.
   */
  commitFile(commit: FileCommit): Promise<boolean>;
}

interface Refusal {
  /** What could not be done: "the comment could not be written". */
  readonly what: string;
  /** The permission that it takes: `pull-requests: write`. */
  readonly permission: string;
  /** The event gives a token that can only read, whatever the workflow asks for. */
  readonly readOnly: boolean;
}

/** A limit that GitHub answers with the same statuses as a missing permission. */
const LIMITED = /rate limit|abuse|locked/i;

/** One warning that says what was refused, why, and what to do next. The verdict never hangs on it. */
export function explainRefusal(thrown: unknown, refusal: Refusal): string {
  return `${sayRefusal(thrown, refusal)} The verdict is not affected.`;
}

/** Whether GitHub refused because a permission is missing, as far as its answer tells. */
export function isForbidden(thrown: unknown): boolean {
  const status = thrown instanceof GitHubError ? thrown.status : undefined;
  return (status === 401 || status === 403 || status === 404) && !LIMITED.test(messageOf(thrown));
}

/** What was refused, why, and what to do next. */
export function sayRefusal(thrown: unknown, { what, permission, readOnly }: Refusal): string {
  const status = thrown instanceof GitHubError ? thrown.status : undefined;
  const said = `${what}: ${messageOf(thrown)}${status === undefined ? '' : ` (HTTP ${status})`}.`;
  if (!isForbidden(thrown)) return said;
  const advice = readOnly
    ? 'The token of a fork or of Dependabot can only read: upload the result with the input artifact, and let a second workflow publish it, see docs/recipes.md#forks.'
    : `Give the job the permission: "permissions: ${permission}".`;
  return `${said} It takes "${permission}". ${advice}`;
}

export interface PullRequestComment {
  readonly id: number;
  readonly body: string;
  /** Login of who wrote it, `NAME[bot]` for an app; undefined if the account is gone. */
  readonly author: string | undefined;
}

/** A pull request, as far as we need it. */
export interface PullRequest {
  readonly headSha: string;
  /** `owner/name` of where its commits are; undefined if that fork is gone. */
  readonly headRepository: string | undefined;
  readonly baseSha: string;
  readonly baseBranch: string;
  readonly author: string | undefined;
}

export interface CheckRunUpdate {
  readonly status: 'in_progress' | 'completed';
  readonly conclusion?: 'success' | 'failure' | 'neutral' | 'cancelled';
  readonly title: string;
  readonly summary: string;
}

/** A refusal by GitHub that retrying did not mend. */
export class GitHubError extends Error {
  /** HTTP status, or undefined if the API could not be reached. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.name = 'GitHubError';
    this.status = status;
  }
}

/** GitHub's API, as far as we need it; every method throws GitHubError and nothing else. */
export interface GitHub extends DataBranch {
  /** Login of the user that the token writes as, as in {@link PullRequestComment.author}. */
  tokenUser(): Promise<string>;
  pullRequest(number: number): Promise<PullRequest>;
  /** All pages. */
  listComments(pullRequest: number): Promise<readonly PullRequestComment[]>;
  createComment(pullRequest: number, body: string): Promise<number>;
  updateComment(id: number, body: string): Promise<void>;
  createCheckRun(name: string, sha: string, update: CheckRunUpdate): Promise<number>;
  updateCheckRun(id: number, update: CheckRunUpdate): Promise<void>;
}
