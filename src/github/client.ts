import { messageOf } from '../lib/errors.js';
import {
  type BranchFile,
  type CheckRunUpdate,
  type FileCommit,
  type GitHub,
  GitHubError,
  type PullRequest,
  type PullRequestComment,
} from '../system/github.js';
import { type GitHubOptions, type Octokit, openOctokit } from './octokit.js';

/** REST's `GET /user` refuses the token of a job or of an app; GraphQL names whose it is (`github-actions[bot]`). */
const TOKEN_USER = 'query { viewer { login } }';
/** GitHub's largest page. */
const PAGE = 100;
const LONGEST_MESSAGE = 300;
/** Seconds before a comment is tried again whose creation was not confirmed. */
const CREATE_BACKOFF = [1, 4, 9];

interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

interface TokenUser {
  readonly viewer: { readonly login: string };
}

/** Octokit behind the port: whatever goes wrong is a GitHubError, and no message holds the token. */
export function connectGitHub(options: GitHubOptions): GitHub {
  const octokit = openOctokit(options);
  const repository = splitRepository(options.repository);
  const told = <T>(call: Promise<T>): Promise<T> =>
    call.catch((thrown: unknown) => {
      throw toGitHubError(thrown, options.token);
    });
  const list = (pullRequest: number): Promise<PullRequestComment[]> =>
    told(listComments(octokit, repository, pullRequest));
  return {
    tokenUser: async () => (await told(octokit.graphql<TokenUser>(TOKEN_USER))).viewer.login,
    pullRequest: (number) => told(readPullRequest(octokit, repository, number)),
    listComments: list,
    createComment: (pullRequest, body) =>
      createOnce({
        create: () => told(createComment(octokit, repository, { pullRequest, body })),
        find: async () => (await list(pullRequest)).find((comment) => sameText(comment.body, body))?.id,
        second: options.second ?? 1000,
      }),
    updateComment: async (id, body) => {
      await told(octokit.rest.issues.updateComment({ ...repository, comment_id: id, body }));
    },
    createCheckRun: async (name, sha, update) => {
      const created = await told(
        octokit.rest.checks.create({ ...repository, name, head_sha: sha, ...checkRun(update) }),
      );
      return created.data.id;
    },
    updateCheckRun: async (id, update) => {
      await told(octokit.rest.checks.update({ ...repository, check_run_id: id, ...checkRun(update) }));
    },
    readBranchFile: (branch, path) => told(readBranchFile(octokit, repository, { branch, path })),
    commitFile: (commit) => told(commitFile(octokit, repository, commit)),
  };
}

async function readPullRequest(
  octokit: Octokit,
  repository: RepositoryName,
  number: number,
): Promise<PullRequest> {
  const { data } = await octokit.rest.pulls.get({ ...repository, pull_number: number });
  // Null where the fork was deleted, which GitHub's types leave out.
  const headRepository = data.head.repo as { full_name: string } | null;
  return {
    headSha: data.head.sha,
    headRepository: headRepository?.full_name,
    baseSha: data.base.sha,
    baseBranch: data.base.ref,
    author: data.user.login,
  };
}

async function listComments(
  octokit: Octokit,
  repository: RepositoryName,
  pullRequest: number,
): Promise<PullRequestComment[]> {
  const comments = await octokit.paginate(octokit.rest.issues.listComments, {
    ...repository,
    issue_number: pullRequest,
    per_page: PAGE,
  });
  return comments.map(({ id, body, user }) => ({ id, body: body ?? '', author: user?.login }));
}

async function createComment(
  octokit: Octokit,
  repository: RepositoryName,
  { pullRequest, body }: { pullRequest: number; body: string },
): Promise<number> {
  // Not retried by the plugin: what is not idempotent is tried again by createOnce only, after a look.
  const request = { retries: 0 };
  const created = await octokit.rest.issues.createComment({
    ...repository,
    issue_number: pullRequest,
    body,
    request,
  });
  return created.data.id;
}

interface Creation {
  readonly create: () => Promise<number>;
  /** The id of what `create` makes, if it is there. */
  readonly find: () => Promise<number | undefined>;
  /** ms. */
  readonly second: number;
}

/** A creation whose answer was lost may have happened: before it is tried again, it is looked for. */
async function createOnce({ create, find, second }: Creation): Promise<number> {
  for (const seconds of CREATE_BACKOFF) {
    try {
      return await create();
    } catch (thrown) {
      if (!mayHaveHappened(thrown)) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, seconds * second));
      const found = await find();
      if (found !== undefined) return found;
    }
  }
  return create();
}

function mayHaveHappened(thrown: unknown): boolean {
  return thrown instanceof GitHubError && (thrown.status === undefined || thrown.status >= 500);
}

/** GitHub may give back other line ends, and no space at the end. */
function sameText(a: string, b: string): boolean {
  const normal = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();
  return normal(a) === normal(b);
}

