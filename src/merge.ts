import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { messageOf, UserError } from './lib/errors.js';
import { type Results, RESULTS_SCHEMA, resultsSchema } from './model/results.js';
import { type AskedScenario, SHARD_SCHEMA, type ShardFile, shardSchema } from './model/shard.js';
import { shareText } from './model/share.js';
import { parsedAs, readJson } from './saved.js';
import { tallyColumns } from './shards/columns.js';
import { unmeasured } from './shards/file.js';
import { joinScenario, type ShardPart, shardPart } from './shards/join.js';
import { type ExpectedLegs, joinLegs, type Leg } from './shards/legs.js';
import { type KnownRun, shardSet, type ShardName } from './shards/set.js';
import type { Files } from './system/ports.js';
import { assembleResults } from './verdict/assemble.js';
import { overall, unwhole } from './verdict/decide.js';
import { assembleJoined } from './verdict/joined.js';

export { parseLegs } from './shards/legs.js';

export interface MergeContext {
  /** The run that is under way, if it is one on GitHub: only its own shards are joined then. */
  readonly known?: KnownRun;
  /** Of a matrix: which legs there should be. */
  readonly legs?: ExpectedLegs;
  readonly version: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A shard as it was read: what it weighs most, its columns, is kept once. */
interface ReadShard extends ShardName, Pick<ShardFile, 'environment' | 'reproduce' | 'gateChanges'> {
  readonly scenarios: readonly { readonly asked: AskedScenario; readonly part: ShardPart }[];
  /** Why it has not measured its part. */
  readonly lacks: readonly string[];
}

type Read =
  { readonly kind: 'shard'; readonly shard: ReadShard } | { readonly kind: 'leg'; readonly results: Results };

export interface Merging {
  readonly files: Files;
  /** Absolute: where paths begin. */
  readonly cwd: string;
  readonly context: MergeContext;
}

/**
 * Joins what the shards of one run have measured, and judges it as a whole.
 * @param paths of files, and of folders in which files are looked for
 * @throws UserError if there is nothing to join, or a file is not what it seems
 */
export async function merge(paths: readonly string[], { files, cwd, context }: Merging): Promise<Results> {
  const shards: ReadShard[] = [];
  const legs: Leg[] = [];
  const at = (path: string): string => resolve(cwd, path);
  // One after another: together they would not fit into memory as text.
  for (const found of await filesIn(paths, { files, at })) {
    const one = await readOne(found, { files, at });
    if (one?.kind === 'shard') shards.push(one.shard);
    if (one?.kind === 'leg') legs.push({ file: found.path, results: one.results });
  }
  if (shards.length > 0) return mergeShards(shards, context);
  if (legs.length > 0) return mergeLegs(legs, context);
  throw new UserError({ message: `no shard and no results.json was found in ${paths.join(', ')}` });
}

function mergeShards(all: readonly ReadShard[], context: MergeContext): Results {
  const { shards, faults } = shardSet(all, context.known);
  const [first] = shards;
  if (first === undefined) throw new RangeError('a set of shards has one at least');
  const { git, run, environment, reproduce } = first;
  const lacks = shards.flatMap((each) => each.lacks.map((lack) => `shard ${shareText(each.shard)}: ${lack}`));
  const invalid = [...faults, ...lacks];
  const scenarios = first.scenarios.map(({ asked }, index) => {
    const parts = shards.flatMap(({ scenarios: own }) => own[index]?.part ?? []);
    return assembleJoined(asked, joinScenario(asked, parts), invalid);
  });
  const { version, createdAt } = context;
  const results = assembleResults({ version, createdAt, environment, git, run, reproduce, scenarios });
  const { gateChanges } = first;
  return gateChanges === undefined ? results : { ...results, gateChanges };
}

/** Runs that were judged, each by itself, side by side; the verdict is the worst. */
function mergeLegs(
  legs: readonly Leg[],
  { version, createdAt, known, legs: expected }: MergeContext,
): Results {
  if (expected === undefined) {
    const message =
      'say how many there are, or their names, one a line: one that is missing must not go unseen';
    throw new UserError({ where: 'legs', message });
  }
  const { scenarios, faults } = joinLegs(legs, expected, known);
  const [first] = legs;
  if (first === undefined) throw new RangeError('there is no leg');
  const { environment, git, run, reproduce, gateChanges } = first.results;
  const results = {
    ...assembleResults({ version, createdAt, environment, git, run, reproduce, scenarios }),
    ...(gateChanges === undefined ? {} : { gateChanges }),
    ...(faults.length === 0 ? {} : { faults }),
  };
  return { ...results, verdict: overall([...scenarios, ...unwhole(results)]) };
}

/* Reading. */

/** Folders below a folder: that of an artifact, and one in it. */
const DEEPEST = 4;

interface Found {
  readonly path: string;
  /** By the user: it must be what it seems. */
  readonly isNamed: boolean;
}

interface Place {
  readonly files: Files;
  /** Absolute. */
  readonly at: (path: string) => string;
}

async function filesIn(paths: readonly string[], place: Place): Promise<readonly Found[]> {
  const found = new Map<string, Found>();
  for (const path of paths) {
    const inside = await jsonBelow(path, place, 0);
    const isFolder = inside.length > 0 || (await place.files.list(place.at(path))).length > 0;
    if (!isFolder) found.set(path, { path, isNamed: true });
    else for (const each of inside) if (!found.has(each)) found.set(each, { path: each, isNamed: false });
  }
  return [...found.values()];
}

async function jsonBelow(folder: string, place: Place, depth: number): Promise<readonly string[]> {
  if (depth > DEEPEST) return [];
  const all: string[] = [];
  for (const name of (await place.files.list(place.at(folder))).toSorted()) {
    const path = `${folder.replace(/\/+$/, '')}/${name}`;
    if (name.endsWith('.json')) all.push(path);
    else all.push(...(await jsonBelow(path, place, depth + 1)));
  }
  return all;
}

/** Undefined: a file of somebody else's, in a folder. */
async function readOne({ path: file, isNamed }: Found, { files, at }: Place): Promise<Read | undefined> {
  const json = await readJson(at(file), files, file);
  const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
  if (schema === SHARD_SCHEMA) return { kind: 'shard', shard: shardIn(json, file) };
  if (schema === RESULTS_SCHEMA) {
    const what = { file, what: 'results file', schema: RESULTS_SCHEMA };
    const results = parsedAs(resultsSchema, json, what);
    // What an earlier attempt has joined is an artifact of the run too.
    const isJoined = results.scenarios.some(({ leg }) => leg !== undefined);
    return isJoined && !isNamed ? undefined : { kind: 'leg', results };
  }
  if (!isNamed && !String(schema).startsWith('flowgate.')) return undefined;
  throw new UserError({
    file,
    message: `is no file of a shard (${SHARD_SCHEMA}) and no results.json (${RESULTS_SCHEMA})`,
  });
}

function shardIn(json: unknown, file: string): ReadShard {
  const data = parsedAs(shardSchema, json, { file, what: 'file of a shard', schema: SHARD_SCHEMA });
  const { shard, environment } = data;
  try {
    const scenarios = data.scenarios.map(({ asked, measured: { tally, ...measured } }) => ({
      asked,
      measured,
      columns: tallyColumns(tally),
    }));
    const { flowgate, config, git, run, reproduce, gateChanges } = data;
    return {
      file,
      ...{ flowgate, shard, config, git, run, reproduce, gateChanges, environment },
      asked: createHash('sha256')
        .update(JSON.stringify(scenarios.map(({ asked }) => asked)))
        .digest('hex'),
      lacks: scenarios.flatMap((scenario) => unmeasured(scenario) ?? []),
      scenarios: scenarios.map((scenario) => ({
        asked: scenario.asked,
        part: shardPart(scenario, { share: shard, environment }),
      })),
    };
  } catch (thrown) {
    throw new UserError({ file, message: `is damaged: ${messageOf(thrown)}` });
  }
}
