import { z } from 'zod';
import { LADDER_FIELDS, ladderRules, planLadder, refusedOnLadder } from '../ladder/config.js';
import {
  by,
  duration,
  type Finding,
  flag,
  isMap,
  map,
  mustBe,
  parseRate,
  type Path,
  RATE_PATTERN,
  readRate,
  rateWithoutUnit,
  type Raw,
  show,
  whole,
  type WrittenThreshold,
} from '../lib/fields.js';
import type { Load, ScenarioPlan } from '../model/plan.js';

/* How flows are started. */

/** `50/s` → starts per second. */
function rate(reader: typeof parseRate) {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number' && input >= 0
          ? rateWithoutUnit(input)
          : `must be a rate such as 50/s, 300/min or 1000/h, not ${show(input)}`,
    })
    .transform(by(reader))
    .meta({ pattern: RATE_PATTERN });
}

const stage = map(
  {
    flows: whole(0).optional().describe('how many run at once in this stage; 0 starts none'),
    rate: rate(readRate)
      .optional()
      .describe('at which rate flows are started in this stage; 0/s starts none'),
    for: duration.describe('how long the stage is'),
    ramp: duration
      .optional()
      .describe('at its beginning, how long it takes to get here from the stage before; a step if left out'),
  },
  'a stage such as {flows: 10, for: 30s}',
);

const stages = z
  .array(stage, {
    error: mustBe('a list such as [{flows: 10, for: 30s}, {flows: 50, for: 30s}]'),
  })
  .min(1, { error: 'is empty; list some, such as {flows: 10, for: 30s}, or remove the key' });

type StageConfig = z.output<typeof stage>;

/** Keys of a scenario that make its load, beside flows, iterations and duration. */
export const LOAD_FIELDS = {
  rate: rate(parseRate)
    .optional()
    .describe(
      'open model: starts per second (50/s), minute or hour, however earlier flows get on; needs duration',
    ),
  'max-flows': whole(1)
    .optional()
    .describe(
      'open model: most flows in flight, one that is due beyond is dropped; 100 if left out, or what starts in 2 s if that is more',
    ),
  stages: stages
    .optional()
    .describe(
      'one after another: {flows: 10, for: 30s} in the closed model, {rate: 50/s, for: 30s} in the open one',
    ),
  'abort-on-fail': flag
    .optional()
    .describe(
      'every gate is looked at once a second (on a ladder: after each rung), and one that does not hold ends the run',
    ),
  'abort-delay': duration
    .optional()
    .describe('how long after the first flow gates with abort-on-fail are first looked at'),
  ...LADDER_FIELDS,
};

/* What the keys of one scenario's load say of each other: one load model, and all that it needs. */

/** Keys that exclude each other, and why. */
const APART: readonly (readonly [string, string, string])[] = [
  ['iterations', 'duration', 'keep one'],
  ['iterations', 'rate', 'keep one: in the open model rate and duration say how many there are'],
  [
    'flows',
    'rate',
    'keep one: flows is how many run at once in the closed model; in the open one write max-flows',
  ],
  ['flows', 'stages', 'keep one: each stage has its own flows'],
  ['iterations', 'stages', 'keep one: the stages say how long flows are started'],
  ['duration', 'stages', 'keep one: each stage says how long it is'],
  ['rate', 'stages', 'keep one: each stage can have its own rate'],
];

interface LoadConfig {
  readonly 'abort-on-fail'?: boolean;
  /** A stage that is wrong is undefined. */
  readonly stages?: readonly (StageConfig | undefined)[];
  /** A rung that is wrong is undefined. */
  readonly ladder?: readonly (number | undefined)[];
  readonly iterations?: number;
}

interface LoadSurroundings {
  /** The scenario as the YAML has it. */
  readonly written: Raw;
  /** Of the scenario, alerts too. */
  readonly thresholds: readonly WrittenThreshold[];
}

export function loadRules(
  path: Path,
  scenario: LoadConfig,
  { written, thresholds }: LoadSurroundings,
): Finding[] {
  return [
    ...together(path, scenario),
    ...openOnly(path, scenario),
    ...abortRule(path, scenario),
    ...stageRules([...path, 'stages'], scenario.stages ?? [], written['stages']),
    ...ladderRules(path, scenario, thresholds),
  ];
}

function together(path: Path, scenario: LoadConfig): Finding[] {
  return APART.filter(([one, other]) => one in scenario && other in scenario).map(([one, other, remedy]) => ({
    path,
    key: other,
    message: `${one} and ${other} are given; ${remedy}`,
  }));
}

