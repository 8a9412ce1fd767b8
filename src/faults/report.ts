import { formatCount, plural } from '../lib/format.js';
import { atTerminal, block, onPage, own, type Reporter, right } from '../model/document.js';
import { bystandersOf, totalOf } from '../model/flow.js';
import type { ScenarioResults } from '../model/results.js';

type Results = Pick<ScenarioResults, 'counts' | 'hits' | 'waves' | 'injected'>;
type Injected = NonNullable<ScenarioResults['injected']>;
type Kind = Injected['counts'][number]['kind'];

/** What was done on purpose, and to whom: nothing for a run without faults. */
export const faults: Reporter = ({ counts, hits, waves = [], injected }) => {
  if (hits === undefined) return [];
  const summary = summaryOf(counts, hits);
  const teaser = [own(summary.join('; '))];
  const kinds = injected?.counts ?? [];
  const notes = [...wavesNote(waves), ...(injected === undefined ? [] : notesOn(injected, hits.untraced))];
  const rows = kinds.map(({ kind, times, flows }) => ({
    cells: [KINDS[kind], [own(formatCount(times))], [own(flows === 0 ? 'not known' : formatCount(flows))]],
  }));
  const body = [
    ...onPage(block.text(teaser)),
    block.table(['Fault', right('Times'), right('Flows')], rows),
    { kind: 'note' as const, texts: notes, list: true },
  ];
  const [first = '', ...rest] = [...summary, kinds.map(kindWords).join(', '), ...notes].filter(
    (line) => line !== '',
  );
  const lines = atTerminal(block.items('faults', [[own(first)]]), ...block.fields('', rest));
  return [{ id: 'faults', appendix: true, blocks: [block.part('Faults', body, { teaser }), ...lines] }];
};

/** `connection reset 12 × on 9 flows`; of some kinds nobody knows whom they hit. */
function kindWords({ kind, times, flows }: Injected['counts'][number]): string {
  return `${KINDS[kind]} ${formatCount(times)} ×${flows === 0 ? '' : ` on ${plural(flows, 'flow')}`}`;
}

const KINDS: Readonly<Record<Kind, string>> = {
  kill: 'killed',
  latency: 'latency',
  bandwidth: 'bandwidth',
  reset: 'connection reset',
  blackhole: 'blackhole',
  slow_close: 'slow close',
  refuse: 'connections refused',
  down: 'down',
};

/** How many flows no fault hit: all of a run without faults. */
export function judgedFlows({ counts, hits }: Results): { readonly ok: number; readonly all: number } {
  const judged = hits === undefined ? counts : bystandersOf({ counts, hits });
  return { ok: judged.ok, all: totalOf(judged) };
}

const OUTCOMES = [
  ['killed', 'killed'],
  ['failed', 'failed'],
  ['timed_out', 'timed out'],
  ['ok', 'ok all the same'],
] as const;

function summaryOf(counts: Results['counts'], hits: NonNullable<Results['hits']>): readonly string[] {
  const hit = totalOf(hits);
  const others = totalOf(counts) - hit;
  if (hit === 0) return ['no flow was hit by a fault', `gates judge all ${formatCount(others)}`];
  const parts = OUTCOMES.filter(([outcome]) => hits[outcome] > 0).map(
    ([outcome, word]) => `${formatCount(hits[outcome])} ${word}`,
  );
  const rest = others === 1 ? 'the 1 other' : `the ${formatCount(others)} others`;
  const verb = hit === 1 ? 'was' : 'were';
  return [
    `${plural(hit, 'flow')} ${verb} hit by faults on purpose: ${parts.join(', ')}`,
    `gates judge ${rest}`,
  ];
}

function wavesNote(waves: NonNullable<Results['waves']>): readonly string[] {
  const faulted = waves.filter(({ kind }) => kind === 'faulted').length;
  return [`${plural(faulted, 'wave')} with faults among ${plural(waves.length - faulted, 'clean one')}`];
}

function notesOn({ counts, spared, untraced, notes }: Injected, untracedHits: number): readonly string[] {
  const outage = counts.some(({ kind }) => kind === 'refuse' || kind === 'down');
  const all = `all flows in flight then count as hit: ${formatCount(untracedHits)} that may not have been`;
  return [
    ...(spared === 0 ? [] : [`${plural(spared, 'flow')} drawn to be killed had ended before`]),
    ...(untraced === 0
      ? []
      : [`${plural(untraced, 'fault')} could not be traced to a flow; ${all}`, HOW_TO_TRACE]),
    ...(untraced === 0 && outage ? [`nobody sees whom an outage refuses; ${all}`] : []),
    ...notes,
  ];
}

const HOW_TO_TRACE = 'faults are traced where flows send FLOWGATE_TOKEN or {{token}} to what they depend on';
