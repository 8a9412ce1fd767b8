import type { CommentMode } from '../config/inputs.js';
import { publishComment, shortHash } from '../github/comment.js';
import { CHECK_SUMMARY_LIMIT, JOB_SUMMARY_LIMIT, type Renderers, reportFailure } from '../github/report.js';
import type { Runner } from '../github/runner.js';
import { messageOf, UserError } from '../lib/errors.js';
import { EXIT } from '../lib/exit-status.js';
import { type GitHub, GitHubError, isForbidden, sayRefusal } from '../system/github.js';
import type { Logger } from '../system/ports.js';
import { isNamed, type PublishInputs } from './inputs.js';
import { commentOf, outcomeOf, type Report, summaryOf, verdictOf } from './report.js';
import { type Runs, triggeringRun, type TriggeringRun, type UploadedArtifact } from './run.js';
import { readUploaded } from './uploaded.js';
import { Refused } from './zip.js';

export interface PublishPorts {
  readonly runner: Runner;
  readonly renderers: Pick<Renderers, 'comment' | 'summary'>;
  readonly openGitHub: (token: string) => GitHub;
  readonly openRuns: (token: string) => Runs;
  /** Throws UserError with every problem. */
  readonly readInputs: () => PublishInputs;
}

export interface PublishStart {
  readonly token: string | undefined;
  /** GITHUB_EVENT_NAME. */
  readonly event: string;
  /** The event's payload. */
  readonly payload: unknown;
  readonly workspace: string;
}

/** Bytes of a zip, as uploaded. */
const LARGEST_ARTIFACT = 100e6;
/** Of one run, and so of comments on one pull request. */
const MOST_ARTIFACTS = 20;
const MOST_PULL_REQUESTS = 10;

interface Publishing {
  readonly ports: PublishPorts;
  readonly github: GitHub;
  readonly runs: Runs;
  readonly inputs: PublishInputs;
  readonly run: TriggeringRun;
  /** Its warnings are counted: each is something that was to be published and was not. */
  readonly logger: Logger;
}

/**
 * The second workflow of a fork's pull request: reads what the run that triggered it has uploaded, as data that may be made
 * to harm, and says in its place what that run's token may not. Never throws.
 * @returns 0 if all was said, 1 if something could not be said or was refused, 2 if the workflow has to be mended
 */
export async function publish(ports: PublishPorts, start: PublishStart): Promise<number> {
  const { runner } = ports;
  try {
    const inputs = ports.readInputs();
    const run = triggeringRun(start.event, start.payload);
    if (start.token === undefined) throw new UserError({ where: 'input github-token', message: 'is empty' });
    const counted = counting(runner.logger);
    const github = ports.openGitHub(start.token);
    const runs = ports.openRuns(start.token);
    await publishRun({ ports, github, runs, inputs, run, logger: counted.logger });
    return counted.warnings() === 0 ? EXIT.passed : EXIT.failed;
  } catch (thrown) {
    if (!(thrown instanceof GitHubError)) return reportFailure(runner, thrown, start.workspace);
    runner.logger.error(thrown.message);
    return EXIT.failed;
  }
}

function counting(logger: Logger): { readonly logger: Logger; readonly warnings: () => number } {
  let count = 0;
  const warn = (message: string): void => {
    count += 1;
    logger.warn(message);
  };
  return { logger: { ...logger, warn }, warnings: () => count };
}

async function publishRun(publishing: Publishing): Promise<void> {
  const { runs, run, logger, ports, inputs } = publishing;
  const isOutdated = await granted('Whether there is a newer run is not known', 'actions: read', () =>
    runs.isOutdated(run),
  );
  if (isOutdated) {
    logger.info(`Nothing is published: a newer run of ${run.path} measures the same commit.`);
    return;
  }
  const reports = await readReports(publishing);
  const { conclusion, title } = outcomeOf(run, reports);
  logger.info(`${title} (${reports.length} artifacts of run #${run.number} of ${run.headRepository}).`);
  ports.runner.output('conclusion', conclusion);
  const shared = { run, renderers: ports.renderers };
  // The check run first: whatever fails after it, a pull request does not wait for it for ever.
  await check(publishing, {
    conclusion,
    title: `${title} (reported by a run of ${run.headRepository})`,
    summary: summaryOf(shared, reports, CHECK_SUMMARY_LIMIT),
  });
  try {
    await ports.runner.summarize(summaryOf(shared, reports, JOB_SUMMARY_LIMIT));
  } catch (thrown) {
    logger.warn(`The job summary could not be written: ${messageOf(thrown)}`);
  }
  if (inputs.comment !== 'never' && reports.length > 0) await comment(publishing, reports);
}

