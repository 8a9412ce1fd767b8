import { refProblem } from '../compare/config.js';
import { refusedAgainstBase } from '../compare/thresholds.js';
import { BUGS } from '../demo/bugs.js';
import type { Problem } from '../lib/errors.js';
import {
  good,
  parseDuration,
  parseRate,
  type Read,
  RUNS_NOTHING,
  runsNothing,
  unreadable,
} from '../lib/fields.js';
import { didYouMean } from '../lib/nearest.js';
import { UNRESOLVED_ANSWERS } from '../model/comparison.js';
import type { HttpRequestPlan } from '../model/plan.js';
import type { Share } from '../model/share.js';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { parseShare } from '../shards/divide.js';
import { httpRequests } from './http.js';
import { placeholderFault } from './placeholders.js';
import { needsCompare, NO_THRESHOLD, ofThreshold, readThresholdText } from './thresholds.js';

/* What the action's inputs and the terminal's options say. */

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
  artifact: 'artifact',
  onFail: 'on-fail',
  onInconclusive: 'on-inconclusive',
  workingDirectory: 'working-directory',
  history: 'history',
} as const;

const NAMES = {
  ...ACTION_INPUTS,
  /** Of the terminal only: most in flight in the open model. */
  maxFlows: 'max-flows',
  /** Of the terminal only: seed of everything random. */
  seed: 'seed',
  /** Of the terminal only: the file of another tool that is judged. */
  import: 'import',
  /** Of the terminal only: how the demo is told to misbehave. */
  bug: 'bug',
  /** Of the terminal only: `true` leaves out the comparison that the config asks for. */
  noCompare: 'no-compare',
  /** Of the action only: names of inputs that action.yml does not have, one a line. */
  unknown: 'unknown',
} as const;

export type InputKey = keyof typeof NAMES;

/** As text. Left out and empty are the same: a workflow cannot leave out an input that it fills from an expression. */
export type Inputs = { readonly [Key in InputKey]?: string };

/** `input working-directory`: where a problem of an input is. */
export function whereInput(key: InputKey): string {
  return `input ${NAMES[key]}`;
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

/** What a failed or inconclusive verdict does to the step. */
const FAIL_ANSWERS = ['fail', 'warn'] as const;

const given = (text: string): Read<string> => good(text);
const isTrue = (text: string): Read<boolean> => {
  const read = oneOf(['true', 'false'])(text);
  return read.ok ? good(read.value === 'true') : read;
};

function command(text: string): Read<string> {
  return runsNothing(text) ? unreadable(RUNS_NOTHING) : good(text);
}

function whole(least: number) {
  return (text: string): Read<number> => {
    const number = Number(text);
    const fits = /^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least;
    return fits ? good(number) : unreadable(`must be a whole number from ${least} up, not ${text}`);
  };
}

function oneOf<Name extends string>(names: readonly Name[]) {
  return (text: string): Read<Name> => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return good(found);
    return unreadable(`must be one of ${names.join(', ')}, not ${text}${didYouMean(text, names)}`);
  };
}

function ref(text: string): Read<string> {
  const problem = refProblem(text);
  return problem === undefined ? good(text) : unreadable(problem);
}

