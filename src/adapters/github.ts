import type { GitHub, Logger } from '../ports.js';

export interface GitHubOptions {
  readonly token: string;
  /** GITHUB_API_URL: https://api.github.com, or https://HOST/api/v3 on GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** GITHUB_REPOSITORY: owner/name. */
  readonly repository: string;
  readonly logger: Pick<Logger, 'debug' | 'info'>;
  /** ms in a second of waiting between attempts: 1000, and less in tests only. */
  readonly second?: number;
  /** ms that one request may take. Default 15,000. */
  readonly timeout?: number;
}

/**
 * GitHub's API. The client behind it is a chunk of its own, larger than all the rest, and is loaded with the first call:
 * a run that publishes nothing never pays for it.
 */
export function openGitHub(options: GitHubOptions): GitHub {
  let loading: Promise<GitHub> | undefined;
  const client = (): Promise<GitHub> =>
    (loading ??= import(/* webpackMode: "eager" */ './github-client.js').then(({ connectGitHub }) =>
      connectGitHub(options),
    ));
  return {
    tokenUser: async () => (await client()).tokenUser(),
    pullRequest: async (number) => (await client()).pullRequest(number),
    listComments: async (pullRequest) => (await client()).listComments(pullRequest),
    createComment: async (pullRequest, body) => (await client()).createComment(pullRequest, body),
    updateComment: async (id, body) => (await client()).updateComment(id, body),
    createCheckRun: async (name, sha, update) => (await client()).createCheckRun(name, sha, update),
    updateCheckRun: async (id, update) => (await client()).updateCheckRun(id, update),
    readBranchFile: async (branch, path) => (await client()).readBranchFile(branch, path),
    commitFile: async (commit) => (await client()).commitFile(commit),
  };
}
