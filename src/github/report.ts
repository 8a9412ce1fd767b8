import type { CommentMode } from '../config/parse-inputs.js';
import { messageOf } from '../lib/errors.js';
import { exitStatus, interruptionOf } from '../lib/exit-status.js';
import { metricName } from '../model/metrics.js';
import { isUnresolvedAlone, type Results, unresolvedTally } from '../model/results.js';
import { resultsJson } from '../report/results-json.js';
import type { GitHub } from '../system/github.js';
import type { Files, Logger } from '../system/ports.js';
import { completeCheckRun, type OpenCheckRun } from './check-run.js';
import { publishComment } from './comment.js';
import type { Annotation, OutputName, Runner } from './runner.js';
import type { Surroundings } from './surroundings.js';

/** Of a check run's summary: "Maximum length: 65535 characters" (REST API, checks). */
const CHECK_SUMMARY_LIMIT = 65_535;
/** Of one step (GitHub docs, workflow commands: 1 MiB). */
const JOB_SUMMARY_LIMIT = 1024 * 1024;
/** Of the output: Linux allows 128 KiB for one variable, which is where workflows put an output. */
const OUTPUT_LIMIT = 65_536;

export interface ReportPorts {
  readonly runner: Runner;
  readonly files: Files;
  readonly renderers: Renderers;
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
}

export interface ReportSubject {
  readonly results: Results;
  readonly surroundings: Surroundings;
  readonly mode: CommentMode;
  /** Absolute: the runner's temporary folder. */
  readonly temporary: string;
  readonly checkRun?: OpenCheckRun;
}

type Step = (what: string, act: () => Promise<void> | void) => Promise<void>;

/**
 * Says the verdict in every place. Each step stands for itself: one that fails is a warning and does not stop the next,
 * and none changes the verdict. What needs no network comes first, so that a job that is being cancelled has it.
 */
export async function report(ports: ReportPorts, subject: ReportSubject): Promise<void> {
  const { runner, renderers } = ports;
  const { results } = subject;
  const step = guarded(runner.logger);
  await step('The results could not be saved', () => save(ports, subject, step));
  const { outputs, leftOut } = verdictOutputs(results);
  for (const [name, value] of Object.entries(outputs) as [OutputName, string][]) {
    await step(`The output ${name} could not be set`, () => {
      runner.output(name, value);
    });
  }
  if (leftOut > 0) {
    runner.logger.warn(
      `The output metrics has no room for ${leftOut} metrics; results.json has all of them.`,
    );
  }
  await step('The table could not be printed', () => {
    runner.print(renderers.terminal(results));
  });
  await step('The annotations could not be made', () => {
    renderers.annotations(results).forEach((annotation) => {
      runner.annotate(annotation);
    });
  });
  await step('The job summary could not be written', () =>
    runner.summarize(renderers.summary(results, { limit: JOB_SUMMARY_LIMIT })),
  );
  await step('The output summary could not be set', () => {
    runner.output('summary', renderers.summary(results, { limit: OUTPUT_LIMIT, charts: false }));
  });
  await step('The comment could not be written', () => comment(ports, subject));
  await step('The check run could not be completed', () => complete(ports, subject));
}

function guarded(logger: Logger): Step {
  return async (what, act) => {
    try {
      await act();
    } catch (thrown) {
      logger.warn(`${what}: ${messageOf(thrown)}`);
    }
  };
}

/** results.json first: the rest can be rendered from it again. */
async function save(ports: ReportPorts, { results, temporary }: ReportSubject, step: Step): Promise<void> {
  const { files, renderers, runner } = ports;
  const folder = await resultFolder(files, temporary);
  await files.write(`${folder}/results.json`, resultsJson(results));
  runner.output('results', `${folder}/results.json`);
  await step('report.html could not be written', async () => {
    await files.write(`${folder}/report.html`, renderers.html(results));
    runner.output('report', `${folder}/report.html`);
  });
  await step('summary.md could not be written', () =>
    files.write(`${folder}/summary.md`, renderers.summary(results, { limit: JOB_SUMMARY_LIMIT })),
  );
}

async function comment({ github, runner, renderers }: ReportPorts, subject: ReportSubject): Promise<void> {
  const { results, surroundings, mode } = subject;
  const { pullRequest, readOnly } = surroundings.occasion;
  if (pullRequest === undefined || mode === 'never') return;
  if (github === undefined) {
    runner.logger.warn('There is no comment without a token: give the action the input github-token.');
    return;
  }
  const id = await publishComment(
    { github, logger: runner.logger },
    {
      pullRequest,
      mode,
      readOnly,
      marker: {
        key: surroundings.key,
        run: surroundings.run?.id ?? 0,
        attempt: surroundings.run?.attempt ?? 1,
        verdict: results.verdict,
        ...surroundings.invocation,
      },
      render: (marker) => renderers.comment(results, { marker }),
    },
  );
  if (id !== undefined) runner.output('comment-id', String(id));
}

