import { resultsJson } from '../report/results-json.js';
import { messageOf } from '../errors.js';
import { isUnresolvedAlone, unresolvedTally, type Results } from '../model/results.js';
import type { Files, GitHub, Logger } from '../ports.js';
import { completeCheckRun, type OpenCheckRun } from './check-run.js';
import { publishComment, type CommentMode } from './comment.js';
import { exitStatus, interruptionOf } from './exit-status.js';
import { verdictOutputs } from './outputs.js';
import type { Renderers } from './renderers.js';
import { resultFolder } from './result-files.js';
import type { OutputName, Runner } from './runner.js';
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