function checkRun({ status, conclusion, title, summary }: CheckRunUpdate) {
  return { status, output: { title, summary }, conclusion };
}

export function splitRepository(repository: string): RepositoryName {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

/** The API's message on one line, bounded, without the token; no status if there was no answer. */
export function toGitHubError(thrown: unknown, token: string): GitHubError {
  const text = messageOf(thrown).replace(/\s+/g, ' ').trim();
  const safe = token === '' ? text : text.replaceAll(token, '***');
  const message = safe.length > LONGEST_MESSAGE ? `${safe.slice(0, LONGEST_MESSAGE)}…` : safe;
  return new GitHubError(message, answeredStatus(thrown));
}

function answeredStatus(thrown: unknown): number | undefined {
  const { status, response } = Object(thrown) as { status?: unknown; response?: unknown };
  return response !== undefined && typeof status === 'number' ? status : undefined;
}

const REGULAR_FILE = '100644';

/** A branch that holds data goes by GitHub's Git data API: https://docs.github.com/rest/git. Throws what octokit throws. */
async function readBranchFile(
  octokit: Octokit,
  repository: RepositoryName,
  { branch, path }: { readonly branch: string; readonly path: string },
): Promise<BranchFile | undefined> {
  const head = await headOf(octokit, repository, branch);
  if (head === undefined) return undefined;
  const commit = await octokit.rest.git.getCommit({ ...repository, commit_sha: head });
  const blob = await findBlob(octokit, repository, { tree: commit.data.tree.sha, path: path.split('/') });
  if (blob === undefined) return { head, content: undefined };
  const { data } = await octokit.rest.git.getBlob({ ...repository, file_sha: blob });
  return { head, content: Buffer.from(data.content, 'base64').toString() };
}

async function headOf(
  octokit: Octokit,
  repository: RepositoryName,
  branch: string,
): Promise<string | undefined> {
  try {
    const { data } = await octokit.rest.git.getRef({ ...repository, ref: `heads/${branch}` });
    return data.object.sha;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw thrown;
  }
}

/** Tree by tree, not all at once: a listing of the whole branch may be cut short. */
async function findBlob(
  octokit: Octokit,
  repository: RepositoryName,
  { tree, path }: { readonly tree: string; readonly path: readonly string[] },
): Promise<string | undefined> {
  const [name, ...rest] = path;
  const { data } = await octokit.rest.git.getTree({ ...repository, tree_sha: tree });
  const entry = data.tree.find((candidate) => candidate.path === name);
  if (entry === undefined) return undefined;
  if (rest.length === 0) return entry.type === 'blob' ? entry.sha : undefined;
  return entry.type === 'tree' ? findBlob(octokit, repository, { tree: entry.sha, path: rest }) : undefined;
}

/**
 * A tree on that of the head, a commit on the head, and only then the branch: nobody ever sees a part of it. GitHub makes
 * the blob with the tree, which is one request less: they are a second apart, as GitHub asks of whoever writes.
 */
async function commitFile(
  octokit: Octokit,
  repository: RepositoryName,
  { branch, path, content, message, head }: FileCommit,
): Promise<boolean> {
  const { git } = octokit.rest;
  const base = head === undefined ? undefined : await git.getCommit({ ...repository, commit_sha: head });
  const tree = await git.createTree({
    ...repository,
    tree: [{ path, mode: REGULAR_FILE, type: 'blob', content }],
    base_tree: base?.data.tree.sha,
  });
  const commit = await git.createCommit({
    ...repository,
    message,
    tree: tree.data.sha,
    parents: head === undefined ? [] : [head],
  });
  try {
    await moveBranch(octokit, repository, { branch, sha: commit.data.sha, isNew: head === undefined });
    return true;
  } catch (thrown) {
    if (isRace(thrown)) return false;
    throw thrown;
  }
}

async function moveBranch(
  octokit: Octokit,
  repository: RepositoryName,
  { branch, sha, isNew }: { readonly branch: string; readonly sha: string; readonly isNew: boolean },
): Promise<void> {
  // Asking again cannot mend a race: whoever lost it has to read again first.
  const request = { retries: 0 };
  if (isNew) await octokit.rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha, request });
  else
    await octokit.rest.git.updateRef({ ...repository, ref: `heads/${branch}`, sha, force: false, request });
}

/** "Update is not a fast forward", "Reference already exists", "Reference does not exist": the branch is not as it was. */
function isRace(thrown: unknown): boolean {
  const { message } = Object(thrown) as { message?: unknown };
  const told = typeof message === 'string' ? message : '';
  const status = statusOf(thrown);
  return (
    status === 409 || (status === 422 && /fast.?forward|reference (?:already|does not) exist/i.test(told))
  );
}

function statusOf(thrown: unknown): unknown {
  return (Object(thrown) as { status?: unknown }).status;
}