function openOnly(path: Path, scenario: LoadConfig): Finding[] {
  if (!('max-flows' in scenario) || 'rate' in scenario || scenario.stages?.some(hasRate) === true) return [];
  const message = 'is for the open model; give a rate, or write flows: how many run at once';
  return [{ path: [...path, 'max-flows'], message }];
}

function abortRule(path: Path, scenario: LoadConfig): Finding[] {
  if (!('abort-delay' in scenario) || scenario['abort-on-fail'] === true) return [];
  return [{ path: [...path, 'abort-delay'], message: 'delays nothing without abort-on-fail: true' }];
}

function stageRules(
  path: Path,
  stages: readonly (StageConfig | undefined)[],
  written: unknown,
): readonly Finding[] {
  if (stages.some(hasRate) && stages.some((stage) => stage === undefined || 'flows' in stage)) {
    const message =
      'some have flows and some a rate; a run is in the closed or in the open model, not in both';
    return [{ path, message }];
  }
  if (stages.length > 0 && stages.every((stage) => stage?.flows === 0 || stage?.rate === 0)) {
    return [{ path, message: 'start no flow at all; write more than 0 in one of them' }];
  }
  return stages.flatMap((stage, index) => {
    if (stage === undefined) return [];
    const length: unknown = Array.isArray(written) && isMap(written[index]) ? written[index]['for'] : '';
    return oneStage([...path, index], stage, String(length));
  });
}

/** A time that is wrong is undefined. */
function oneStage(path: Path, stage: Partial<StageConfig>, length: string): Finding[] {
  const level = 'flows' in stage || 'rate' in stage;
  const idle = level ? [] : [{ path, message: 'needs flows or rate, as in {flows: 10, for: 30s}' }];
  const { for: duration, ramp } = stage;
  if (duration === undefined || ramp === undefined || ramp <= duration) return idle;
  const message = `is longer than the stage, which is ${length}; the ramp is part of it`;
  return [...idle, { path: [...path, 'ramp'], message }];
}

function hasRate(stage: StageConfig | undefined): boolean {
  return stage !== undefined && 'rate' in stage;
}

/**
 * What the config itself is to blame for when its load is put together with the inputs; nothing if a number of it is
 * wrong. Only of a scenario that is to be run: an input may give what it lacks, or make its model another.
 */
export function loadWithInputs(path: Path, scenario: LoadWish, input: LoadWish): Finding[] {
  const { flows, iterations } = scenario;
  if ('ladder' in scenario) return [];
  if ('rate' in scenario || 'stages' in scenario) return durationRule(path, scenario, input);
  const isWrong = ['flows', 'iterations'].some(
    (key) => key in scenario && scenario[key as 'flows'] === undefined,
  );
  if (isWrong || 'duration' in scenario) return [];
  const result = resolveLoad(input, { flows, iterations });
  return result.ok || result.by === 'input' ? [] : [{ path: [...path, result.key], message: result.message }];
}

function durationRule(path: Path, scenario: LoadWish, input: LoadWish): Finding[] {
  if (!('rate' in scenario) || ['duration', 'iterations', 'stages'].some((key) => key in scenario)) return [];
  const mended = [input.duration, input.flows, input.iterations, input.rate];
  if (mended.some((value) => value !== undefined)) return [];
  return [{ path: [...path, 'rate'], message: 'needs duration: for how long flows are started' }];
}

/* Which load it is. */

const DEFAULT_FLOWS = 10;
/** Most in flight in the open model: so many, or what starts in so many seconds if that is more. */
const DEFAULT_MAX_FLOWS = 100;
const MAX_FLOWS_SECONDS = 2;

/** Load as one place gives it: the inputs, or a scenario of the config. */
export interface LoadWish {
  readonly flows?: number;
  readonly iterations?: number;
  /** ms */
  readonly duration?: number;
  /** Starts per second. */
  readonly rate?: number;
  readonly maxFlows?: number;
  readonly stages?: readonly StageConfig[];
}

/** What an input can say of it too. */
export type LoadKey = Exclude<keyof LoadWish, 'stages'>;

export interface LoadProblem {
  readonly message: string;
  readonly by: 'input' | 'config';
  readonly key: LoadKey;
}

type LoadResult = { readonly ok: true; readonly load: Load } | ({ readonly ok: false } & LoadProblem);

export type LoadsResult =
  | { readonly ok: true; readonly loads: Pick<ScenarioPlan, 'load' | 'ladder'> }
  | { readonly ok: false; readonly problems: readonly LoadProblem[] };

