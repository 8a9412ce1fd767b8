import { defaults } from '@actions/github/lib/utils';
import { splitRepository, toGitHubError } from '../github/client.js';
import { type GitHubOptions, openOctokit } from '../github/octokit.js';
import type { Runs, TriggeringRun } from './run.js';
import { Refused } from './zip.js';

/** GitHub's largest page. */
const PAGE = 100;
/** ms that a download may take. */
const PATIENCE = 120_000;

/** GitHub's REST API on what a run has left. */
export function connectRuns(options: GitHubOptions): Runs {
  const octokit = openOctokit(options);
  const repository = splitRepository(options.repository);
  const told = <T>(call: Promise<T>): Promise<T> =>
    call.catch((thrown: unknown) => {
      throw thrown instanceof Refused ? thrown : toGitHubError(thrown, options.token);
    });
  return {
    artifacts: async (run) => {
      const asked = { ...repository, run_id: run, per_page: PAGE };
      const all = await told(octokit.paginate(octokit.rest.actions.listWorkflowRunArtifacts, asked));
      return all.map(({ id, name, size_in_bytes: size, expired, created_at: createdAt }) => ({
        id,
        name,
        size,
        expired,
        createdAt: createdAt ?? '',
      }));
    },
    download: (artifact, largest) =>
      told(
        octokit
          .request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
            ...repository,
            artifact_id: artifact,
            archive_format: 'zip',
            // To a store that is not GitHub's API: it gets no token, and what it answers is read bit by bit.
            request: { redirect: 'manual' },
          })
          .then(({ headers }) => bounded(headers.location ?? '', largest)),
      ),
    isOutdated: async (run) => {
      const { data } = await told(
        octokit.rest.actions.listWorkflowRuns({
          ...repository,
          workflow_id: run.workflowId,
          head_sha: run.headSha,
          event: run.event,
          per_page: PAGE,
        }),
      );
      return data.workflow_runs.some(
        ({ id, run_attempt: attempt = 1, head_repository: head }) =>
          isSame((head as { full_name: string } | null)?.full_name, run.headRepository) &&
          (id > run.id || (id === run.id && attempt > run.attempt)),
      );
    },
    openPullRequests: (run) => told(openPullRequests()(run)),
  };

  /** By owner and branch, as GitHub does not find a fork's pull request by its commit; then by what has to be equal. */
  function openPullRequests() {
    return async ({ headOwner, headBranch, headRepository, headSha }: TriggeringRun) => {
      const head = `${headOwner}:${headBranch}`;
      const asked = { ...repository, state: 'open', head, per_page: PAGE } as const;
      const pulls = await octokit.paginate(octokit.rest.pulls.list, asked);
      return pulls
        .filter(({ head: { sha, repo } }) => {
          // Null where the fork was deleted, which GitHub's types leave out.
          const name = (repo as { full_name: string } | null)?.full_name;
          return sha === headSha && isSame(name, headRepository);
        })
        .map(({ number }) => number);
    };
  }
}

/** Names of repositories tell no case apart. */
function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && other !== '' && one.toLowerCase() === other.toLowerCase();
}

async function bounded(url: string, largest: number): Promise<Buffer> {
  const fetch = defaults.request?.fetch as typeof globalThis.fetch;
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok || response.body === null) {
    throw Object.assign(new Error(`the artifact's store answered ${response.status}`), {
      status: response.status,
      response,
    });
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    // Leaving the loop ends the download.
    if (size > largest) throw new Refused(`it has more than ${largest} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
