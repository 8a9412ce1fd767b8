import type { CommentMode } from '../config/inputs.js';
import { messageOf, type Problem, UserError } from '../lib/errors.js';
import { html } from '../lib/escape.js';
import { EXIT, exitStatus, interruptionOf } from '../lib/exit-status.js';
import { isOnlyAdvice, isUnresolvedAlone, type Results, unresolvedTally } from '../model/results.js';
import { resultsJson } from '../report/results-json.js';
import { type Shard, shardName, shardSummary, shardText } from '../shards/file.js';
import type { GitHub } from '../system/github.js';
import type { Files, Logger } from '../system/ports.js';
import type { Upload } from './artifact.js';
import { type CheckRunEnd, completeCheckRun, type OpenCheckRun } from './check-run.js';
import { publishComment } from './comment.js';
import { OUTPUT_LIMIT, verdictOutputs } from './outputs.js';
import type { Annotation, OutputName, Runner } from './runner.js';
import type { Surroundings } from './surroundings.js';

/** Of a check run's summary: "Maximum length: 65535 characters" (REST API, checks). */
export const CHECK_SUMMARY_LIMIT = 65_535;
/** Of one step (GitHub docs, workflow commands: 1 MiB). */
export const JOB_SUMMARY_LIMIT = 1024 * 1024;

export interface ReportPorts {
  readonly runner: Runner;
  readonly files: Files;
  readonly renderers: Renderers;
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  /** Uploads what was written, if that is asked for. */
  readonly upload: Upload;
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
 * @returns false if what others wait for could not be uploaded
 */
export async function report(ports: ReportPorts, subject: ReportSubject): Promise<boolean> {
  const { runner, renderers } = ports;
  const { results } = subject;
  const step = guarded(runner.logger);
  const folder = await resultFolder(ports.files, subject.temporary);
  const written: string[] = [];
  await step('The results could not be saved', () => save(ports, subject, { folder, written, step }));
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
  return ports.upload({ files: written, folder });
}

interface ShardReport {
  readonly shard: Shard;
  /** Gives a value without secrets. */
  readonly hide: <T>(value: T) => T;
  /** Absolute: the runner's temporary folder. */
  readonly temporary: string;
}

/**
 * Keeps what a shard has measured, and says so in the job summary; it has no verdict.
 * @returns false if it could not be uploaded
 * @throws Error if it cannot be kept: then the shard has measured nothing
 */
export async function reportShard(
  { runner, files, upload }: Pick<ReportPorts, 'runner' | 'files' | 'upload'>,
  { shard, hide, temporary }: ShardReport,
): Promise<boolean> {
  const { index, of } = shard.shard;
  const folder = await resultFolder(files, temporary);
  const path = `${folder}/${shardName(shard.shard)}`;
  await files.write(path, shardText(shard, hide));
  runner.output('results', path);
  const said = `shard ${index} of ${of}: ${hide(shardSummary(shard))}`;
  runner.logger.info(`${said}; ${path} is for the job that merges`);
  await guarded(runner.logger)('The job summary could not be written', () =>
    runner.summarize(
      `**flowgate** ${html(said)}. A shard is not judged: the job that merges all of them has the verdict.`,
    ),
  );
  return upload({ files: [path], folder });
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

interface Saving {
  readonly folder: string;
  /** Gets the path of each file that was written. */
  readonly written: string[];
  readonly step: Step;
}

/** results.json first: the rest can be rendered from it again. */
async function save(
  ports: ReportPorts,
  { results }: ReportSubject,
  { folder, written, step }: Saving,
): Promise<void> {
  const { files, renderers, runner } = ports;
  const write = async (name: string, text: string): Promise<string> => {
    const path = `${folder}/${name}`;
    await files.write(path, text);
    written.push(path);
    return path;
  };
  runner.output('results', await write('results.json', resultsJson(results)));
  for (const [name, print] of Object.entries(renderers.files)) {
    await step(`${name} could not be written`, async () => {
      const path = await write(name, print(results));
      if (name === 'report.html') runner.output('report', path);
    });
  }
}

async function comment({ github, runner, renderers }: ReportPorts, subject: ReportSubject): Promise<void> {
  const { results, surroundings, mode } = subject;
  const { run, invocation } = surroundings;
  const { pullRequest, readOnly } = surroundings.occasion;
  const id = await publishComment(
    { github, logger: runner.logger },
    {
      pullRequest,
      mode,
      readOnly,
      marker: {
        key: surroundings.key,
        run: run?.id ?? 0,
        attempt: run?.attempt ?? 1,
        verdict: results.verdict,
        ...invocation,
      },
      render: (marker) => renderers.comment(results, { marker }),
    },
  );
  if (id !== undefined) runner.output('comment-id', String(id));
}

async function complete({ github, runner, renderers }: ReportPorts, subject: ReportSubject): Promise<void> {
  const { results, checkRun } = subject;
  if (checkRun === undefined) return;
  await completeCheckRun({ github, logger: runner.logger }, checkRun, {
    ...endOf(results),
    summary: renderers.summary(results, { limit: CHECK_SUMMARY_LIMIT }),
  });
}

/** What a check run says of the results, without its text. */
export function endOf(results: Results): Omit<CheckRunEnd, 'summary'> {
  return {
    verdict: results.verdict,
    interrupted: interruptionOf(results) !== undefined,
    advises: isOnlyAdvice(results),
    stepFails: exitStatus(results) !== 0,
    accepted: results.scenarios
      .flatMap(({ thresholds }) => thresholds)
      .filter(({ outcome }) => outcome === 'accepted').length,
    unresolved: unresolvedTally(results),
    unresolvedAlone: isUnresolvedAlone(results),
  };
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
  /** What is written beside results.json, by the name of the file; the output `report` is the path of report.html. */
  readonly files: Readonly<Record<string, (results: Results) => string>>;
  annotations(results: Results): readonly Annotation[];
}

/** Reports what kept a verdict from being reached, and gives the exit status: 2 for what the user can mend. */
export function reportFailure(runner: Pick<Runner, 'annotate'>, thrown: unknown, workspace: string): number {
  if (thrown instanceof UserError) {
    thrown.problems.forEach((problem) => {
      runner.annotate(problemAnnotation(problem, workspace));
    });
    return EXIT.unusable;
  }
  const stack = (thrown instanceof Error ? thrown.stack : undefined) ?? messageOf(thrown);
  runner.annotate({
    level: 'error',
    title: 'flowgate: a defect',
    message: `${stack}\nThis is a defect in flowgate, please report it.`,
  });
  return EXIT.failed;
}

/** One error each, at its place in the file where it has one. */
function problemAnnotation({ message, where, file, line, column }: Problem, workspace: string): Annotation {
  return {
    level: 'error',
    title: 'flowgate: configuration',
    message: where === undefined ? message : `${where}: ${message}`,
    file: file === undefined ? undefined : relativeTo(workspace, file),
    line,
    column,
  };
}

/** GitHub places an annotation by the path in the repository, with slashes on every system. */
function relativeTo(workspace: string, file: string): string {
  const inside = file.startsWith(workspace) && /^[\\/]/.test(file.slice(workspace.length));
  return inside ? file.slice(workspace.length + 1).replaceAll('\\', '/') : file;
}
