import type { Verdict } from '../model/results.js';
import { type CheckRunUpdate, explainRefusal, type GitHub } from '../system/github.js';
import type { Logger } from '../system/ports.js';

interface CheckRunPorts {
  readonly github: GitHub;
  readonly logger: Logger;
}

interface CheckRunRequest {
  readonly name: string;
  /** The head of the pull request, else the pushed commit. */
  readonly sha: string;
  readonly readOnly: boolean;
}

/** A check run that was created and has to be completed. */
export interface OpenCheckRun extends CheckRunRequest {
  readonly id: number;
}

interface CheckRunEnd {
  /** Undefined if it never came to one: a defect, or something that the user has to mend. */
  readonly verdict: Verdict | undefined;
  /** The run was cut short. */
  readonly interrupted: boolean;
  /** The step fails: a check run that is grey beside a red step would be a riddle. */
  readonly stepFails: boolean;
  /** `1 of 2 scenarios is unresolved`: what neither holds nor fails. */
  readonly unresolved?: string;
  /** That alone has made the verdict what it is; so it is if left out. */
  readonly unresolvedAlone?: boolean;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
}

const TITLES: Readonly<Record<Verdict, string>> = {
  pass: 'All gates hold',
  warn: 'All gates hold, with alerts',
  fail: 'A gate failed',
  inconclusive: 'No verdict: what a gate needs was not measured',
};

/** Creates the check run in progress. Never throws; undefined if GitHub refused, after a warning that says why. */
export async function openCheckRun(
  ports: CheckRunPorts,
  request: CheckRunRequest,
): Promise<OpenCheckRun | undefined> {
  const update = { status: 'in_progress', title: 'Running', summary: 'The flows are running.' } as const;
  try {
    const id = await ports.github.createCheckRun(request.name, request.sha, update);
    return { ...request, id };
  } catch (thrown) {
    warn(ports.logger, thrown, request);
    return undefined;
  }
}

/** Completes it. Never throws. */
export async function completeCheckRun(
  ports: CheckRunPorts,
  open: OpenCheckRun,
  end: CheckRunEnd,
): Promise<void> {
  const title = titleOf(end);
  try {
    await ports.github.updateCheckRun(open.id, {
      status: 'completed',
      conclusion: conclusionOf(end),
      title,
      summary: end.summary === '' ? title : end.summary,
    });
  } catch (thrown) {
    warn(ports.logger, thrown, open);
  }
}

/** What branch protection sees. A failed gate stays failed even when the run was cut short after it. */
export function conclusionOf({
  verdict,
  interrupted,
  stepFails,
}: Omit<CheckRunEnd, 'summary'>): NonNullable<CheckRunUpdate['conclusion']> {
  if (verdict === 'fail') return 'failure';
  if (interrupted) return 'cancelled';
  if (verdict === 'pass' || verdict === 'warn') return 'success';
  return stepFails ? 'failure' : 'neutral';
}

function titleOf({ verdict, interrupted, unresolved, unresolvedAlone = true }: CheckRunEnd): string {
  if (verdict === undefined) return 'flowgate could not finish';
  if (interrupted && verdict !== 'fail') return 'Interrupted';
  if (unresolved === undefined) return TITLES[verdict];
  switch (verdict) {
    case 'fail':
      return TITLES.fail;
    case 'inconclusive':
      return unresolvedAlone ? `No verdict: ${unresolved}` : TITLES.inconclusive;
    case 'warn':
      return `No gate failed${unresolvedAlone ? '' : ', with alerts'}: ${unresolved}`;
    case 'pass':
      return `No gate failed: ${unresolved}`;
  }
}

function warn(logger: Logger, thrown: unknown, { name, readOnly }: CheckRunRequest): void {
  const what = `The check run "${name}" could not be written`;
  logger.warn(explainRefusal(thrown, { what, permission: 'checks: write', readOnly }));
}
