import type { UnresolvedAnswer } from '../model/compare-plan.js';
import type { HttpRequestPlan } from '../model/http.js';
import type { Threshold } from '../model/threshold.js';

/**
 * What the action's inputs and the terminal's options say, as text. Left out and empty are the same: a workflow
 * cannot leave out an input that it fills from an expression.
 */
export interface Inputs {
  readonly config?: string;
  readonly scenario?: string;
  readonly run?: string;
  readonly module?: string;
  readonly url?: string;
  readonly demo?: string;
  readonly flows?: string;
  readonly iterations?: string;
  readonly duration?: string;
  readonly rate?: string;
  readonly timeout?: string;
  readonly thresholds?: string;
  readonly alerts?: string;
  readonly compare?: string;
  readonly prepare?: string;
  readonly budget?: string;
  readonly shard?: string;
  readonly comment?: string;
  readonly commentKey?: string;
  readonly pullRequest?: string;
  readonly checkName?: string;
  readonly onInconclusive?: string;
  readonly workingDirectory?: string;
  readonly history?: string;
  /** Of the terminal only: most in flight in the open model. */
  readonly maxFlows?: string;
  /** Of the terminal only: seed of everything random. */
  readonly seed?: string;
  /** Of the terminal only: how the demo is told to misbehave. */
  readonly bug?: string;
  /** Of the terminal only: `true` leaves out the comparison that the config asks for. */
  readonly noCompare?: string;
  /** Of the action only: names of inputs that action.yml does not have, one a line. */
  readonly unknown?: string;
}

export type InputKey = keyof Inputs;

/** Inputs of action.yml that only the publisher reads. */
export const PUBLISHER_INPUTS = ['github-token', 'matrix'] as const;

/** All others of action.yml, by their names. */
export const ACTION_INPUTS = {
  config: 'config',
  scenario: 'scenario',
  run: 'run',
  module: 'module',
  url: 'url',
  demo: 'demo',
  flows: 'flows',
  iterations: 'iterations',
  duration: 'duration',
  rate: 'rate',
  timeout: 'timeout',
  thresholds: 'thresholds',
  alerts: 'alerts',
  compare: 'compare',
  prepare: 'prepare',
  budget: 'budget',
  shard: 'shard',
  comment: 'comment',
  commentKey: 'comment-key',
  pullRequest: 'pull-request',
  checkName: 'check-name',
  onInconclusive: 'on-inconclusive',
  workingDirectory: 'working-directory',
  history: 'history',
} as const satisfies Partial<Record<InputKey, string>>;

const INPUT_NAMES: Readonly<Record<InputKey, string>> = {
  ...ACTION_INPUTS,
  maxFlows: 'max-flows',
  seed: 'seed',
  bug: 'bug',
  noCompare: 'no-compare',
  unknown: 'unknown',
};

/** `input working-directory`: where a problem of an input is. */
export function whereInput(key: InputKey): string {
  return `input ${INPUT_NAMES[key]}`;
}

/**
 * Reads all inputs of the action.
 * @param get gives the text of one by its name, empty if it was left out
 * @param given names of all that the runner has handed over, in the runner's spelling of a variable (INPUT_CHECK-NAME)
 */
export function readInputs(get: (name: string) => string, given: readonly string[] = []): Inputs {
  const entries = Object.entries(ACTION_INPUTS).map(([key, name]) => [key, get(name)] as const);
  const unknown = given
    .filter((variable) => variable.startsWith(PREFIX))
    .map((variable) => variable.slice(PREFIX.length).toLowerCase())
    .filter((name) => !KNOWN.has(name));
  return Object.fromEntries(
    [...entries, ['unknown', unknown.sort().join('\n')] as const].filter(([, value]) => value !== ''),
  );
}

/** `core.getInput` reads an input from the variable of this name; the runner writes it in capitals. */
const PREFIX = 'INPUT_';
const KNOWN: ReadonlySet<string> = new Set([...Object.values(ACTION_INPUTS), ...PUBLISHER_INPUTS]);

export const COMMENT_MODES = ['always', 'on-change', 'on-problem', 'never'] as const;
export type CommentMode = (typeof COMMENT_MODES)[number];

/** How the result is published; the plan does not depend on it. */
export interface Publishing {
  readonly comment: CommentMode;
  /** Number of the pull request that the run is about. */
  readonly pullRequest?: number;
  readonly checkName?: string;
}

/** The inputs as values; what was left out is not there. */
export interface ParsedInputs {
  readonly config?: string;
  readonly scenarios?: readonly string[];
  readonly run?: string;
  readonly module?: string;
  readonly url?: readonly HttpRequestPlan[];
  readonly demo?: boolean;
  readonly flows?: number;
  readonly iterations?: number;
  /** ms */
  readonly duration?: number;
  /** Starts per second. */
  readonly rate?: number;
  readonly maxFlows?: number;
  /** ms */
  readonly timeout?: number;
  readonly thresholds?: readonly Threshold[];
  readonly alerts?: readonly Threshold[];
  /** A git ref, or `base`. */
  readonly compare?: string;
  readonly noCompare?: boolean;
  readonly prepare?: string;
  /** ms */
  readonly budget?: number;
  readonly onInconclusive?: UnresolvedAnswer;
  readonly workingDirectory?: string;
  readonly seed?: number;
  readonly bug?: string;
  readonly history?: 'true' | 'false';
  readonly publishing: Publishing;
}
