import type { Compared } from '../model/compared.js';
import { formatCount, formatTime, plural } from '../model/format.js';
import { formatChange } from '../model/format-change.js';
import { detectable, type ComparedAnswer, type ComparedLine } from './compared-line.js';
import { directionOf } from '../model/metric-words.js';
import { code, strong, words, type Sentence } from './blocks.js';

const WORST_FIRST: readonly ComparedAnswer[] = ['worse', 'unresolved', 'better', 'held'];

/** What a comparison comes to. */
export interface Answer {
  readonly sentence: Sentence;
  /** `slower`, `no regression`, `unresolved`, `not compared`. */
  readonly short: string;
}

/** `Slower: flow_time.p95 +9.8% (99% interval +7.1% … +12.6%) over 24 pairs`. */
export function answerOf(lines: readonly ComparedLine[], compared: Compared): Answer {
  if (compared.invalid !== undefined) {
    return { sentence: [words('Invalid: '), words(compared.invalid)], short: 'invalid' };
  }
  const answer = WORST_FIRST.find((one) => lines.some((line) => line.answer === one));
  const line = lines.find((one) => one.answer === answer);
  if (answer === undefined || line === undefined) return nothing(compared);
  const alike = lines.filter((one) => one.answer === answer).length - 1;
  switch (answer) {
    case 'worse':
    case 'better':
      return {
        sentence: [words(`${capital(line.outcome)}: `), ...effect(line), ...too(alike, `${answer} too`)],
        short: line.outcome,
      };
    case 'unresolved':
      return {
        sentence: [
          words('Unresolved: '),
          ...effect(line),
          ...outlook(line, compared),
          ...too(alike, 'unresolved too'),
        ],
        short: 'unresolved',
      };
    case 'held':
      return {
        sentence: [words(beyond(line)), ...effect(line), ...too(alike, 'without one too')],
        short: line.outcome,
      };
  }
}

function nothing({ absent, ended }: Compared): Answer {
  if (absent !== undefined) {
    return { sentence: [words(`${absent}; judged by its absolute gates alone`)], short: 'not compared' };
  }
  const why =
    ended === 'interrupted'
      ? 'the run was interrupted before anything was known'
      : ended === 'failed'
        ? 'the rounds failed before anything was known'
        : 'no pair of rounds was finished';
  return { sentence: [words(why)], short: 'not compared' };
}

/** `flow_time.p95 +9.8% (99% interval +7.1% … +12.6%) over 24 pairs`. */
export function effect({ metric, change, source, ...line }: ComparedLine): Sentence {
  if (source.change === null) return [code(metric)];
  return [code(metric), words(' '), strong(change), words(` ${intervalOf(line)}over ${pairsOf(source)}`)];
}

function intervalOf({ interval, confidence }: Pick<ComparedLine, 'interval' | 'confidence'>): string {
  return interval === '' ? '' : `(${confidence} interval ${interval}) `;
}

function pairsOf({ pairs }: { readonly pairs: number }): string {
  return plural(pairs, 'pair');
}

/** `: could have seen +6.3%; about 40 pairs (4 min) would show +5%`, or why it is unresolved. */
export function outlook({ source, unit }: ComparedLine, { time, pairs }: Compared): Sentence {
  const { needed, reason, metric, limit } = source;
  if (reason !== undefined) return [words(`: ${reason}`)];
  const seen = detectable(source, unit);
  const parts = [
    ...(seen === undefined ? [] : [`could have seen ${seen}`]),
    ...(needed === null || needed <= source.pairs
      ? []
      : [
          `about ${formatCount(needed)} pairs${roughly(needed, { time, rounds: pairs.length })} would show ${formatChange(directionOf(metric).sign * limit, unit)}`,
        ]),
  ];
  return parts.length === 0 ? [] : [words(`: ${parts.join('; ')}`)];
}

/** ` (4 min)`: nobody knows it to the second. */
function roughly(needed: number, ran: { readonly time: number; readonly rounds: number }): string {
  if (ran.rounds === 0 || !(ran.time > 0)) return '';
  const ms = (ran.time / ran.rounds) * needed;
  const step = ms >= 120_000 ? 60_000 : ms >= 10_000 ? 5000 : 1000;
  return ` (${formatTime(Math.max(step, Math.round(ms / step) * step))})`;
}

/** `No regression beyond 5%: `; a limit of `base` itself can only be seen to be broken. */
function beyond({ source, unit, outcome }: ComparedLine): string {
  if (source.limit === 0 || source.outcome === 'unresolved') return `${capital(outcome)}: `;
  const limit = formatChange(directionOf(source.metric).sign * source.limit, unit);
  return `No regression beyond ${limit.replace(/^[+\u2212]/u, '')}: `;
}

function too(count: number, what: string): Sentence {
  if (count === 0) return [];
  return [words(`; ${plural(count, 'other metric')} ${count === 1 ? 'is' : 'are'} ${what}`)];
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
