import { BUGS } from '../demo/bugs.js';
import type { Problem } from '../lib/errors.js';
import { didYouMean } from '../lib/nearest.js';
import { placeholdersIn } from '../lib/placeholders.js';
import { UNRESOLVED_ANSWERS, type UnresolvedAnswer } from '../model/comparison.js';
import type { HttpRequestPlan } from '../model/plan.js';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { refProblem } from './compare-fields.js';
import { parseDuration } from './duration.js';
import { RUNS_NOTHING, runsNothing } from './fields.js';
import { httpRequests } from './http-fields.js';
import { ACTION_INPUTS, type InputKey, type Inputs, PUBLISHER_INPUTS, whereInput } from './inputs.js';
import { parseRate } from './rate.js';
import { parseThresholdText } from './thresholds.js';
import { LATER_INPUTS, UNAVAILABLE } from './unavailable.js';
import { isGiven, togetherProblems } from './unused-inputs.js';

export const COMMENT_MODES = ['always', 'on-change', 'on-problem', 'never'] as const;
export type CommentMode = (typeof COMMENT_MODES)[number];

const SWITCH = ['true', 'false'] as const;

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

export interface InputsReading {
  readonly parsed: ParsedInputs;
  /** In the order of action.yml. What has a problem is missing in `parsed`. */
  readonly problems: readonly Problem[];
}

/** Reads every input and reports all that is wrong with them. Never throws. */
export function parseInputs(inputs: Inputs): InputsReading {
  const problems: Problem[] = [];
  const reader = new InputReader(inputs, problems);
  const parsed: ParsedInputs = {
    ...given('config', reader.text('config')),
    ...given('scenarios', reader.names('scenario')),
    ...given('run', reader.command('run')),
    ...given('module', reader.text('module')),
    ...given('url', reader.requests('url')),
    demo: reader.oneOf('demo', SWITCH) === 'true',
    ...given('flows', reader.whole('flows', 1)),
    ...given('iterations', reader.whole('iterations', 1)),
    ...given('duration', reader.duration('duration')),
    ...given('rate', reader.rate('rate')),
    ...given('maxFlows', reader.whole('maxFlows', 1)),
    ...given('timeout', reader.duration('timeout')),
    ...given('thresholds', reader.thresholds('thresholds', 'fail')),
    ...given('alerts', reader.thresholds('alerts', 'warn')),
    ...given('compare', reader.ref('compare')),
    noCompare: isGiven(inputs.noCompare),
    ...given('prepare', reader.command('prepare')),
    ...given('budget', reader.duration('budget')),
    publishing: {
      comment: reader.oneOf('comment', COMMENT_MODES) ?? 'always',
      ...given('pullRequest', reader.whole('pullRequest', 1)),
      ...given('checkName', reader.text('checkName')),
    },
    ...given('onInconclusive', reader.oneOf('onInconclusive', UNRESOLVED_ANSWERS)),
    ...given('workingDirectory', reader.text('workingDirectory')),
    ...given('seed', reader.whole('seed', 0)),
    ...given('bug', reader.oneOf('bug', BUGS)),
    ...given('history', reader.oneOf('history', SWITCH)),
  };
  for (const key of LATER_INPUTS) {
    if (isGiven(inputs[key])) problems.push({ where: whereInput(key), message: UNAVAILABLE });
  }
  problems.push(...togetherProblems(inputs), ...unknownInputs(inputs));
  return { parsed, problems };
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

function given<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}

class InputReader {
  constructor(
    private readonly inputs: Inputs,
    private readonly problems: Problem[],
  ) {}

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

  duration(key: InputKey): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const result = parseDuration(value);
    return result.ok ? result.ms : this.accept<number>(key, undefined, result.message);
  }

  rate(key: InputKey): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const result = parseRate(value);
    return result.ok ? result.rate : this.accept<number>(key, undefined, result.message);
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
    const { thresholds, problems } = parseThresholdText(value, level);
    for (const { index, message } of problems) {
      const where = `${whereInput(key)}${index === undefined ? '' : `[${index}]`}`;
      this.problems.push({ where, message });
    }
    return problems.length === 0 ? thresholds : undefined;
  }

  /** The value as it is; without one the input has a problem. */
  private accept<Value>(key: InputKey, value: Value | undefined, message: string): Value | undefined {
    if (value === undefined) this.problems.push({ where: whereInput(key), message });
    return value;
  }
}