/** The load of a scenario, with the rungs that it comes in if it is a ladder. */
export function resolveLoads(
  name: string,
  input: LoadWish,
  config: LoadWish & { readonly ladder?: readonly number[] },
): LoadsResult {
  if (config.ladder === undefined) {
    const result = resolveLoad(input, config);
    return result.ok ? { ok: true, loads: { load: result.load } } : { ok: false, problems: [result] };
  }
  const refused = refusedOnLadder(name, config.ladder, input);
  if (refused.length > 0) return { ok: false, problems: refused.map((each) => ({ ...each, by: 'input' })) };
  return { ok: true, loads: planLadder(config.ladder, hasEnd(input) ? input : config) };
}

/**
 * What is given by the inputs goes before what the config gives: a rate in the inputs makes the model open, flows or
 * iterations make it closed, else it is as the config has it.
 */
function resolveLoad(input: LoadWish, config: LoadWish): LoadResult {
  const closed = input.flows !== undefined || input.iterations !== undefined;
  if (input.rate !== undefined || (!closed && config.rate !== undefined)) return openLoad(input, config);
  if (!closed && config.stages !== undefined) return stagedLoad(input, { ...config, stages: config.stages });
  if (input.maxFlows !== undefined) return needsOpenModel();
  return closedLoad(input, config);
}

function needsOpenModel(): LoadResult {
  const message = 'is for the open model; give a rate, or leave it out: flows is how many run at once';
  return { ok: false, message, by: 'input', key: 'maxFlows' };
}

function openLoad(input: LoadWish, config: LoadWish): LoadResult {
  const rate = input.rate ?? config.rate ?? 0;
  const duration = input.duration ?? config.duration;
  if (duration === undefined) {
    const message = 'needs duration: for how long flows are started';
    return { ok: false, message, by: input.rate === undefined ? 'config' : 'input', key: 'rate' };
  }
  const flows = input.maxFlows ?? config.maxFlows ?? defaultMaxFlows(rate);
  return { ok: true, load: { model: 'open', flows, rate, duration } };
}

function stagedLoad(input: LoadWish, config: LoadWish & { stages: readonly StageConfig[] }): LoadResult {
  if (input.duration !== undefined) {
    const message = 'the scenario has stages, which say how long they are; leave it out';
    return { ok: false, message, by: 'input', key: 'duration' };
  }
  const rates = config.stages.map((stage) => ({ ...timesOf(stage), rate: stage.rate ?? 0 }));
  if (config.stages.some(({ rate }) => rate !== undefined)) {
    const highest = Math.max(...rates.map(({ rate }) => rate));
    const flows = input.maxFlows ?? config.maxFlows ?? defaultMaxFlows(highest);
    return { ok: true, load: { model: 'open', flows, stages: rates } };
  }
  if (input.maxFlows !== undefined) return needsOpenModel();
  const stages = config.stages.map((stage) => ({ ...timesOf(stage), flows: stage.flows ?? 0 }));
  const flows = Math.max(...stages.map((stage) => stage.flows));
  return { ok: true, load: { model: 'closed', flows, stages } };
}

function timesOf({ for: duration, ramp }: StageConfig): { duration: number; ramp?: number } {
  return ramp === undefined ? { duration } : { duration, ramp };
}

/** @param rate starts per second */
function defaultMaxFlows(rate: number): number {
  return Math.max(DEFAULT_MAX_FLOWS, Math.ceil(rate * MAX_FLOWS_SECONDS));
}

/** Iterations and duration stand for each other: one of them in the inputs replaces the other in the config. */
function closedLoad(input: LoadWish, config: LoadWish): LoadResult {
  const flows = input.flows ?? config.flows ?? DEFAULT_FLOWS;
  const end = hasEnd(input) ? input : config;
  if (end.iterations === undefined && end.duration !== undefined) {
    return { ok: true, load: { model: 'closed', flows, duration: end.duration } };
  }
  const iterations = end.iterations ?? flows;
  if (iterations >= flows) return { ok: true, load: { model: 'closed', flows, iterations } };
  const shown = input.flows === undefined && config.flows === undefined ? `${flows}, the default` : flows;
  return {
    ok: false,
    message: `iterations (${iterations}) is less than flows (${shown}): never would ${flows} be in flight`,
    ...culprit(input),
  };
}

function hasEnd({ iterations, duration }: LoadWish): boolean {
  return iterations !== undefined || duration !== undefined;
}

function culprit(input: LoadWish): { by: 'input' | 'config'; key: LoadKey } {
  if (input.iterations !== undefined) return { by: 'input', key: 'iterations' };
  if (input.flows !== undefined) return { by: 'input', key: 'flows' };
  return { by: 'config', key: 'iterations' };
}
