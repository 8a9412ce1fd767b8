import { formatRatio, formatTime, plural } from '../lib/format.js';
import {
  atTerminal,
  block,
  type Block,
  code,
  own,
  type Reporter,
  right,
  type Sentence,
  strong,
  words,
} from '../model/document.js';
import { parseMetricName } from '../model/metrics.js';
import type { ScenarioResults } from '../model/results.js';

/** One step of a flow: its time, and its share of the time of all ok flows. */
export interface StepLine {
  readonly name: string;
  readonly median: string;
  readonly p95: string;
  /** `22%`: all time in the step ÷ all time of the flows, which adds up as medians do not; missing if nothing is known. */
  readonly shareOfTime?: string;
  /** Ratio for bars; 0 if unknown. */
  readonly share: number;
}

const STEPS_SHOWN = 20;

/** How long each step took, and which of them grew. */
export const steps: Reporter = (scenario) => {
  const lines = stepsOf(scenario);
  const growth = stepGrowthOf(scenario);
  const [most] = lines.toSorted((a, b) => b.share - a.share);
  const teaser =
    most?.shareOfTime === undefined
      ? undefined
      : [words(most.name, 200), own(` takes ${most.shareOfTime} of the time`)];
  const card = block.part('Steps', [block.text(growth && [...growth, own('.')]), stepTable(lines)], {
    teaser,
  });
  // Of what another tool has run nobody knows the shares.
  const p95Of = (line: StepLine): string | undefined =>
    scenario.imported === undefined ? undefined : `p95 ${line.p95}`;
  const shares = lines.flatMap((line) => {
    const figure = line.shareOfTime ?? p95Of(line);
    return figure === undefined ? [] : [[words(line.name, 30), own(` ${figure}`)]];
  });
  // A long name must not push the figures out of the line.
  const short = growth?.map((each) => (each.style === 'code' ? { ...each, max: 24 } : each));
  const blocks = [
    lines.length === 0 ? undefined : card,
    ...atTerminal(block.items('steps', shares), short && block.items('', [short])),
  ];
  return [{ id: 'steps', appendix: true, half: true, continues: true, blocks }];
};

function stepTable(lines: readonly StepLine[]): Block | undefined {
  return block.table(
    ['Step', right('Median'), right('p95'), right('Share of time')],
    lines.map(({ name, median, p95, share, shareOfTime = '' }) => {
      const bar = { text: Math.min(1, share).toFixed(3), style: 'bar' as const };
      return { cells: [name, [own(median)], [own(p95)], [own(shareOfTime), bar]] };
    }),
  );
}

/** In the order in which the metrics name them: that of the flow. */
export function stepsOf(scenario: ScenarioResults): readonly StepLine[] {
  const value = (name: string): number | null => scenario.metrics[name]?.value ?? null;
  const shares = sharesOf(scenario);
  return stepNames(scenario)
    .slice(0, STEPS_SHOWN)
    .map((name) => {
      const share = shares.get(name);
      return {
        name,
        median: formatTime(value(`step(${name}).med`)),
        p95: formatTime(value(`step(${name}).p95`)),
        shareOfTime: share === undefined ? undefined : wholePercent(share),
        share: share ?? 0,
      };
    });
}

/** Of the ok flows that are kept with their steps, all of them or an even sample: as in flow times, those that a fault hit are left out. */
function sharesOf({ flows, load }: ScenarioResults): ReadonlyMap<string, number> {
  const from = load.model === 'open' ? 'scheduledAt' : 'startedAt';
  const known = flows.filter(
    ({ outcome, hit, steps }) => outcome === 'ok' && hit === undefined && steps !== undefined,
  );
  const whole = known.reduce((sum, flow) => sum + flow.endedAt - flow[from], 0);
  const times = new Map<string, number>();
  for (const { name, startedAt, endedAt } of known.flatMap(({ steps = [] }) => steps)) {
    times.set(name, (times.get(name) ?? 0) + endedAt - startedAt);
  }
  if (whole <= 0) return new Map();
  return new Map([...times].map(([name, time]) => [name, time / whole]));
}

function stepNames(scenario: ScenarioResults): readonly string[] {
  const names = Object.keys(scenario.metrics)
    .map(parseMetricName)
    .flatMap(({ id, label }) => (id === 'step' && label !== undefined ? [label] : []));
  return [...new Set(names)];
}

/** Shares add up by eye when they are whole; below one per cent that would say nothing. */
function wholePercent(share: number): string {
  return share >= 0.01 ? `${Math.round(share * 100)}%` : formatRatio(share);
}

/** `draft grew most: 120 ms at 1 flow at once, 860 ms at 50`; undefined if no step grew. */
export function stepGrowthOf({ stepGrowth }: ScenarioResults): Sentence | undefined {
  const [most, ...others] = stepGrowth?.steps ?? [];
  if (stepGrowth === undefined || most === undefined) return undefined;
  const { over, first = 0, last = 0 } = stepGrowth;
  const [before, after] =
    over === 'ladder'
      ? [` at ${plural(first, 'flow')} at once, `, ` at ${last}`]
      : [' in the first third, ', ' in the last'];
  return [
    code(most.name),
    words(others.length === 0 ? ' grew: ' : ' grew most: '),
    strong(formatTime(most.before)),
    words(before),
    strong(formatTime(most.after)),
    words(after),
  ];
}
