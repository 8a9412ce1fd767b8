import type { Occasion } from '../github/event.js';
import { seededRandom } from '../lib/random.js';
import { type HistoryPlan, type HistoryPoint, historyPointSchema, type Past } from '../model/history.js';
import type { Results } from '../model/results.js';
import { explainRefusal, type GitHub } from '../system/github.js';
import type { Clock, Logger } from '../system/ports.js';
import { pointsOf } from './points.js';

interface HistoryPorts {
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Times that the branch is read again after another run was quicker; a matrix of twenty legs gets through. */
const ATTEMPTS = 8;
/** ms before the second attempt, at most; twice as many before each one after it. */
const BACKOFF = 500;
const LONGEST_BACKOFF = 15_000;

/**
 * Earlier runs, to judge and show this one by. Reading takes no more than a token that can read, so forks have it too.
 * Never throws: what can not be read is as if there were none, after a warning.
 */
export async function readPast(
  { github, logger }: HistoryPorts,
  plan: HistoryPlan | undefined,
): Promise<Past | undefined> {
  if (plan === undefined) return undefined;
  if (github === undefined) {
    logger.warn('There is no history without a token: give the action the input github-token.');
    return undefined;
  }
  try {
    const content = (await github.readBranchFile(plan.branch, plan.file))?.content;
    if (content === undefined) {
      logger.info(`There is no history yet: no ${plan.file} on the branch ${plan.branch}.`);
    }
    return { plan, points: readPoints(content ?? '') };
  } catch (thrown) {
    const what = `The history on the branch ${plan.branch} could not be read`;
    logger.warn(explainRefusal(thrown, { what, permission: 'contents: read', readOnly: false }));
    return undefined;
  }
}

interface HistorySubject {
  readonly plan: HistoryPlan;
  readonly results: Results;
  readonly occasion: Occasion;
}

/**
 * Adds this run to the history if it is one of the default branch: one commit, on top of whatever others have added
 * meanwhile. Never throws, and changes no verdict.
 */
export async function keepHistory(ports: HistoryPorts, subject: HistorySubject): Promise<void> {
  const { logger, github } = ports;
  const { plan, results, occasion } = subject;
  if (!occasion.onDefaultBranch || github === undefined) return;
  if (plan.branch === occasion.defaultBranch) {
    logger.warn(
      `The history is not kept: ${plan.branch} is the default branch. Give it a branch of its own.`,
    );
    return;
  }
  const points = pointsOf(results);
  if (points.length === 0) return;
  try {
    const isKept = await append({ ...ports, github }, { plan, points, results });
    logger[isKept ? 'info' : 'warn'](
      isKept
        ? `This run was added to ${plan.file} on the branch ${plan.branch}.`
        : `The history was not kept: the branch ${plan.branch} was changed by others ${ATTEMPTS} times in a row.`,
    );
  } catch (thrown) {
    const what = `The history on the branch ${plan.branch} could not be written`;
    const { readOnly } = occasion;
    logger.warn(explainRefusal(thrown, { what, permission: 'contents: write', readOnly }));
  }
}

interface Addition {
  readonly plan: HistoryPlan;
  readonly points: readonly HistoryPoint[];
  readonly results: Results;
}

/** @returns false if others were quicker every time */
async function append(
  { github, clock }: HistoryPorts & { readonly github: GitHub },
  { plan: { branch, file }, points, results }: Addition,
): Promise<boolean> {
  const random = seededRandom(seedOfRun(results));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await clock.sleep(Math.min(LONGEST_BACKOFF, BACKOFF * 2 ** attempt) * random());
    const tip = await github.readBranchFile(branch, file);
    const before = tip?.content ?? '';
    const content = withPoints(before, points);
    // An answer may have been lost after all: then the lines are there.
    if (content === before) return true;
    const commit = { branch, path: file, content, message: messageOfCommit(results) };
    if (await github.commitFile({ ...commit, head: tip?.head })) return true;
  }
  return false;
}

function messageOfCommit({ git, scenarios, run }: Results): string {
  const names = scenarios.length === 1 ? (scenarios[0]?.name ?? '') : `${scenarios.length} scenarios`;
  const where = run === undefined ? '' : `\n\n${run.url}`;
  return `flowgate: ${names} at ${git.sha?.slice(0, 7) ?? 'an unknown commit'}${where}`;
}

/** Legs of a matrix end together and must not wait for each other in step: they differ in what they measured. */
function seedOfRun({ scenarios, run }: Results): number {
  const text = JSON.stringify([run, scenarios.map(({ startedAt, metrics }) => [startedAt, metrics])]);
  let hash = 7;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/** Lines of the file that are kept: the newest ones. At about 1.5 KB each it stays below 8 MB. */
const MOST_LINES = 5000;
/** A longer line is none of ours. */
const LONGEST_LINE = 64_000;

/** The points of a file of JSON lines, in its order; what is not one of ours, a half line say, is passed over. */
export function readPoints(text: string): readonly HistoryPoint[] {
  return linesOf(text).flatMap((line) => {
    const parsed = historyPointSchema.safeParse(parsedJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

/** The file with the points behind what is in it, without those that are there already; the oldest lines fall out. */
export function withPoints(text: string, points: readonly HistoryPoint[]): string {
  const lines = linesOf(text);
  const known = new Set(lines);
  const added = points.map((point) => JSON.stringify(point)).filter((line) => !known.has(line));
  return [...lines, ...added]
    .slice(-MOST_LINES)
    .map((line) => `${line}\n`)
    .join('');
}

/** Of what is in the file nothing is lost but empty lines. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

function parsedJson(line: string): unknown {
  if (line.length > LONGEST_LINE) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