/** What the artifact service takes no name with: file systems do not. */
const NO_FILE_NAME = /["<>|*?:\\/\r\n]/;
const LONGEST_ARTIFACT = 128;

function artifactName(text: string): Read<string | boolean> {
  if (text === 'true' || text === 'false') return good(text === 'true');
  if (text.length > LONGEST_ARTIFACT) return unreadable(`has more than ${LONGEST_ARTIFACT} characters`);
  const [bad] = NO_FILE_NAME.exec(text) ?? [];
  return bad === undefined
    ? good(text)
    : unreadable(`must be true, false or a name without ${JSON.stringify(bad)}, not ${text}`);
}

function shard(text: string): Read<Share> {
  const share = parseShare(text);
  return typeof share === 'string' ? unreadable(share) : good(share);
}

/** The URL of a GET. */
function requests(text: string): Read<readonly HttpRequestPlan[]> {
  const fault = placeholderFault(text);
  if (fault !== undefined) return unreadable(fault);
  const { data, error } = httpRequests.safeParse(text);
  return data === undefined ? unreadable(error.issues[0]?.message ?? '') : good(data);
}

function scenarioNames(text: string): Read<readonly string[]> {
  const names = text.split(/[,\n]/).map((name) => name.trim());
  const said = new Set(names.filter((name) => name !== ''));
  return said.size === 0 ? unreadable(`${text} names no scenario`) : good([...said]);
}

/** How each is read, in the order in which problems are reported. Thresholds have several of them. */
const READERS = {
  config: given,
  scenario: scenarioNames,
  run: command,
  module: given,
  url: requests,
  demo: isTrue,
  import: given,
  flows: whole(1),
  iterations: whole(1),
  /** ms */
  duration: parseDuration,
  /** Starts per second. */
  rate: parseRate,
  maxFlows: whole(1),
  /** ms */
  timeout: parseDuration,
  thresholds: 'fail',
  alerts: 'warn',
  /** A git ref, or `base`. */
  compare: ref,
  noCompare: () => good(true),
  prepare: command,
  /** ms */
  budget: parseDuration,
  comment: oneOf(COMMENT_MODES),
  /** Number of the pull request that the run is about. */
  pullRequest: whole(1),
  checkName: given,
  /** A name, or true: flowgate makes one. */
  artifact: artifactName,
  onFail: oneOf(FAIL_ANSWERS),
  onInconclusive: oneOf(UNRESOLVED_ANSWERS),
  workingDirectory: given,
  seed: whole(0),
  bug: oneOf(BUGS),
  history: isTrue,
  shard,
} as const satisfies { [Key in InputKey]?: ThresholdLevel | ((text: string) => Read<unknown>) };

type Readers = typeof READERS;

/** The inputs as values; what was left out, or is wrong, is not there. */
export type ParsedInputs = {
  readonly [Key in keyof Readers]?: Readers[Key] extends (text: string) => Read<infer Value>
    ? Value
    : readonly Threshold[];
};

export interface InputsReading {
  readonly parsed: ParsedInputs;
  readonly problems: readonly Problem[];
  /** What would be wrong too if nothing were compared. */
  readonly unlessCompared: readonly Problem[];
}

/** Reads every input and reports all that is wrong with them. Never throws. */
export function parseInputs(inputs: Inputs): InputsReading {
  const parsed: { [key: string]: unknown } = {};
  const problems: Problem[] = [];
  const unlessCompared: Problem[] = [];
  for (const [key, reader] of Object.entries(READERS) as [keyof Readers, Readers[keyof Readers]][]) {
    const text = inputs[key];
    if (!isGiven(text)) continue;
    if (typeof reader === 'string') {
      const read = readThresholds(text, reader, whereInput(key));
      problems.push(...read.problems);
      unlessCompared.push(...read.unlessCompared);
      if (read.problems.length === 0) parsed[key] = read.thresholds;
      continue;
    }
    const trimmed = text.trim();
    const read = trimmed === '' ? unreadable('is blank; write it or leave it out') : reader(trimmed);
    if (read.ok) parsed[key] = read.value;
    else problems.push({ where: whereInput(key), message: read.message });
  }
  problems.push(...togetherProblems(inputs), ...unknownInputs(inputs));
  return { parsed, problems, unlessCompared };
}

function readThresholds(text: string, level: ThresholdLevel, input: string) {
  const entries = readThresholdText(text, level).map((entry, index) => ({
    ...entry,
    where: `${input}[${index}]`,
  }));
  const problems: Problem[] = entries.length === 0 ? [{ where: input, message: NO_THRESHOLD }] : [];
  const unlessCompared: Problem[] = [];
  for (const { where, threshold, text: written, problems: found } of entries) {
    problems.push(...found.map(({ message }) => ({ where, message })));
    if (threshold === undefined) continue;
    // What the metrics of flows mean a config may say: they are looked at beside it.
    const refused = threshold.metric === 'metric' ? undefined : refusedAgainstBase(threshold);
    if (refused !== undefined) problems.push({ where, message: ofThreshold(written, refused) });
    const needs = needsCompare(threshold);
    if (needs !== undefined) unlessCompared.push({ where, message: ofThreshold(written, needs) });
  }
  return { thresholds: entries.map(({ threshold }) => threshold), problems, unlessCompared };
}

/** The runner only warns of a name that action.yml does not have, and a gate that is misspelt would gate nothing. */
function unknownInputs({ unknown = '' }: Inputs): Problem[] {
  const known = [...Object.values(ACTION_INPUTS), ...PUBLISHER_INPUTS];
  return unknown
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => ({
      where: `input ${name}`,
      message: `there is no such input${didYouMean(name, known, `; inputs are ${known.join(', ')}`)}`,
    }));
}

