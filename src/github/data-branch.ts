import type { BranchFile, FileCommit } from '../system/github.js';
import type { Octokit } from './octokit.js';

export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

const REGULAR_FILE = '100644';

/** GitHub's Git data API: https://docs.github.com/rest/git. Throws what octokit throws. */
export async function readBranchFile(
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
export async function commitFile(
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
