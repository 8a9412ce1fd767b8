import { readPayload } from '../github/event.js';
import { openGitHub } from '../github/open.js';
import type { GitHubOptions } from '../github/octokit.js';
import type { Runner } from '../github/runner.js';
import { renderComment, renderSummary } from '../report/markdown.js';
import { nodeFiles } from '../system/files.js';
import { tracesOf } from '../system/flow-env.js';
import { connectRuns } from './client.js';
import { readPublishInputs } from './inputs.js';
import { publish } from './publish.js';

interface Started {
  readonly runner: Runner;
  readonly connection: Omit<GitHubOptions, 'token'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly token: string | undefined;
}

/** The second action, publish/action.yml, with the real GitHub; gives the exit status. No foreign code runs beside it. */
export async function startPublishing({ runner, connection, env, token }: Started): Promise<number> {
  for (const trace of tracesOf(token === undefined ? [] : [token])) runner.mask(trace);
  return publish(
    {
      runner,
      renderers: { comment: renderComment, summary: renderSummary },
      openGitHub: (secret) => openGitHub({ token: secret, ...connection }),
      openRuns: (secret) => connectRuns({ token: secret, ...connection }),
      // Not from the process, whose inputs are forgotten by now.
      readInputs: () =>
        readPublishInputs((name) => env[`INPUT_${name.toUpperCase()}`] ?? '', Object.keys(env)),
    },
    {
      token,
      event: env.GITHUB_EVENT_NAME ?? '',
      payload: await readPayload(nodeFiles, env),
      workspace: env.GITHUB_WORKSPACE ?? '',
    },
  );
}
