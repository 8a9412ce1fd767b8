import { formatRatio, formatTime } from '../../lib/format.js';
import { formatChange, formatPercentChange } from '../../lib/format-change.js';
import type { Movement } from './movement.js';
import { RELATIVE_MARGIN } from './scale.js';

/** What the sentences of a run are made of. */
export interface Told {
  readonly movements: readonly Movement[];
  /** ms by which the median flow is slower, if it is. */
  readonly slowdown?: number;
}

/** What one candidate has to do with a metric that became worse; a step's name is in it as it came. */
export function sentenceOf(movement: Movement, told: Told): string {
  const { kind, step = '' } = movement.candidate;
  switch (kind) {
    case 'step':
      return stepSentence(`step ${step}`, movement, told);
    case 'cpu':
      return `CPU per flow rose with it: ${changed(movement)}${after(', ', partOf(movement, told))}`;
    case 'waiting':
      return waitingSentence(movement, told);
    case 'memory':
      return `peak memory rose with it: ${changed(movement)}`;
    case 'threads':
      return `threads rose with it: ${changed(movement)}`;
  }
}

/** Steps are medians, and medians do not add up: one may grow by more than the flow as a whole. */
function stepSentence(name: string, movement: Movement, { slowdown }: Told): string {
  const { amount } = movement;
  if (slowdown === undefined) return `${name} became slower: ${changed(movement)}`;
  const ms = formatChange(amount, MS);
  if (amount > slowdown) return `${name} carries all of the slowdown (${ms}, the flow ${added(slowdown)})`;
  return `${name} carries ${share(amount / slowdown)} of the slowdown (${ms} of ${added(slowdown)})`;
}

function waitingSentence(movement: Movement, told: Told): string {
  const cpu = told.movements.find(({ candidate }) => candidate.kind === 'cpu');
  if (cpu === undefined || cpu.rose) return `waiting rose too: ${changed(movement)}`;
  if (!isStill(cpu)) {
    return `waiting rose with it: ${changed(movement)}; whether CPU per flow did is not known (${interval(cpu)})`;
  }
  const what = `CPU per flow did not move (${interval(cpu)}): the time is spent waiting`;
  const part = partOf(movement, told);
  return part === '' ? what : `${what} (${part})`;
}

/** Within the margin on both sides: not only unseen, but seen to be small. */
function isStill({ low, high }: Movement): boolean {
  return Math.expm1(high) < RELATIVE_MARGIN && Math.expm1(low) > -RELATIVE_MARGIN;
}

/** `+80 ms of +212 ms`; empty where it would be a part larger than the whole. */
function partOf({ amount }: Movement, { slowdown }: Told): string {
  if (slowdown === undefined || amount > slowdown) return '';
  return `${formatChange(amount, MS)} of ${added(slowdown)}`;
}

function after(separator: string, text: string): string {
  return text === '' ? '' : `${separator}${text}`;
}

const MS = { scale: 'absolute', unit: 'ms' } as const;

function added(slowdown: number): string {
  return `+${formatTime(slowdown)}`;
}

function share(ratio: number): string {
  return ratio >= 0.01 ? `${Math.round(ratio * 100)}%` : formatRatio(ratio);
}

function changed(movement: Movement): string {
  return `${formatPercentChange(Math.expm1(movement.center))} (${interval(movement)})`;
}

function interval({ low, high }: Movement): string {
  return `${formatPercentChange(Math.expm1(low))} … ${formatPercentChange(Math.expm1(high))}`;
}
