import { plural } from '../lib/format.js';
import type { Verdict } from '../model/results.js';
import { type CheckRunUpdate, explainRefusal, type GitHub } from '../system/github.js';
import type { Logger } from '../system/ports.js';
import type { Occasion } from './event.js';

interface CheckRunPorts {
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  readonly logger: Logger;
}

/** A check run that was created and has to be completed. */
export interface OpenCheckRun {
  readonly id: number;
  readonly name: string;
  readonly readOnly: boolean;
}

export interface CheckRunEnd {
  /** Undefined if it never came to one: a defect, or something that the user has to mend. */
  readonly verdict: Verdict | undefined;
  /** The run was cut short. */
  readonly interrupted: boolean;
  /** The verdict only advises: the check run is neutral where it would fail. */
  readonly advises?: boolean;
  /** The step fails: a check run that is grey beside a red step would be a riddle. */
  readonly stepFails: boolean;
  /** `1 of 2 scenarios is unresolved`: what neither holds nor fails. */
  readonly unresolved?: string;
  /** That alone has made the verdict what it is; so it is if left out. */
  readonly unresolvedAlone?: boolean;
  /** Failed gates whose regression the change accepts; 0 if left out. */
  readonly accepted?: number;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
}

const TITLES: Readonly<Record<Verdict, string>> = {
  pass: 'All gates hold',
  warn: 'All gates hold, with alerts',
  fail: 'A gate failed',
  inconclusive: 'No verdict: what a gate needs was not measured',
};

/**
 * Creates the check run in progress, if it has a name. Never throws; undefined without a token, without a commit, and if
 * GitHub refused, after a warning that says why.
 */
export async function openCheckRun(
  { github, logger }: CheckRunPorts,
  name: string | undefined,
  { headSha: sha, readOnly }: Pick<Occasion, 'headSha' | 'readOnly'>,
): Promise<OpenCheckRun | undefined> {
  if (name === undefined) return undefined;
  if (github === undefined || sha === undefined) {
    const lacking =
      github === undefined ? 'a token: give the action the input github-token' : 'a commit to put it on';
    logger.warn(`The check run "${name}" was not made: it takes ${lacking}.`);
    return undefined;
  }
  const update = { status: 'in_progress', title: 'Running', summary: 'The flows are running.' } as const;
  try {
    return { id: await github.createCheckRun(name, sha, update), name, readOnly };
  } catch (thrown) {
    warn(logger, thrown, { name, readOnly });
    return undefined;
  }
}

/** Completes it, if there is one. Never throws. */
export async function completeCheckRun(
  { github, logger }: CheckRunPorts,
  open: OpenCheckRun | undefined,
  end: CheckRunEnd,
): Promise<void> {
  if (github === undefined || open === undefined) return;
  const title = titleOf(end);
  try {
    await github.updateCheckRun(open.id, {
      status: 'completed',
      conclusion: conclusionOf(end),
      title,
      summary: end.summary === '' ? title : end.summary,
    });
  } catch (thrown) {
    warn(logger, thrown, open);
  }
}

/** Completes it without a verdict: one that stays in progress would block the pull request for good. Never throws. */
export function abandonCheckRun(ports: CheckRunPorts, open: OpenCheckRun | undefined): Promise<void> {
  const summary = 'The log of the job says why.';
  return completeCheckRun(ports, open, { verdict: undefined, interrupted: false, stepFails: true, summary });
}

/** What branch protection sees. A failed gate stays failed even when the run was cut short after it; where it only advises it is neutral. */
export function conclusionOf({
  verdict,
  interrupted,
  advises = false,
  stepFails,
}: Omit<CheckRunEnd, 'summary'>): NonNullable<CheckRunUpdate['conclusion']> {
  if (verdict === 'fail' && !advises) return 'failure';
  if (interrupted) return 'cancelled';
  if (verdict === 'pass' || verdict === 'warn') return 'success';
  return stepFails ? 'failure' : 'neutral';
}

export function titleOf(end: CheckRunEnd): string {
  return `${titleOfVerdict(end)}${end.advises === true ? ' (advisory)' : ''}`;
}

function titleOfVerdict(end: CheckRunEnd): string {
  const { verdict, interrupted, unresolved, unresolvedAlone = true, accepted = 0 } = end;
  if (verdict === undefined) return 'flowgate could not finish';
  if (interrupted && verdict !== 'fail') return 'Interrupted';
  if (verdict === 'warn' && accepted > 0) {
    const open = unresolved === undefined ? '' : `; ${unresolved}`;
    return `No other gate failed: ${plural(accepted, 'regression')} accepted by this change${open}`;
  }
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

function warn(logger: Logger, thrown: unknown, { name, readOnly }: Omit<OpenCheckRun, 'id'>): void {
  const what = `The check run "${name}" could not be written`;
  logger.warn(explainRefusal(thrown, { what, permission: 'checks: write', readOnly }));
}
