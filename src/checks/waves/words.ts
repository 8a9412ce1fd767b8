import { formatCount, formatQuantity, formatRatio } from '../../lib/format.js';
import type { Shift } from '../../lib/statistics/rank-sum.js';
import type { Count } from '../../lib/statistics/signed-rank.js';
import { figuredWaves } from '../../measure/tally.js';
import { andMore } from '../../model/checks.js';
import type { Record } from '../../model/record.js';
import type { Finding } from '../check.js';
import { FEWEST_ROUNDS, type SuccessComparison, type TimeComparison } from './compare.js';

/** How the two sides of a comparison of waves are called: "in the faulted waves", "in the clean waves around them". */
interface SideNames {
  readonly some: string;
  readonly others: string;
}

interface WaveComparisons {
  readonly success: SuccessComparison;
  readonly time: TimeComparison;
}

/** Both comparisons in one: what is worse is told before what is not known, and that before what is the same. */
export function findingOf(
  { success, time }: WaveComparisons,
  names: SideNames,
  culprits: { readonly failures: readonly string[]; readonly slow: readonly string[] },
): Finding {
  const lines = { success: successLine(success, names), time: timeLine(time, names) };
  const answers = [success.answer, time.answer];
  if (answers.includes('worse')) {
    const failed = success.answer === 'worse' ? [lines.success, ...culprits.failures] : [];
    // Where no flow is ok, success has said it.
    const slow = time.answer === 'worse' && time.some !== undefined ? [lines.time, ...culprits.slow] : [];
    return { outcome: 'fail', evidence: [...failed, ...slow] };
  }
  if (answers.includes('unknown')) {
    return { outcome: 'inconclusive', evidence: [...whyUnknown(success, time), lines.success, lines.time] };
  }
  return { outcome: 'pass', evidence: [lines.success, lines.time] };
}

/** What was found is no proof that nothing is wrong if too few of the waves could have shown it. */
export function provenOnlyIf(enough: boolean, why: string, finding: Finding): Finding {
  if (enough || finding.outcome !== 'pass') return finding;
  return { outcome: 'inconclusive', evidence: [why, ...finding.evidence] };
}

/** "not ok: 61 of 82 flows (74.4%) in the faulted waves, 1 of 120 (0.833%) in the clean waves around them (5 and 6 waves, p = 0.0022)". */
function successLine({ some, others, chance, waves }: SuccessComparison, names: SideNames): string {
  const compared = `${waves.some} and ${waves.others} waves, p = ${formatChance(chance)}`;
  return `not ok: ${countText(some, ' flows')} ${names.some}, ${countText(others)} ${names.others} (${compared})`;
}

function countText({ failed, started }: Count, noun = ''): string {
  const share = started === 0 ? '' : ` (${formatRatio(failed / started)})`;
  return `${formatCount(failed)} of ${formatCount(started)}${noun}${share}`;
}

/** "flow time 512 ms in …, 220 ms in …: +133%, at least +98.1% with 99.5%". */
function timeLine({ answer, some, others, shift, trend }: TimeComparison, names: SideNames): string {
  if (some === undefined || others === undefined || shift === undefined) {
    return `flow time: no flow was ok ${some === undefined ? names.some : names.others}`;
  }
  const times = `flow time ${formatQuantity(some, 'ms')} ${names.some}, ${formatQuantity(others, 'ms')} ${names.others}`;
  const rise = trend > 0 ? `, beside the ${changeText(trend)} a wave by which it rose before any fault` : '';
  return `${times}: ${changeText(shift.center)}${boundText(shift, answer)}${rise}`;
}

/** How much it is at least where that is held against it, and else how much it is at most. */
function boundText({ low, high }: Shift, answer: TimeComparison['answer']): string {
  if (answer === 'worse') return `, at least ${changeText(low)} with 99.5%`;
  return Number.isFinite(high) ? `, at most ${changeText(high)} with 90%` : '';
}

/** Of a difference of logarithms: "+12.5%", "−3.1%". */
function changeText(logarithm: number): string {
  const change = Math.exp(logarithm) - 1;
  return `${change < 0 ? '−' : '+'}${formatRatio(Math.abs(change))}`;
}

function formatChance(chance: number): string {
  return chance < 0.0001 ? chance.toExponential(1) : String(Number(chance.toPrecision(2)));
}

function whyUnknown(success: SuccessComparison, time: TimeComparison): readonly string[] {
  if (success.tooFew) return [tooFewText(success.waves)];
  const flows =
    success.answer === 'unknown'
      ? [
          'more flows were not ok, but in too few waves to tell it from chance, or from what stayed broken: give it ' +
            'more rounds, or more flows a wave so that every faulted wave has a fault',
        ]
      : [];
  if (time.answer !== 'unknown') return flows;
  return [...flows, time.tooFew ? tooFewTimesText(time.waves) : NOISY];
}

const NOISY =
  'flow times differ too much from wave to wave: that it became twice as slow can not be ruled out; ' +
  'give each wave more flows, or the scenario more rounds';

function tooFewText({ some, others }: SuccessComparison['waves']): string {
  return `${some} and ${others} waves are too few to tell: it takes rounds: ${FEWEST_ROUNDS} or more`;
}

function tooFewTimesText({ some, others }: TimeComparison['waves']): string {
  return `flow time is known of ${some} and ${others} waves, which are too few: the others have no bystander`;
}

/** The first lines, and how many more there are. */
export function bounded(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), andMore(lines.length - most)];
}

/** Faults, in a run that was not cut short: what was cut off has not failed, and may have been slow. */
export const WAVES = {
  in: (record: Record): boolean =>
    record.interrupted === undefined &&
    record.aborted === undefined &&
    figuredWaves(record).some(({ kind }) => kind === 'faulted'),
  why: 'it takes waves with faults (faults: kill or network), in a run that is not cut short',
};