async function complete({ github, runner, renderers }: ReportPorts, subject: ReportSubject): Promise<void> {
  const { results, checkRun } = subject;
  if (github === undefined || checkRun === undefined) return;
  await completeCheckRun({ github, logger: runner.logger }, checkRun, {
    verdict: results.verdict,
    interrupted: interruptionOf(results) !== undefined,
    stepFails: exitStatus(results) !== 0,
    unresolved: unresolvedTally(results),
    unresolvedAlone: isUnresolvedAlone(results),
    summary: renderers.summary(results, { limit: CHECK_SUMMARY_LIMIT }),
  });
}

interface VerdictOutputs {
  readonly verdict: string;
  /** Number of gates that failed, those without data among them. */
  readonly failed: string;
  /** JSON object, metric → value in its base unit, null without data. */
  readonly metrics: string;
}

interface OutputsReading {
  readonly outputs: VerdictOutputs;
  /** Metrics that the output `metrics` has no room for. */
  readonly leftOut: number;
}

/** Of the output `metrics`, in bytes: Linux allows 128 KiB for one variable, which is where workflows put an output. */
export const METRICS_LIMIT = 65_536;

/** The outputs that are numbers and words; the others are paths and text of the reports. */
export function verdictOutputs(results: Pick<Results, 'verdict' | 'scenarios'>): OutputsReading {
  const { metrics, leftOut } = metricsJson(results);
  const failed = String(failedGates(results));
  return { outputs: { verdict: results.verdict, failed, metrics }, leftOut };
}

/** A gate without data was not passed. */
function failedGates({ scenarios }: Pick<Results, 'scenarios'>): number {
  return scenarios
    .flatMap(({ thresholds }) => thresholds)
    .filter(({ level, outcome }) => level === 'fail' && outcome !== 'pass').length;
}

/**
 * With several scenarios a metric's name begins with its scenario's: `checkout/flow_time.p95`. Metrics that a threshold
 * names come first, so that those are the last to be left out.
 */
function metricsJson({ scenarios }: Pick<Results, 'scenarios'>): { metrics: string; leftOut: number } {
  const all = scenarios.flatMap(({ name, metrics, thresholds }) => {
    const judged = new Set(thresholds.map(metricName));
    return Object.entries(metrics).map(([id, { value }]) => ({
      member: `${jsonName(scenarios.length > 1 ? `${name}/${id}` : id)}:${JSON.stringify(value)}`,
      isJudged: judged.has(id),
    }));
  });
  const members = [...all.filter(({ isJudged }) => isJudged), ...all.filter(({ isJudged }) => !isJudged)];
  const kept: string[] = [];
  let size = 2;
  for (const { member } of members) {
    size += member.length + 1;
    if (size > METRICS_LIMIT) break;
    kept.push(member);
  }
  return { metrics: `{${kept.join(',')}}`, leftOut: members.length - kept.length };
}

/** Means nothing to a shell, not even outside of quotes, which the quotes of JSON end within double ones. */
const INERT = /[A-Za-z0-9_./+ -]/;

/**
 * A string of JSON that a workflow may paste into a script: names of steps come from flows, and
 * `echo '${{ steps.gate.outputs.metrics }}'` would run what is in them. All but the plainest characters are `\uXXXX`,
 * which any parser of JSON reads as the character itself.
 */
function jsonName(name: string): string {
  const units = Array.from({ length: name.length }, (_, index) => name.charAt(index));
  return `"${units.map((unit) => (INERT.test(unit) ? unit : escaped(unit))).join('')}"`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const FOLDER = 'flowgate-results';

/** The folder of this step's results: under the runner's temporary folder, which no flow's `git status` ever sees. */
export async function resultFolder(files: Files, temporary: string): Promise<string> {
  for (let step = 1; ; step += 1) {
    const folder = `${temporary}/${step === 1 ? FOLDER : `${FOLDER}-${step}`}`;
    // An earlier step of the same job keeps what it measured.
    if (!(await files.exists(`${folder}/results.json`))) return folder;
  }
}

/** What turns results into text, each a pure function of src/report. */
export interface Renderers {
  /** The comment, beginning with its marker; at most 65,536 characters. */
  comment(results: Results, options: { marker: string }): string;
  /** Markdown of at most `limit` bytes and characters; with charts if nothing is said. */
  summary(results: Results, options: { limit: number; charts?: boolean }): string;
  terminal(results: Results): string;
  html(results: Results): string;
  annotations(results: Results): readonly Annotation[];
}
