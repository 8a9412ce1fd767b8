import type { Git } from '../compare/trees/git.js';
import { type Inputs, whereInput } from '../config/inputs.js';
import { parseInputs } from '../config/parse-inputs.js';
import { messageOf, UserError } from '../lib/errors.js';
import { type GitHub, GitHubError, type PullRequest } from '../system/github.js';
import type { Logger } from '../system/ports.js';
import { checksOutPullRequest, type Occasion } from './event.js';
import type { Surroundings } from './surroundings.js';

interface PullRequestPorts {
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  readonly git: Git;
  readonly logger: Logger;
}

interface PullRequestQuestion {
  readonly inputs: Inputs;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As the event alone tells them. */
  readonly surroundings: Surroundings;
}

/** What the run is about, and the pull request where GitHub had to be asked for it. */
export interface Settled {
  readonly surroundings: Surroundings;
  readonly asked?: PullRequest;
}

/**
 * Settles which pull request the run is about, before any of its code is run. Throws UserError where a fork's code would
 * run beside a token that can write, and where another commit is checked out than the pull request's: its result would
 * be reported for code that was never measured.
 */
export async function settlePullRequest(
  ports: PullRequestPorts,
  question: PullRequestQuestion,
): Promise<Settled> {
  const event = question.env.GITHUB_EVENT_NAME ?? '';
  const settled = await askedFor(ports, question);
  const { occasion } = settled.surroundings;
  if (occasion.isFork && !checksOutPullRequest(event))
    throw new UserError({ message: refusalOf(occasion, event) });
  if (occasion.pullRequest !== undefined && !checksOutPullRequest(event)) {
    await checkCheckout(ports, settled.surroundings, event);
  }
  return settled;
}

async function askedFor(
  { github }: PullRequestPorts,
  { inputs, env, surroundings }: PullRequestQuestion,
): Promise<Settled> {
  const { occasion, git } = surroundings;
  const given = parseInputs(inputs).parsed.publishing.pullRequest;
  const number = given ?? occasion.pullRequest;
  const named = occasion.pullRequest;
  if (given !== undefined && named !== undefined && given !== named) {
    const message = `is ${given}, and the event ${env.GITHUB_EVENT_NAME ?? ''} is about pull request ${named}; leave the input out`;
    throw new UserError({ where: whereInput('pullRequest'), message });
  }
  const isKnown = number === named && (number === undefined || occasion.headSha !== undefined);
  if (number === undefined || isKnown) return { surroundings };
  const asked = await ask(github, number);
  const about: Occasion = {
    ...occasion,
    pullRequest: number,
    headSha: asked.headSha,
    isFork: asked.headRepository?.toLowerCase() !== env.GITHUB_REPOSITORY?.toLowerCase(),
    // What is checked out is the pull request's, whatever branch the workflow is of.
    onDefaultBranch: false,
  };
  return { asked, surroundings: { ...surroundings, occasion: about, git: { ...git, sha: asked.headSha } } };
}

async function ask(github: GitHub | undefined, number: number): Promise<PullRequest> {
  const what = `what pull request ${number} holds is not known`;
  if (github === undefined) {
    throw new UserError({ message: `${what}: there is no token; give the action the input github-token` });
  }
  try {
    return await github.pullRequest(number);
  } catch (thrown) {
    const status =
      thrown instanceof GitHubError && thrown.status !== undefined ? ` (HTTP ${thrown.status})` : '';
    const advice = 'it takes "pull-requests: read" and the number of a pull request of this repository';
    throw new UserError({ message: `${what}: ${messageOf(thrown)}${status}; ${advice}` });
  }
}

function refusalOf({ pullRequest }: Occasion, event: string): string {
  const what = pullRequest === undefined ? 'The run that this one follows' : `Pull request ${pullRequest}`;
  return (
    `${what} comes from a fork, and the token of ${event} can write, so its code is not run here. ` +
    'Measure it in a workflow on pull_request, whose token can only read, and publish its result from workflow_run: ' +
    'see docs/recipes.md#forks'
  );
}

/** The head itself, or a merge of it, as refs/pull/N/merge is. */
async function checkCheckout(
  { git, logger }: PullRequestPorts,
  { workspace, occasion }: Surroundings,
  event: string,
): Promise<void> {
  const { pullRequest = 0, headSha = '' } = occasion;
  const ask = (...args: string[]) => git.run(workspace, args);
  const { code, stdout } = await ask('rev-parse', 'HEAD^{commit}');
  const head = stdout.trim();
  if (code !== 0) {
    logger.warn(
      `The workspace is no git clone, so nothing shows that pull request ${pullRequest} is what is measured. ` +
        `Check out ${headSha}.`,
    );
    return;
  }
  // The commit itself names its parents, which are not here in a shallow clone.
  const [header = ''] = (await ask('cat-file', 'commit', head)).stdout.split('\n\n');
  const [, second] = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)];
  if (head === headSha || second?.[1] === headSha) return;
  const message =
    `${head.slice(0, 7)} is checked out, which is not the head of pull request ${pullRequest} ` +
    `(${headSha.slice(0, 7)}): on ${event} actions/checkout takes another commit. ` +
    `Give it ref: refs/pull/${pullRequest}/head`;
  throw new UserError({ message });
}
