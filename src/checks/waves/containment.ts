import { formatQuantity, plural } from '../../lib/format.js';
import { type FiguredWave, figuredWaves } from '../../measure/tally.js';
import type { Flow } from '../../model/flow.js';
import type { Record } from '../../model/record.js';
import type { Check, Finding } from '../check.js';
import { canTell, compareSuccess, compareTimes, countOf } from './compare.js';
import { bounded, findingOf, provenOnlyIf, WAVES } from './words.js';

/** Lines of culprits, one for each fault or wave. */
const LINES = 8;
/** Flows that one line names. */
const NAMED = 5;

const NAMES = { some: 'in the faulted waves', others: 'in the clean ones among them' };

export const containment: Check = {
  id: 'containment',
  level: 'fail',
  title: () => 'Flows that no fault hit were as in clean waves',
  failureTitle: () => 'Faults hurt flows that they did not hit',
  description:
    "One flow's failure does not hurt the others: in waves with faults, flows that no fault hit succeed as often as in " +
    'the clean waves that the lot put among them, and take no longer. Exact rank-sum tests over the waves, 1% together.',
  needs: [WAVES],
  run: judge,
};

/** The waves that were drawn by lot, which are all after the first faulted one: see docs/statistics.md. */
function judge(record: Record): Finding {
  const waves = figuredWaves(record);
  const first = waves.findIndex(({ kind }) => kind === 'faulted');
  const drawn = waves.slice(first + 1);
  const faulted = drawn.filter(({ kind }) => kind === 'faulted');
  const sides = { some: faulted, others: drawn.filter(({ kind }) => kind === 'clean') };
  const alone = nobodyLeft(faulted, isOutageAlone(record));
  if (alone !== undefined) return { outcome: 'inconclusive', evidence: [alone] };
  if (faulted.every(({ flows }) => flows.hit === 0)) {
    const elsewhere = (waves[first]?.flows.hit ?? 0) > 0 ? HIT_FIRST : '';
    return { outcome: 'inconclusive', evidence: [`no fault hit any flow${elsewhere}: ${MORE_HITS}`] };
  }
  if (sides.others.every(isAllBroken)) return { outcome: 'inconclusive', evidence: [ALL_BROKEN] };
  const success = compareSuccess(sides);
  const time = compareTimes(sides, { afterOthers: false });
  const found = findingOf({ success, time }, NAMES, {
    failures: bounded(failuresOf(record, faulted), LINES),
    slow: bounded(faulted.flatMap(timeOf), LINES),
  });
  const witnesses = faulted.filter((wave) => wave.flows.hit > 0 && countOf(wave).started > 0).length;
  return provenOnlyIf(canTell(witnesses, sides.others.length), fewWitnesses(witnesses, faulted), found);
}

function fewWitnesses(witnesses: number, faulted: readonly FiguredWave[]): string {
  return (
    `only ${witnesses} of ${plural(faulted.length, 'faulted wave')} had both a flow that a fault hit and one that none ` +
    'did, too few to tell: let more flows be hit (share, probability), or run more of them in a wave'
  );
}

/** What stays broken hides what else faults do. */
function isAllBroken(wave: FiguredWave): boolean {
  const { started, failed } = countOf(wave);
  return failed === started;
}

const ALL_BROKEN =
  'no flow of the clean waves after the first faults was ok, so there was nothing that later faults could have hurt: see recovery';

const HIT_FIRST = ' after the first faulted wave, which is not compared';
const MORE_HITS =
  'let more flows be hit (share, probability), or sooner (after), or run more of them in a wave';

/** Of what was done to the network: nobody sees whom an outage refuses, whatever flows send. */
function isOutageAlone({ injected }: Record): boolean {
  const network = (injected?.counts ?? []).filter(({ kind, times }) => kind !== 'kill' && times > 0);
  return network.length > 0 && network.every(({ kind }) => kind === 'refuse' || kind === 'down');
}

