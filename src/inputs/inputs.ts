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
}

export type InputKey = keyof Inputs;

/** The inputs of action.yml that are ours to read (`github-token` and `matrix` are the publisher's), by their names. */
export const ACTION_INPUTS = {
  config: 'config',
  scenario: 'scenario',
  run: 'run',
  module: 'module',
  url: 'url',
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
};

/** `input working-directory`: where a problem of an input is. */
export function whereInput(key: InputKey): string {
  return `input ${INPUT_NAMES[key]}`;
}

/** Reads all inputs of the action; `get` gives the text of one by its name, empty if it was left out. */
export function readInputs(get: (name: string) => string): Inputs {
  const entries = Object.entries(ACTION_INPUTS).map(([key, name]) => [key, get(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
