import { BUGS } from '../demo/bugs.js';
import type { Problem } from '../errors.js';
import { UNRESOLVED_ANSWERS } from '../model/compare-plan.js';
import type { HttpRequestPlan } from '../model/http.js';
import { placeholdersIn } from '../model/placeholders.js';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { refusedAgainstBase } from '../verdict/base-limit.js';
import { didYouMean } from '../verdict/nearest.js';
import { NO_THRESHOLD, ofThreshold, readThresholdText } from '../verdict/threshold-list.js';
import { refProblem } from './compare.js';
import { RUNS_NOTHING, runsNothing } from './fields.js';
import { httpRequests } from './http.js';
import {
  ACTION_INPUTS,
  COMMENT_MODES,
  PUBLISHER_INPUTS,
  whereInput,
  type InputKey,
  type Inputs,
  type ParsedInputs,
} from './inputs.js';
import { parseDuration, parseRate, type Read } from './quantities.js';
import { needsCompare } from './thresholds.js';

/*
 * What the contract names and this version does not do yet: recognised and refused, so that it is never taken for a
 * misspelling and never silently ignored.
 */
export const UNAVAILABLE = 'is not available in this version yet';

export const LATER_INPUTS = ['shard'] as const;

const SWITCH = ['true', 'false'] as const;

export interface InputsReading {
  readonly parsed: ParsedInputs;
  /** In the order of action.yml. What has a problem is missing in `parsed`. */
  readonly problems: readonly Problem[];
  /** What would be wrong too if nothing were compared. */
  readonly unlessCompared: readonly Problem[];
}

/** Reads every input and reports all that is wrong with them. Never throws. */
export function parseInputs(inputs: Inputs): InputsReading {
  const reader = new InputReader(inputs);
  const { problems, unlessCompared } = reader;
  const parsed: ParsedInputs = {
    config: reader.text('config'),
    scenarios: reader.names('scenario'),
    run: reader.command('run'),
    module: reader.text('module'),
    url: reader.requests('url'),
    demo: reader.oneOf('demo', SWITCH) === 'true',
    flows: reader.whole('flows', 1),
    iterations: reader.whole('iterations', 1),
    duration: reader.readBy(parseDuration, 'duration'),
    rate: reader.readBy(parseRate, 'rate'),
    maxFlows: reader.whole('maxFlows', 1),
    timeout: reader.readBy(parseDuration, 'timeout'),
    thresholds: reader.thresholds('thresholds', 'fail'),
    alerts: reader.thresholds('alerts', 'warn'),
    compare: reader.ref('compare'),
    noCompare: isGiven(inputs.noCompare),
    prepare: reader.command('prepare'),
    budget: reader.readBy(parseDuration, 'budget'),
    publishing: {
      comment: reader.oneOf('comment', COMMENT_MODES) ?? 'always',
      pullRequest: reader.whole('pullRequest', 1),
      checkName: reader.text('checkName'),
    },
    onInconclusive: reader.oneOf('onInconclusive', UNRESOLVED_ANSWERS),
    workingDirectory: reader.text('workingDirectory'),
    seed: reader.whole('seed', 0),
    bug: reader.oneOf('bug', BUGS),
    history: reader.oneOf('history', SWITCH),
  };
  for (const key of LATER_INPUTS) {
    if (isGiven(inputs[key])) problems.push({ where: whereInput(key), message: UNAVAILABLE });
  }
  problems.push(...togetherProblems(inputs), ...unknownInputs(inputs));
  return { parsed, problems, unlessCompared };
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
const SHORTHAND = ['run', 'module', 'url', 'demo'] as const;

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
  return problems;
}

class InputReader {
  readonly problems: Problem[] = [];
  readonly unlessCompared: Problem[] = [];

  constructor(private readonly inputs: Inputs) {}

  text(key: InputKey): string | undefined {
    const value = this.inputs[key];
    if (!isGiven(value)) return undefined;
    const trimmed = value.trim();
    return this.accept(key, trimmed === '' ? undefined : trimmed, 'is blank; write it or leave it out');
  }

  command(key: InputKey): string | undefined {
    const command = this.text(key);
    if (command === undefined) return undefined;
    return this.accept(key, runsNothing(command) ? undefined : command, RUNS_NOTHING);
  }

  whole(key: InputKey, least: number): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const number = Number(value);
    const fits = /^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least;
    return this.accept(
      key,
      fits ? number : undefined,
      `must be a whole number from ${least} up, not ${value}`,
    );
  }

  readBy(read: (text: string) => Read<number>, key: InputKey): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const result = read(value);
    return result.ok ? result.value : this.accept<number>(key, undefined, result.message);
  }

  oneOf<Name extends string>(key: InputKey, names: readonly Name[]): Name | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const found = names.find((name) => name === value);
    const list = `must be one of ${names.join(', ')}, not ${value}`;
    return this.accept(key, found, `${list}${didYouMean(value, names)}`);
  }

  ref(key: InputKey): string | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const problem = refProblem(value);
    return problem === undefined ? value : this.accept<string>(key, undefined, problem);
  }

  /** The URL of a GET. */
  requests(key: InputKey): readonly HttpRequestPlan[] | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    if (placeholdersIn(value).some(({ word }) => /^port(\.|$)/.test(word))) {
      return this.accept<readonly HttpRequestPlan[]>(
        key,
        undefined,
        '{{port}} is the port of a service, and there is none; write a config',
      );
    }
    const parsed = httpRequests.safeParse(value);
    return this.accept(key, parsed.data, parsed.error?.issues[0]?.message ?? '');
  }

  names(key: InputKey): readonly string[] | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const names = value
      .split(/[,\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== '');
    return this.accept(
      key,
      names.length === 0 ? undefined : [...new Set(names)],
      `${value} names no scenario`,
    );
  }

  thresholds(key: InputKey, level: ThresholdLevel): readonly Threshold[] | undefined {
    const value = this.inputs[key];
    if (!isGiven(value)) return undefined;
    const entries = readThresholdText(value, level);
    const before = this.problems.length;
    if (entries.length === 0) this.problems.push({ where: whereInput(key), message: NO_THRESHOLD });
    entries.forEach(({ threshold, text, problems }, index) => {
      const where = `${whereInput(key)}[${index}]`;
      this.problems.push(...problems.map(({ message }) => ({ where, message })));
      if (threshold === undefined) return;
      const refused = refusedAgainstBase(threshold);
      if (refused !== undefined) this.problems.push({ where, message: ofThreshold(text, refused) });
      const needs = needsCompare(threshold);
      if (needs !== undefined) this.unlessCompared.push({ where, message: ofThreshold(text, needs) });
    });
    if (this.problems.length > before) return undefined;
    return entries.map(({ threshold }) => threshold).filter((threshold) => threshold !== undefined);
  }

  /** The value as it is; without one the input has a problem. */
  private accept<Value>(key: InputKey, value: Value | undefined, message: string): Value | undefined {
    if (value === undefined) this.problems.push({ where: whereInput(key), message });
    return value;
  }
}
