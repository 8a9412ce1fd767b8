import { createHash } from 'node:crypto';
import { plural } from '../lib/format.js';
import type { CheckLevels } from '../checks/index.js';
import { Tally, type TallyColumns } from '../measure/tally.js';
import { totalOf } from '../model/flow.js';
import type { Load, Plan, ScenarioPlan } from '../model/plan.js';
import { workText } from '../model/plan.js';
import type { Record } from '../model/record.js';
import type { Results } from '../model/results.js';
import { type AskedScenario, type MeasuredScenario, SHARD_SCHEMA, type ShardFile } from '../model/shard.js';
import type { Share } from '../model/share.js';
import { parsedPart } from '../model/threshold.js';
import { storedTally } from './columns.js';
import { thinned } from './flows.js';

/* The file that a shard writes. */

/** What one scenario of a shard was asked for and has come to. */
export interface ShardScenario {
  readonly asked: AskedScenario;
  readonly measured: Omit<MeasuredScenario, 'tally'>;
  readonly columns: TallyColumns;
}

export interface Shard extends Omit<ShardFile, 'schema' | 'scenarios'> {
  readonly scenarios: readonly ShardScenario[];
}

/** What surrounds the scenarios of a shard; named as in the context of a run. */
export interface ShardContext extends Pick<Results, 'git' | 'run' | 'environment' | 'reproduce'> {
  readonly version: string;
  readonly createdAt: string;
  readonly gateChanges?: Results['gateChanges'];
}

export function shardOf(
  { version, createdAt, git, run, environment, reproduce, gateChanges }: ShardContext,
  { share, config, scenarios }: { share: Share; config: string; scenarios: readonly ShardScenario[] },
): Shard {
  const surroundings = { createdAt, git, run, environment, reproduce, gateChanges };
  return { flowgate: version, shard: share, config, ...surroundings, scenarios };
}

/** Tells two configs apart: everything that the scenarios ask for, wherever the repository is checked out. */
export function digestOf({ scenarios }: Pick<Plan, 'scenarios'>, workspace: string): string {
  const text = JSON.stringify(scenarios).replaceAll(JSON.stringify(workspace).slice(1, -1), '.');
  return createHash('sha256').update(text).digest('hex');
}

/** @param checks levels that were asked for, of `verify` too */
export function shardScenario(plan: ScenarioPlan, record: Record, checks: CheckLevels): ShardScenario {
  const { share } = record.load;
  const columns = columnsOf(record);
  const { startedAt, data, verify, contamination, leftovers, leftBehind, interrupted } = record;
  const { problems, runtime, cut, monitor, flows } = record;
  return {
    asked: asked(plan, checks),
    measured: {
      startedAt,
      data,
      verify,
      contamination,
      leftovers,
      leftBehind,
      interrupted,
      problems,
      runtime,
      cut,
      monitor,
      flows: thinned({ flows, ok: columns.counts.ok }, share?.of ?? 1),
      load: withTimes(record.load, plan),
    },
    columns,
  };
}

function asked(plan: ScenarioPlan, checks: CheckLevels): AskedScenario {
  const { name, work, defaultGates, omittedGates, retries, thresholds, comparesNothing, unaskedChecks } =
    plan;
  return {
    name,
    kind: work.kind,
    work: workText(work),
    load: withTimes(plan.load, plan),
    defaultGates,
    omittedGates,
    retries,
    thresholds: thresholds.map(parsedPart),
    comparesNothing,
    checks,
    unaskedChecks,
  };
}

function withTimes(
  load: Load,
  { timeout, warmup }: Pick<ScenarioPlan, 'timeout' | 'warmup'>,
): AskedScenario['load'] {
  const whole: { share?: Load['share'] } & Omit<Load, 'share'> = { ...load };
  delete whole.share;
  return { ...whole, timeout, warmup };
}

function columnsOf({ tally, flows, load }: Record): TallyColumns {
  if (tally instanceof Tally) return tally.columns();
  const all = new Tally(load.model);
  for (const flow of flows) all.add(flow);
  return all.columns();
}

/** What keeps a shard from having measured its part of a scenario, in words; undefined if nothing does. */
export function unmeasured({ asked: { name }, measured, columns }: ShardScenario): string | undefined {
  const { counts, isExact } = columns;
  if (measured.interrupted !== undefined) return `${name} was interrupted by ${measured.interrupted}`;
  if (counts.ok + counts.failed + counts.timed_out + counts.killed === 0) {
    return `${name} has started no flow${measured.problems.map((problem) => `: ${problem}`).join('')}`;
  }
  if (isExact) return undefined;
  return `${name} has more than 1,000,000 values of one kind, too many to be joined exactly; use more shards`;
}

/** Of the file, beside those of other shards in one folder. */
export function shardName({ index, of }: Share): string {
  return `shard-${index}-of-${of}.json`;
}

/** `checkout 25 flows, 24 ok; browse 100 flows, 100 ok` */
export function shardSummary({ scenarios }: Pick<Shard, 'scenarios'>): string {
  const said = scenarios.map(({ asked: { name }, columns: { counts } }) => {
    return `${name} ${plural(totalOf(counts), 'flow')}, ${counts.ok} ok`;
  });
  return said.join('; ');
}

/**
 * As text, masked. Columns of numbers are not searched: a short secret would be found in some.
 * @param hide gives a value without secrets
 */
export function shardText({ scenarios, ...rest }: Shard, hide: <T>(value: T) => T): string {
  const stored = scenarios.map(({ asked: whole, measured, columns }) => ({
    asked: hide(whole),
    measured: { ...hide(measured), tally: storedTally(columns, hide) },
  }));
  return `${JSON.stringify({ schema: SHARD_SCHEMA, ...hide(rest), scenarios: stored } satisfies ShardFile)}\n`;
}
