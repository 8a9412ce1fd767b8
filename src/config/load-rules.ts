import { parseDuration } from './duration.js';
import type { Finding } from './finding.js';
import type { LoadWish } from './load.js';

/* What the keys of one scenario's load say of each other: one load model, and all that it needs. */

type Raw = Readonly<Record<string, unknown>>;
type Path = Finding['path'];

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

export function loadRules(path: Path, scenario: Raw): Finding[] {
  return [
    ...together(path, scenario),
    ...openOnly(path, scenario),
    ...abortRule(path, scenario),
    ...stageRules(path, scenario),
  ];
}

/** Only of a scenario that is to be run: an input may give what it lacks, or make its model another. */
export function durationRule(path: Path, scenario: Raw, input: LoadWish): Finding[] {
  const otherwise = ['duration', 'iterations', 'stages'].some((key) => key in scenario);
  if (!('rate' in scenario) || otherwise) return [];
  const mended = [input.duration, input.flows, input.iterations, input.rate];
  if (mended.some((value) => value !== undefined)) return [];
  return [{ path: [...path, 'rate'], message: 'needs duration: for how long flows are started' }];
}

function together(path: Path, scenario: Raw): Finding[] {
  return APART.filter(([one, other]) => one in scenario && other in scenario).map(([one, other, remedy]) => ({
    path,
    key: other,
    message: `${one} and ${other} are given; ${remedy}`,
  }));
}

function openOnly(path: Path, scenario: Raw): Finding[] {
  if (!('max-flows' in scenario) || 'rate' in scenario || stagesOf(scenario).some(hasRate)) return [];
  const message = 'is for the open model; give a rate, or write flows: how many run at once';
  return [{ path: [...path, 'max-flows'], message }];
}

function abortRule(path: Path, scenario: Raw): Finding[] {
  if (!('abort-delay' in scenario) || scenario['abort-on-fail'] === true) return [];
  return [{ path: [...path, 'abort-delay'], message: 'delays nothing without abort-on-fail: true' }];
}

function stageRules(path: Path, scenario: Raw): Finding[] {
  const stages = stagesOf(scenario);
  const open = stages.some(hasRate);
  const mixed = open && stages.some((stage) => 'flows' in stage);
  if (mixed) {
    const message =
      'some have flows and some a rate; a run is in the closed or in the open model, not in both';
    return [{ path: [...path, 'stages'], message }];
  }
  return stages.flatMap((stage, index) => oneStage([...path, 'stages', index], stage));
}

function oneStage(path: Path, stage: Raw): Finding[] {
  const level = 'flows' in stage || 'rate' in stage;
  const idle = level ? [] : [{ path, message: 'needs flows or rate, as in {flows: 10, for: 30s}' }];
  const length = msOf(stage['for']);
  const ramp = msOf(stage['ramp']);
  if (length === undefined || ramp === undefined || ramp <= length) return idle;
  const message = `is longer than the stage, which is ${String(stage['for'])}; the ramp is part of it`;
  return [...idle, { path: [...path, 'ramp'], message }];
}

function msOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const result = parseDuration(value);
  return result.ok ? result.ms : undefined;
}

function hasRate(stage: Raw): boolean {
  return 'rate' in stage;
}

/** Those that are maps. */
function stagesOf({ stages }: Raw): Raw[] {
  if (!Array.isArray(stages)) return [];
  const all: readonly unknown[] = stages;
  return all.map((stage) => (typeof stage === 'object' && stage !== null ? (stage as Raw) : { flows: 1 }));
}
