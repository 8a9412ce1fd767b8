import type { LadderFigures, ResourceLine } from '../model/ladder.js';
import { type Figure, type Figures, figure, noData } from './measures.js';

type LadderMetric = 'memory_per_flow' | 'cpu_per_flow_share' | 'threads_per_flow' | 'knee';

const NO_LADDER = 'the scenario has no ladder';
const TOO_FEW = 'fewer than two rungs were measured';
/** Times the top rung: further away than this the fit says nothing. */
const FURTHEST_KNEE = 10;

/** What only a ladder tells. */
export function ladderFigures(ladder: LadderFigures | undefined): Figures<LadderMetric> {
  if (ladder === undefined) {
    const none = noData(NO_LADDER);
    return { memory_per_flow: none, cpu_per_flow_share: none, threads_per_flow: none, knee: none };
  }
  const { memory, cpu, threads } = ladder.model;
  return {
    memory_per_flow: slope(memory),
    cpu_per_flow_share: slope(cpu),
    threads_per_flow: slope(threads),
    knee: knee(ladder),
  };
}

/** Where a line does not fit, no one number is what a flow takes: a mean of two slopes would pass what the steeper fails. */
function slope(line: ResourceLine | undefined): Figure {
  if (line === undefined) return noData(TOO_FEW);
  const { bend } = line;
  return bend === undefined
    ? figure(line.b, line.note)
    : noData(`a line does not fit: it bends at ${bend.at} at once`);
}

/** A knee beyond what can be seen is given as what is known: it is not below that. */
function knee({ usl, rungs }: LadderFigures): Figure {
  const top = rungs.at(-1)?.flows;
  if (usl === undefined || top === undefined) return noData('it takes three rungs with a throughput');
  const furthest = FURTHEST_KNEE * top;
  if (usl.knee === null || usl.knee > furthest) {
    return figure(furthest, `at least: throughput does not fall up to ${FURTHEST_KNEE} times the top rung`);
  }
  return figure(usl.knee, usl.knee > top ? 'beyond the top rung: from the fit alone' : undefined);
}

/** `efficiency(50)`: of the rung with 50 at once. */
export function efficiencyAt(ladder: LadderFigures | undefined, label: string): Figure {
  if (ladder === undefined) return noData(NO_LADDER);
  const rung = ladder.rungs.find(({ flows }) => String(flows) === label);
  if (rung === undefined) return noData(`no rung with ${label} at once was run`);
  return rung.efficiency === null
    ? noData('the first rung or this one has no throughput')
    : figure(rung.efficiency);
}
