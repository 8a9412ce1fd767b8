import { conclusionOf, titleOf } from '../github/check-run.js';
import { endOf, type Renderers } from '../github/report.js';
import { html } from '../lib/escape.js';
import type { Results, Verdict } from '../model/results.js';
import type { CheckRunUpdate } from '../system/github.js';
import type { TriggeringRun } from './run.js';

/* What is said of the results of a run whose code is not trusted, in words of our own. */

/** What came of one artifact. */
export interface Report {
  /** Of the artifact. */
  readonly name: string;
  /** It is of an earlier attempt: the job that makes it was not run again. */
  readonly isEarlier: boolean;
  /** Or why they were refused. */
  readonly results: Results | string;
}

type Conclusion = NonNullable<CheckRunUpdate['conclusion']>;

const WORST: readonly Conclusion[] = ['failure', 'cancelled', 'neutral', 'success'];

/** What branch protection sees: never a pass unless the run succeeded, and there is a result, and none was refused. */
export function outcomeOf(
  run: TriggeringRun,
  reports: readonly Report[],
): { readonly conclusion: Conclusion; readonly title: string } {
  const stopped: Conclusion = run.conclusion === 'cancelled' ? 'cancelled' : 'failure';
  const ended = `the run ended with "${run.conclusion}"`;
  if (reports.length === 0) {
    const title = run.conclusion === 'success' ? 'the run succeeded, and has uploaded none' : ended;
    return { conclusion: stopped, title: `No result: ${title}` };
  }
  const each = reports.map(({ results }) => ofResults(results));
  const [worst = each[0]] = WORST.flatMap((conclusion) =>
    each.filter((one) => one.conclusion === conclusion),
  );
  if (worst === undefined || (run.conclusion !== 'success' && isPass(worst.conclusion)))
    return { conclusion: stopped, title: `No gate failed, but ${ended}` };
  return worst;
}

function isPass(conclusion: Conclusion): boolean {
  return conclusion === 'success' || conclusion === 'neutral';
}

function ofResults(results: Results | string): { readonly conclusion: Conclusion; readonly title: string } {
  if (typeof results === 'string') return { conclusion: 'failure', title: 'A result was refused' };
  const end = { ...endOf(results), summary: '' };
  return { conclusion: conclusionOf(end), title: titleOf(end) };
}

export function verdictOf({ results }: Report): Verdict {
  return typeof results === 'string' ? 'inconclusive' : results.verdict;
}

/** The comment: marker, where it comes from, then the report as any other. */
export function commentOf(
  { run, renderers }: { readonly run: TriggeringRun; readonly renderers: Pick<Renderers, 'comment'> },
  report: Report,
  marker: string,
): string {
  const head = `${marker}\n${noteOf(run, report)}\n`;
  return typeof report.results === 'string'
    ? `${head}\n${refusalOf(report)}`
    : renderers.comment(report.results, { marker: head });
}

/** One after another for a summary, at most `limit` bytes in all. */
export function summaryOf(
  { run, renderers }: { readonly run: TriggeringRun; readonly renderers: Pick<Renderers, 'summary'> },
  reports: readonly Report[],
  limit: number,
): string {
  const share = Math.floor(limit / Math.max(reports.length, 1));
  const parts = reports.map((report) => {
    const note = `${noteOf(run, report)}\n\n`;
    const left = share - Buffer.byteLength(note) - 10;
    return typeof report.results === 'string'
      ? `${note}${refusalOf(report)}`
      : `${note}${renderers.summary(report.results, { limit: left })}`;
  });
  const whole = parts.length === 0 ? noteOf(run, undefined) : parts.join('\n\n');
  if (Buffer.byteLength(whole) <= limit) return whole;
  // Even the shortest report of each is too much.
  const lines = reports.map((report) => `- ${html(report.name, 60)}: ${verdictOf(report)}`);
  return [noteOf(run, undefined), lines.join('\n')].join('\n\n');
}

/** Everything of GitHub's own, and escaped all the same: a fork chooses its name. */
function noteOf(run: TriggeringRun, report: Report | undefined): string {
  const { number, headRepository, headSha, conclusion } = run;
  const repository = headRepository === '' ? 'a repository that is gone' : headRepository;
  const link = /^https?:\/\/[\w.:/-]+$/.test(run.url) ? `[run #${number}](${run.url})` : `run #${number}`;
  const from = report === undefined ? '' : ` in the artifact ${html(report.name)}`;
  return [
    `<sub>Reported by ${link} of ${html(repository)} at ${headSha.slice(0, 7)}${from}.`,
    'That run measured its own code, which can falsify what it reports.',
    ...(report?.isEarlier === true ? ['It is of an earlier attempt: its job was not run again.'] : []),
    ...(conclusion === 'success' ? [] : [`The run ended with <b>${html(conclusion)}</b>.`]),
  ]
    .join(' ')
    .concat('</sub>');
}

function refusalOf({ results }: Report): string {
  const why = typeof results === 'string' ? results : '';
  return `### ❓ flowgate: the result was refused\n\nThe artifact was not read: ${html(why, 600)}.`;
}