/** Why there is nobody to look at in most of the waves. */
function nobodyLeft(faulted: readonly FiguredWave[], outageAlone: boolean): string | undefined {
  const empty = faulted.filter((wave) => countOf(wave).started === 0);
  if (empty.length === 0 || empty.length < faulted.length / 2) return undefined;
  const all = `in ${empty.length} of ${plural(faulted.length, 'faulted wave')} every flow was hit`;
  const untraced = empty.some(({ flows }) => flows.untraced > 0);
  if (untraced && outageAlone) {
    return (
      `${all}, or may have been: nobody sees whom an outage refuses; shorten its window (refuse: 1s..2s) so that ` +
      'flows are left outside of it'
    );
  }
  return untraced
    ? `${all}, or may have been: nobody saw whom. Let flows send FLOWGATE_TOKEN or {{token}} to what they depend on, and ` +
        'leave some of them without a fault'
    : `${all}: nobody is left to look at; give the faults a smaller share or probability`;
}

/** Bystanders that were not ok, put together by the fault that came last before their end; most of them first. */
function failuresOf(record: Record, faulted: readonly FiguredWave[]): readonly string[] {
  const waves = new Set(faulted.map(({ wave }) => wave));
  const victims = record.flows.filter(
    ({ wave, outcome, hit }) =>
      wave !== undefined && waves.has(wave) && outcome !== 'ok' && hit === undefined,
  );
  const groups = new Map<string, { fault: Flow | undefined; victims: Flow[] }>();
  const hits = record.flows.filter(({ hit }) => hit !== undefined);
  for (const victim of victims) {
    const fault = lastBefore(hits, victim);
    const key = fault === undefined ? `wave ${victim.wave ?? 0}` : String(fault.iteration);
    const group = groups.get(key) ?? { fault, victims: [] };
    group.victims.push(victim);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((one, other) => other.victims.length - one.victims.length)
    .map(({ fault, victims: those }) => failureLine(fault, those));
}

/** The flow whose hit came last before this one ended, in the same wave. */
function lastBefore(hits: readonly Flow[], { wave, endedAt }: Flow): Flow | undefined {
  let last: Flow | undefined;
  for (const flow of hits) {
    const at = flow.hit?.at ?? Infinity;
    if (flow.wave === wave && at <= endedAt && at >= (last?.hit?.at ?? -Infinity)) last = flow;
  }
  return last;
}

const DONE: Readonly<globalThis.Record<NonNullable<Flow['hit']>['kind'], string>> = {
  kill: 'was killed',
  latency: 'met latency',
  bandwidth: 'met a slow connection',
  reset: 'had its connection reset',
  blackhole: 'met a connection on which nothing came',
  slow_close: 'met a connection that closed late',
  refuse: 'was refused',
  down: 'met a dependency that was down',
};

/** "wave 7: after flow 61 (slot 3) was killed, flows 62, 63 and 5 more were not ok within 2.1 ms: the connection is closed". */
function failureLine(fault: Flow | undefined, victims: readonly Flow[]): string {
  const [first] = victims;
  const named = victims.slice(0, NAMED).map(({ iteration }) => iteration);
  const more = victims.length - named.length;
  const who = `${victims.length === 1 ? 'flow' : 'flows'} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const what = first?.error?.message ?? first?.outcome ?? '';
  const verb = victims.length === 1 ? 'was' : 'were';
  const wave = `wave ${first?.wave ?? 0}`;
  if (fault?.hit === undefined) return `${wave}: ${who} ${verb} not ok, before any fault: ${what}`;
  const { hit, iteration, slot } = fault;
  const latest = Math.max(...victims.map(({ endedAt }) => endedAt - hit.at));
  const within = `within ${formatQuantity(latest, 'ms')}`;
  return `${wave}: after flow ${iteration} (slot ${slot}) ${DONE[hit.kind]}, ${who} ${verb} not ok ${within}: ${what}`;
}

function timeOf({ wave, flows: { flowTime, hit } }: FiguredWave): readonly string[] {
  if (flowTime === undefined) return [];
  return [
    `wave ${wave}: mean flow time ${formatQuantity(flowTime, 'ms')} beside ${plural(hit, 'flow')} that faults hit`,
  ];
}