/** GitHub refuses it because a permission is missing: the user can add that. */
async function granted<T>(what: string, permission: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    const message = sayRefusal(thrown, { what, permission, readOnly: false });
    if (isForbidden(thrown)) throw new UserError({ message });
    throw thrown instanceof GitHubError ? new GitHubError(message, thrown.status) : thrown;
  }
}

/** One for each artifact, the newest of its name. */
async function readReports(publishing: Publishing): Promise<readonly Report[]> {
  const { runs, run, inputs, logger } = publishing;
  const listed = await granted('The artifacts of the run could not be listed', 'actions: read', () =>
    runs.artifacts(run.id),
  );
  const newest = new Map<string, UploadedArtifact>();
  for (const artifact of listed.filter(({ name }) => isNamed(name, inputs.artifacts))) {
    const other = newest.get(artifact.name);
    if (other === undefined || other.id < artifact.id) newest.set(artifact.name, artifact);
  }
  const found = [...newest.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  const reports: Report[] = [];
  for (const artifact of found.slice(0, MOST_ARTIFACTS)) {
    const results = await readArtifact(publishing, artifact);
    if (results === undefined) continue;
    if (typeof results === 'string')
      logger.warn(`The artifact ${JSON.stringify(artifact.name)} was refused: ${results}.`);
    const isEarlier = Date.parse(artifact.createdAt) < Date.parse(run.startedAt);
    reports.push({ name: artifact.name, isEarlier, results });
  }
  const left = found.length - MOST_ARTIFACTS;
  if (left > 0) {
    const results = `the run has uploaded ${found.length}, and ${MOST_ARTIFACTS} are read`;
    logger.warn(`${left} artifacts were refused: ${results}.`);
    reports.push({ name: `${left} more`, isEarlier: false, results });
  }
  return reports;
}

/** Its results, or why they are refused; undefined if it has none. */
async function readArtifact(
  { runs, run, ports, logger }: Publishing,
  { id, name, size, expired }: UploadedArtifact,
): Promise<Report['results'] | undefined> {
  try {
    if (expired) throw new Refused('it has expired');
    if (size > LARGEST_ARTIFACT) throw new Refused(`it has ${size} bytes, and may have ${LARGEST_ARTIFACT}`);
    const zip = await runs.download(id, LARGEST_ARTIFACT);
    const results = readUploaded(zip, run);
    if (results === undefined) {
      logger.info(`The artifact ${JSON.stringify(name)} holds no results.json, and is left alone.`);
      return undefined;
    }
    // Printed once now: what no printer can show is refused as well.
    commentOf({ run, renderers: ports.renderers }, { name, isEarlier: false, results }, '');
    return results;
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.message;
    return `it could not be read: ${messageOf(thrown).slice(0, 200)}`;
  }
}

/** On every open pull request of this very commit. Which one that is, is never taken from an artifact. */
async function comment(publishing: Publishing, reports: readonly Report[]): Promise<void> {
  const { runs, run, github, inputs, logger, ports } = publishing;
  const pulls = await granted('The pull request of the run could not be found', 'pull-requests: write', () =>
    runs.openPullRequests(run),
  );
  if (pulls.length === 0) {
    logger.info(
      `There is no comment: no open pull request has ${run.headSha.slice(0, 7)} of ${run.headRepository} as its head.`,
    );
  }
  const mode: CommentMode = inputs.comment;
  for (const pullRequest of pulls.slice(0, MOST_PULL_REQUESTS)) {
    for (const report of reports) {
      const key = keyOf(run, inputs.commentKey, report.name);
      await publishComment(
        { github, logger },
        {
          pullRequest,
          mode,
          readOnly: false,
          // The same for every attempt: the one comment of this artifact is found again.
          marker: {
            key,
            run: run.id,
            attempt: run.attempt,
            verdict: verdictOf(report),
            inputs: shortHash(key),
            nonce: shortHash(key),
          },
          render: (marker) => commentOf({ run, renderers: ports.renderers }, report, marker),
        },
      );
    }
  }
}

/** A name space of its own: an artifact whose name a fork has chosen never takes over another gate's comment. */
function keyOf(run: TriggeringRun, given: string | undefined, artifact: string): string {
  return `publish/${shortHash(given ?? run.path)}/${shortHash(artifact)}`;
}

async function check(
  { github, inputs, run, logger }: Publishing,
  end: {
    readonly conclusion: 'success' | 'failure' | 'neutral' | 'cancelled';
    readonly title: string;
    readonly summary: string;
  },
): Promise<void> {
  const { checkName: name } = inputs;
  if (name === undefined) return;
  try {
    await github.createCheckRun(name, run.headSha, { status: 'completed', ...end });
  } catch (thrown) {
    const what = `The check run "${name}" could not be written`;
    logger.warn(sayRefusal(thrown, { what, permission: 'checks: write', readOnly: false }));
  }
}
