import { pathToFileURL } from 'node:url';
import type { GitHub } from '../system/github.js';
import { fileBeside } from '../system/own-script.js';
import type { ArtifactStore } from './artifact.js';
import type { GitHubOptions } from './octokit.js';

/**
 * GitHub's API. The client behind it is larger than all the rest. It is set up with the first call, so that a run that
 * publishes nothing does not pay for it; and only the action imports this file, so that the CLI does not hold it at all.
 */
export function openGitHub(options: GitHubOptions): GitHub {
  let loading: Promise<GitHub> | undefined;
  const client = (): Promise<GitHub> =>
    (loading ??= import(/* webpackMode: "eager" */ './client.js').then(({ connectGitHub }) =>
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

/** What dist/artifact.js exports; its source is src/artifact.ts. */
interface ArtifactBundle {
  readonly uploadArtifact: (
    artifact: Parameters<ArtifactStore['upload']>[0],
    env: Readonly<Record<string, string | undefined>>,
  ) => Promise<number>;
  readonly downloadArtifacts: (
    ...given: [...Parameters<ArtifactStore['download']>, Readonly<Record<string, string | undefined>>]
  ) => Promise<readonly string[]>;
}

/** Loads the client of the artifact service, with the variables that the runner has started us with. */
export async function openArtifacts(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ArtifactStore> {
  const file = fileBeside(import.meta.url, 'artifact.js');
  const bundle = (await import(/* webpackIgnore: true */ pathToFileURL(file).href)) as ArtifactBundle;
  return {
    upload: (artifact) => bundle.uploadArtifact(artifact, env),
    download: (prefix, folder) => bundle.downloadArtifacts(prefix, folder, env),
  };
}