/** Whether an input says something; a switch that is off does not. */
export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

const SWITCHES: ReadonlySet<InputKey> = new Set(['demo', 'noCompare']);

function isAsked(inputs: Inputs, key: InputKey): boolean {
  const text = inputs[key];
  return isGiven(text) && !(SWITCHES.has(key) && text.trim() === 'false');
}

/** Each says by itself what one flow is. */
const SHORTHAND = ['run', 'module', 'url', 'demo', 'import'] as const;

/** Whether the inputs say what is run, so that no config file is looked for. */
export function hasShorthand(inputs: Inputs): boolean {
  return SHORTHAND.some((key) => isAsked(inputs, key));
}

const PAIRS: readonly (readonly [InputKey, InputKey])[] = [
  ['run', 'module'],
  ['run', 'url'],
  ['module', 'url'],
  ['run', 'demo'],
  ['module', 'demo'],
  ['url', 'demo'],
  ['config', 'run'],
  ['config', 'module'],
  ['config', 'url'],
  ['config', 'demo'],
  ['iterations', 'duration'],
  ['flows', 'rate'],
  ['iterations', 'rate'],
];

/**
 * Inputs of which one leaves no use for the other, whatever the config says. An input that nothing uses is an error:
 * whoever gave it believes that it gates, and a run without it would be green by accident.
 */
function togetherProblems(inputs: Inputs): Problem[] {
  const pairs = PAIRS.filter(([first, second]) => isAsked(inputs, first) && isAsked(inputs, second));
  const problems = pairs.map(([first, second]) => ({
    where: whereInput(second),
    message: `${first} and ${second} are given; keep one`,
  }));
  if (isAsked(inputs, 'scenario') && hasShorthand(inputs)) {
    const message = 'selects from a config file, and run, module, url and demo make one scenario';
    problems.push({ where: whereInput('scenario'), message });
  }
  if (isAsked(inputs, 'compare') && isAsked(inputs, 'demo')) {
    const message = 'the demo is part of flowgate and the same on both sides; leave compare or demo out';
    problems.push({ where: whereInput('compare'), message });
  }
  const unused = UNUSED_BY_SHARD.filter((key) => isAsked(inputs, 'shard') && isAsked(inputs, key));
  problems.push(...unused.map((key) => ({ where: whereInput(key), message: REPORTS_NOTHING })));
  return problems;
}

/** What only a report uses. */
const UNUSED_BY_SHARD: readonly InputKey[] = [
  'comment',
  'commentKey',
  'pullRequest',
  'checkName',
  'onFail',
  'onInconclusive',
];
const REPORTS_NOTHING =
  'a shard measures and reports nothing; give it to the step that merges, and leave it out here';
