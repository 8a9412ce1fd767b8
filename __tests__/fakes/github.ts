import {
  type CheckRunUpdate,
  type GitHub,
  GitHubError,
  type PullRequest,
  type PullRequestComment,
} from '../../src/system/github.js';

export interface FakeCheckRun extends CheckRunUpdate {
  readonly id: number;
  readonly name: string;
  readonly sha: string;
}

/** GitHub in memory. */
export const TOKEN_USER = 'github-actions[bot]';

export interface FakeGitHub extends GitHub {
  /** By branch: the number of its commits so far, and its files. */
  readonly branches: Map<string, { head: number; files: Record<string, string> }>;
  /** By pull request; what a test puts there is there before the run. */
  readonly comments: Map<number, PullRequestComment[]>;
  readonly checkRuns: FakeCheckRun[];
  readonly pullRequests: Map<number, PullRequest>;
  /** Names of the calls, in order. */
  readonly calls: string[];
  /** From now on this method is refused. */
  refuse(method: keyof GitHub, error: Error): void;
}

export function fakeGitHub(): FakeGitHub {
  const comments = new Map<number, PullRequestComment[]>();
  const checkRuns: FakeCheckRun[] = [];
  const pullRequests: FakeGitHub['pullRequests'] = new Map();
  const branches: FakeGitHub['branches'] = new Map();
  const calls: string[] = [];
  const refusals = new Map<string, Error>();
  let nextId = 100;

  const call = <T>(method: keyof GitHub, act: () => T): Promise<T> => {
    calls.push(method);
    const refusal = refusals.get(method);
    return refusal === undefined ? Promise.resolve().then(act) : Promise.reject(refusal);
  };

  return {
    pullRequests,
    comments,
    checkRuns,
    branches,
    calls,
    refuse: (method, error) => refusals.set(method, error),
    tokenUser: () => call('tokenUser', () => TOKEN_USER),
    pullRequest: (number) =>
      call('pullRequest', () => {
        const pull = pullRequests.get(number);
        if (pull === undefined) throw new GitHubError('Not Found', 404);
        return pull;
      }),
    listComments: (pullRequest) => call('listComments', () => comments.get(pullRequest) ?? []),
    createComment: (pullRequest, body) =>
      call('createComment', () => {
        const comment = { id: nextId++, body, author: TOKEN_USER };
        comments.set(pullRequest, [...(comments.get(pullRequest) ?? []), comment]);
        return comment.id;
      }),
    updateComment: (id, body) =>
      call('updateComment', () => {
        for (const [pullRequest, list] of comments) {
          comments.set(
            pullRequest,
            list.map((comment) => (comment.id === id ? { ...comment, body } : comment)),
          );
        }
      }),
    createCheckRun: (name, sha, update) =>
      call('createCheckRun', () => {
        const id = nextId++;
        checkRuns.push({ id, name, sha, ...update });
        return id;
      }),
    updateCheckRun: (id, update) =>
      call('updateCheckRun', () => {
        const index = checkRuns.findIndex((run) => run.id === id);
        const run = checkRuns[index];
        if (run === undefined) throw new GitHubError('Not Found', 404);
        checkRuns[index] = { ...run, ...update };
      }),
    readBranchFile: (branch, path) =>
      call('readBranchFile', () => {
        const known = branches.get(branch);
        return known === undefined ? undefined : { head: String(known.head), content: known.files[path] };
      }),
    commitFile: ({ branch, path, content, head }) =>
      call('commitFile', () => {
        const known = branches.get(branch);
        if (head !== (known === undefined ? undefined : String(known.head))) return false;
        branches.set(branch, { head: (known?.head ?? 0) + 1, files: { ...known?.files, [path]: content } });
        return true;
      }),
  };
}
