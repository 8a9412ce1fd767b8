import { type CalibrateOptions, calibrateScenario } from '../compare/calibrate/calibrating.js';
import type { Inputs } from '../config/inputs.js';
import { makePlan } from '../config/plan.js';
import { type Problem, UserError } from '../lib/errors.js';
import { EXIT } from '../lib/exit-status.js';
import { parseDuration } from '../lib/fields.js';
import { type Calibration, CALIBRATION_SCHEMA, type ScenarioCalibration } from '../model/calibration.js';
import type { ComparePlan } from '../model/comparison.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import { isAgainstBase } from '../model/threshold.js';
import { renderCalibrationMarkdown, renderCalibrationTerminal } from '../report/calibration.js';
import type { Formats } from '../report/formats.js';
import { inputsOf, type RunOptions } from './options.js';
import { type OutputOptions, type Outputs, printer, type Terminal, writeFormats } from './outputs.js';

export const CALIBRATION_FORMATS = {
  json: {
    help: 'write what was found as JSON there',
    print: (calibration) => `${JSON.stringify(calibration, undefined, 2)}\n`,
  },
  markdown: { help: 'write the report as Markdown there', print: renderCalibrationMarkdown },
} satisfies Formats<Calibration>;

export interface CalibrateCliOptions
  extends
    Omit<RunOptions, keyof OutputOptions | 'compare' | 'prepare' | 'onInconclusive'>,
    Outputs<keyof typeof CALIBRATION_FORMATS> {
  readonly for?: string;
  readonly runs?: string;
}

/** ms for all scenarios together. */
const TIME = 600_000;
/** Of each kind; some 10 s of computing. */
const REPLAYS = 400;

/** `flowgate calibrate`: measures, computes, writes, prints. What was found is no verdict, so that any of it is status 0. */
export async function calibrate(
  terminal: Terminal,
  { for: time, runs, json, markdown, ...asked }: CalibrateCliOptions,
): Promise<number> {
  const { screen, ports } = terminal;
  const context = terminal.contextOf('');
  const { env } = context;
  const { scenarios: plans, compare, bounds } = await planned(terminal, { asked, time, runs, env });
  const createdAt = ports.clock.wall().toISOString();
  const scenarios = await inTurn(plans, {
    ...compare,
    ...bounds,
    time: bounds.time / plans.length,
    replays: REPLAYS,
    ports,
    context,
  });
  const calibration: Calibration = terminal.secrets.hide({
    schema: CALIBRATION_SCHEMA,
    version: context.version,
    createdAt,
    environment: context.environment,
    seed: plans[0]?.seed ?? 0,
    interrupted: ports.interrupt.aborted ? String(ports.interrupt.reason) : undefined,
    scenarios,
  });
  const outputs = { json, markdown };
  await writeFormats(terminal, CALIBRATION_FORMATS, { subject: calibration, outputs });
  const print = printer(terminal, CALIBRATION_FORMATS, outputs);
  if (!terminal.quiet) print(renderCalibrationTerminal(calibration, screen));
  return statusOf(calibration);
}

async function inTurn(
  plans: readonly ScenarioPlan[],
  options: CalibrateOptions,
): Promise<ScenarioCalibration[]> {
  const calibrated: ScenarioCalibration[] = [];
  for (const plan of plans) calibrated.push(await calibrateScenario(plan, options));
  return calibrated;
}

function statusOf({ interrupted, scenarios }: Calibration): number {
  if (interrupted !== undefined) return EXIT.interrupted;
  return scenarios.some(({ problem }) => problem !== undefined) ? EXIT.inconclusive : EXIT.passed;
}

interface Asked {
  readonly asked: RunOptions;
  readonly time: string | undefined;
  readonly runs: string | undefined;
  /** What flows get. */
  readonly env: Readonly<Record<string, string>>;
}

type Bounds = Pick<CalibrateOptions, 'time' | 'runs'>;

/** @throws UserError with all that is wrong with the options and the config */
async function planned(
  { ports, cwd }: Terminal,
  { asked, env, ...bounds }: Asked,
): Promise<Pick<Plan, 'scenarios'> & { readonly compare: ComparePlan; readonly bounds: Bounds }> {
  const problems: Problem[] = [];
  const read = readBounds(bounds, problems);
  // That there is something to compare with lets limits hang on a base, as where the gate runs.
  const inputs = { ...inputsOf(asked), compare: 'base' };
  try {
    const { scenarios, compare } = await makePlan(inputs, { files: ports.files, workspace: cwd, env });
    problems.push(...unusedThresholds(inputs, scenarios));
    if (problems.length > 0) throw new UserError(problems);
    if (compare === undefined) throw new Error('a plan with compare says how to compare');
    return { scenarios, compare, bounds: read };
  } catch (thrown) {
    if (thrown instanceof UserError && thrown.problems !== problems) {
      throw new UserError([...problems, ...thrown.problems]);
    }
    throw thrown;
  }
}

/** Those of the options that no comparison judges; those of a config are for its gate. */
function unusedThresholds(inputs: Inputs, [scenario]: readonly ScenarioPlan[]): Problem[] {
  const ofOption = { fail: inputs.thresholds, warn: inputs.alerts };
  return (scenario?.thresholds ?? [])
    .filter((threshold) => ofOption[threshold.level] !== undefined && !isAgainstBase(threshold))
    .map(({ expression, level }) => ({
      where: `option --${level === 'fail' ? 'threshold' : 'alert'}`,
      message: `"${expression}": only limits on the base are calibrated; write base + 5%, or leave it out`,
    }));
}

function readBounds({ time, runs }: Omit<Asked, 'asked' | 'env'>, problems: Problem[]): Bounds {
  const read = time === undefined ? undefined : parseDuration(time);
  if (read?.ok === false) problems.push({ where: 'option --for', message: read.message });
  if (runs === undefined) return { time: read?.ok === true ? read.value : TIME };
  const count = Number(runs);
  if (!Number.isSafeInteger(count) || count < 1) {
    problems.push({ where: 'option --runs', message: `${runs} is no whole number from 1 up` });
  }
  return { runs: count, time: read?.ok === true ? read.value : Infinity };
}
