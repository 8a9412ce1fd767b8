import { formatQuantity, formatRatio, plural } from '../../lib/format.js';
import { type FiguredWave, figuredWaves } from '../../measure/tally.js';
import type { Record } from '../../model/record.js';
import type { Check, Finding } from '../check.js';
import { canTell, compareSuccess, compareTimes, countOf } from './compare.js';
import { bounded, findingOf, provenOnlyIf, WAVES } from './words.js';

/** Lines of waves. */
const LINES = 7;
/** Flows that one line names. */
const NAMED = 5;

/** Waves whose time is told. */
const TIMES = 16;

const NAMES = { some: 'in the clean waves after faults', others: 'in those before any' };

export const recovery: Check = {
  id: 'recovery',
  level: 'fail',
  title: () => 'After the faults all was as before',
  failureTitle: () => 'After the faults it was not as before',
  description:
    'When faults are over, the system is as it was: in the clean waves after faults, flows succeed as often as in those ' +
    'before any fault, and take no longer. Exact rank-sum tests over the waves, 1% together.',
  needs: [WAVES],
  run: judge,
};

function judge(record: Record): Finding {
  const waves = figuredWaves(record);
  const first = waves.findIndex(({ kind }) => kind === 'faulted');
  const before = waves.slice(0, Math.max(0, first));
  const after = waves.slice(first).filter(({ kind }) => kind === 'clean');
  if (waves.every(({ flows }) => flows.hit === 0)) return { outcome: 'inconclusive', evidence: [NO_HIT] };
  const sides = { some: after, others: before };
  const success = compareSuccess(sides);
  const time = compareTimes(sides, { afterOthers: true });
  const found = findingOf({ success, time }, NAMES, {
    failures: [
      ...faultsLine(record, waves[first]),
      ...bounded(
        after.flatMap((wave) => failureOf(wave, waves)),
        LINES,
      ),
    ],
    slow: [
      ...faultsLine(record, waves[first]),
      timesOf(before, 'before any fault'),
      timesOf(after, 'after faults'),
    ],
  });
  const hitFirst = waves.find(({ flows }) => flows.hit > 0)?.wave ?? Infinity;
  const witnesses = after.filter(({ wave }) => wave > hitFirst).length;
  const rest = before.length + after.length - witnesses;
  return provenOnlyIf(canTell(witnesses, rest), fewWitnesses(witnesses, hitFirst), found);
}

function fewWitnesses(witnesses: number, hitFirst: number): string {
  return (
    `no flow was hit before wave ${hitFirst}, and ${plural(witnesses, 'clean wave')} after it are too few to tell: ` +
    'let more flows be hit (share, probability), or give it more rounds'
  );
}

const NO_HIT =
  'no fault hit any flow, so that there was nothing to recover from: let more flows be hit (share, probability), or ' +
  'sooner (after), or run more of them in a wave';

/** What was done in the first faulted wave: "the first faults, in wave 6: reset of flows 204, 207 and 3 more". */
function faultsLine({ injected }: Record, wave: FiguredWave | undefined): readonly string[] {
  const faults = (injected?.faults ?? []).filter(
    ({ at }) => wave !== undefined && wave.from <= at && at <= wave.to,
  );
  if (wave === undefined || faults.length === 0) return [];
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  const done = kinds.map((kind) => {
    const flows = faults.flatMap((fault) =>
      fault.kind === kind && fault.iteration !== undefined ? [fault.iteration] : [],
    );
    const known = [...new Set(flows)];
    if (known.length === 0) return kind.replace('_', ' ');
    const rest = more({ count: known.length, flows: known.slice(0, NAMED) });
    return `${kind.replace('_', ' ')} of flows ${known.slice(0, NAMED).join(', ')}${rest}`;
  });
  return [`the first faults, in wave ${wave.wave}: ${done.join('; ')}`];
}

/** "wave 7 (clean, after faults in wave 6): 4 of 20 not ok: timed out after 2 s (flows 121, 125, …)". */
function failureOf(wave: FiguredWave, waves: readonly FiguredWave[]): readonly string[] {
  const { failed, started } = countOf(wave);
  if (failed === 0) return [];
  const { error } = wave.flows;
  const flows =
    error === undefined ? '' : `: ${error.sample} (flows ${error.flows.join(', ')}${more(error)})`;
  const share = `${failed} of ${started} not ok (${formatRatio(failed / started)})`;
  const faulted = waves.findLast((other) => other.kind === 'faulted' && other.wave < wave.wave);
  return [`wave ${wave.wave} (clean, after the faults of wave ${faulted?.wave ?? 0}): ${share}${flows}`];
}

function more({ count, flows }: { readonly count: number; readonly flows: readonly number[] }): string {
  return count > flows.length ? ` and ${count - flows.length} more` : '';
}

function timesOf(waves: readonly FiguredWave[], when: string): string {
  const times = waves.map(
    ({ wave, flows: { flowTime } }) =>
      `${flowTime === undefined ? 'none ok' : formatQuantity(flowTime, 'ms')} (${wave})`,
  );
  return `mean flow time by clean wave ${when}: ${bounded(times, TIMES).join(', ')}`;
}
