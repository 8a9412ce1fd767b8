import { judgedFlows } from '../faults/report.js';
import { formatCount, plural } from '../lib/format.js';
import {
  atTerminal,
  block,
  type Block,
  code,
  inMarkdown,
  onPage,
  own,
  type Reporter,
  right,
  type Sentence,
  words,
} from '../model/document.js';
import type { ErrorGroup, Outcome } from '../model/flow.js';
import type { ScenarioResults } from '../model/results.js';

type FlowResult = ScenarioResults['flows'][number];

/** One kind of error. */
export interface ErrorLine {
  readonly count: number;
  /** The first message as it came. */
  readonly sample: string;
  /** `flow 7`, `flows 5, 10 and 12 more`. */
  readonly flows: string;
  readonly first: string;
}

/** Flows that ended alike. */
export interface Failure {
  /** `exit status 3`, `timed out`. */
  readonly ending: string;
  readonly count: number;
  readonly flows: string;
}

const GROUPS_SHOWN = 20;
const FLOWS_SHOWN = 10;

/** How flows failed, and which of them ended how. */
export const errors: Reporter = (scenario) => {
  const { errors: groups } = scenario;
  const lines = errorLines(groups);
  const again = retriedOf(scenario).map(endingWords);
  const ended = [...failuresOf(scenario).map(endingWords), ...again];
  const rest = groups.length - lines.length;
  const more = rest > 0 ? [own(`and ${plural(rest, 'more kind')} of error`)] : undefined;
  const list = [own(ended.join(' · '))];
  const failed = block.part(
    'Errors',
    [errorTable(lines), block.text(more), ...inMarkdown(block.text(list)), ...onPage(block.note(list))],
    { summary: [own(errorSummary(groups))] },
  );
  const retried =
    again.length === 0 ? undefined : block.part('Tried again', [block.text([own(again.join(' · '))])]);
  const terminalLines = atTerminal(
    // Wrapped, not cut: what failed is often said at the end of the line.
    ...block.fields('errors', [...lines.map(errorSentence), ...(more === undefined ? [] : [more])]),
    block.items(
      'ended',
      ended.map((each) => [own(each)]),
    ),
  );
  return [{ id: 'errors', appendix: true, blocks: [lines.length > 0 ? failed : retried, ...terminalLines] }];
};

function endingWords({ ending, flows }: Failure): string {
  return `${ending}: ${flows}`;
}

function errorTable(lines: readonly ErrorLine[]): Block | undefined {
  return block.table(
    [right('Flows'), 'Error', { head: 'First seen', only: 'markdown' }, { head: 'Seen in', only: 'page' }],
    lines.map(({ count, sample, first, flows }) => ({
      cells: [[own(formatCount(count))], [code(sample, 'long')], [own(first)], [own(flows)]],
    })),
  );
}

function errorSentence({ count, sample, first }: ErrorLine): Sentence {
  const where = first === '' ? '' : ` (${count === 1 ? '' : 'first: '}${first})`;
  return [own(`${formatCount(count)} × `), words(sample), own(where)];
}

export function errorLines(groups: readonly ErrorGroup[]): readonly ErrorLine[] {
  return groups.slice(0, GROUPS_SHOWN).map(({ type, count, sample, flows }) => ({
    count,
    sample: sample === '' ? type : sample,
    flows: flowList(flows, count),
    first: flows[0] === undefined ? '' : `flow ${flows[0]}`,
  }));
}

/** `4 flows failed in 2 ways`. */
export function errorSummary(groups: readonly ErrorGroup[]): string {
  const flows = groups.reduce((sum, { count }) => sum + count, 0);
  return `${plural(flows, 'flow')} failed in ${plural(groups.length, 'way')}`;
}

/** Which flows ended badly, and how, those apart that were hit on purpose; the most frequent ending first. Of very many only the first ones are known. */
export function failuresOf({ flows, ...tallied }: ScenarioResults): readonly Failure[] {
  const judged = judgedFlows(tallied);
  const notOk = judged.all - judged.ok;
  const byEnding = new Map<string, number[]>();
  for (const flow of flows) {
    if (flow.outcome === 'ok' || flow.hit !== undefined) continue;
    const ending = `${endingOf(flow)}${flow.attempts === undefined ? '' : ` after ${flow.attempts} attempts`}`;
    const alike = byEnding.get(ending);
    if (alike === undefined) byEnding.set(ending, [flow.iteration]);
    else alike.push(flow.iteration);
  }
  const known = [...byEnding.values()].reduce((sum, { length }) => sum + length, 0);
  return [...byEnding]
    .map(([ending, iterations]) => ({
      ending,
      count: iterations.length,
      flows: flowList(iterations, known < notOk ? undefined : iterations.length),
    }))
    .sort((a, b) => b.count - a.count)
    .slice(0, GROUPS_SHOWN);
}

/**
 * `ok only when tried again: flows 3, 7`: none is silently ok. Of very many ok flows only some are known. Flows that a
 * fault hit are terminalLines apart from these, as in `failuresOf`.
 */
export function retriedOf({ flows, counts }: ScenarioResults): readonly Failure[] {
  const ok = flows.filter(({ outcome }) => outcome === 'ok');
  const again = ok.filter(({ attempts, hit }) => attempts !== undefined && hit === undefined);
  if (again.length === 0) return [];
  const count = again.length;
  const listed = again.map(({ iteration }) => iteration);
  const known = ok.length < counts.ok ? undefined : count;
  return [{ ending: 'ok only when tried again', count, flows: flowList(listed, known) }];
}

/** How a flow ended, in two or three words. */
export function endingOf({ outcome, error }: Pick<FlowResult, 'outcome' | 'error'>): string {
  if (outcome === 'failed' && error?.exitStatus !== undefined) return `exit status ${error.exitStatus}`;
  return OUTCOMES[outcome];
}

export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  ok: 'ok',
  failed: 'failed',
  timed_out: 'timed out',
  killed: 'killed',
  dropped: 'dropped',
};

/**
 * A bounded list: `flow 7`, `flows 5, 10`, `flows 1, 2, 3 and 9 more`; `count` may be larger than the list, and is
 * undefined where nobody knows it.
 */
function flowList(iterations: readonly number[], count: number | undefined): string {
  const shown = iterations.slice(0, FLOWS_SHOWN);
  if (count === undefined) return `flows ${shown.join(', ')} and more`;
  const rest = count - shown.length;
  const list = shown.join(', ');
  if (list === '') return plural(count, 'flow');
  if (rest > 0) return `flows ${list} and ${plural(rest, 'more', 'more')}`;
  return `${count === 1 ? 'flow' : 'flows'} ${list}`;
}
