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
