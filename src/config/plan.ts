import { resolve } from 'node:path';
import { planAccept } from '../accept/config.js';
import { planCompare } from '../compare/config.js';
import { defaultBaseGates, NOT_COMPARED } from '../compare/thresholds.js';
import { dataFrom, readDataFile } from '../data/data.js';
import { variableFaults } from '../flows/http/variables.js';
import { planHistory } from '../history/config.js';
import { readImport } from '../import/read.js';
import { codeOf, messageOf, type Problem, UserError } from '../lib/errors.js';
import { isMap, oneLine } from '../lib/fields.js';
import { didYouMean } from '../lib/nearest.js';
import type { ComparePlan } from '../model/comparison.js';
import { flowPlans, type Plan, type ScenarioPlan } from '../model/plan.js';
import { indivisible } from '../shards/divide.js';
import type { Files } from '../system/ports.js';
import { readConfig } from './file.js';
import { defaultConfig, missingConfig, nothingToRun } from './find-config.js';
import {
  hasShorthand,
  type Inputs,
  type InputsReading,
  isGiven,
  type ParsedInputs,
  parseInputs,
  whereInput,
} from './inputs.js';
import { fromWorkspace, missingPlaces, type Places, placesOfConfig, problemsOfData } from './places.js';
import {
  configDrafts,
  DEMO_MODULE,
  type Draft,
  planScenario,
  shorthandDraft,
  unusedDirectory,
} from './scenario.js';
import type { Config } from './schema.js';
import { readMetricName } from './threshold-grammar.js';

export interface PlanSources {
  readonly files: Files;
  /** Absolute: the root of the repository. */
  readonly workspace: string;
  /**
   * What is compared is prepared before any of it is run: what is named and not there may be made by `prepare`, and is
   * looked for after it. If left out, nobody prepares.
   */
  readonly prepares?: true;
  /** The environment that flows get; if left out, nobody asks whether it has what requests are filled in with. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * What becomes of scenarios that another tool has run: their files are read now, so that a bad one is told before
   * anything runs, or there must be none. If left out, nobody asks for them.
   */
  readonly imports?: 'read' | 'refused';
  /** The inputs are those of head: what base is asked for need not use all of them. */
  readonly isBase?: true;
}

/**
 * What is to be run, from the inputs, the config file and the defaults, in this order of precedence.
 * Throws UserError with every problem that was found: of the inputs first, then of the config in order of line.
 */
export async function makePlan(inputs: Inputs, sources: PlanSources): Promise<Plan> {
  const reading = parseInputs(inputs);
  const { parsed, problems: inputProblems } = reading;
  const drafted = await draftScenarios(inputs, reading, sources);
  const { source, config, known, drafts, places, problems: sourceProblems } = drafted;
  const asked = planCompare(parsed, config);
  const isOff = parsed.noCompare === true;
  const compares = !isOff && (isGiven(inputs.compare) || isSaid(known, 'compare'));
  const baseless = compares || isOff ? [] : reading.unlessCompared;
  const unused = compares ? [] : unusedOfComparison(parsed);
  const problems = [...inputProblems, ...baseless, ...unused, ...sourceProblems];
  const prepares = !isOff && PREPARED.every((key) => parsed[key] !== undefined || isSaid(known, key));
  const isAwaited = sources.prepares === true && prepares;
  const exists = async (path: string): Promise<boolean> => isAwaited || (await sources.files.exists(path));
  for (const each of places) {
    const { files, workspace } = sources;
    problems.push(...(await missingPlaces(each, { inputs: parsed, workspace, exists, files })));
  }
  const scenarios: ScenarioPlan[] = [];
  for (const draft of drafts) {
    const result = planScenario(draft, { inputs: parsed, workspace: sources.workspace });
    if (!result.ok) {
      // A number that could not be read would be taken for one that was left out.
      if (inputProblems.length === 0) problems.push(...result.problems);
      continue;
    }
    const planned = await withImport(result.scenario, { draft, sources, compares });
    problems.push(...planned.problems);
    const accept = planAccept(config?.accept, { name: draft.name, readMetric: readMetricName });
    scenarios.push({ ...planned.scenario, ...accept });
    problems.push(...misplacedBug(result.scenario, parsed));
    problems.push(...problemsOfVariables(result.scenario, draft, sources.env));
    problems.push(...(await misusedData(result.scenario, draft, sources)));
  }
  if (problems.length === 0 && sources.isBase !== true) {
    problems.push(...unusedDirectory(parsed, scenarios), ...unusedLoad(parsed, scenarios));
  }
  if (problems.length > 0) throw new UserError(distinct(problems));
  const history = planHistory(parsed.history, config?.history);
  const { shard } = parsed;
  const plan = {
    source,
    ...(parsed.onFail === 'warn' ? { advisory: true as const } : {}),
    ...(history === undefined ? {} : { history }),
    ...(shard === undefined ? {} : { shard }),
    ...(isOff
      ? { scenarios: scenarios.map((scenario) => withoutComparing(scenario, asked)) }
      : { scenarios, ...(asked === undefined ? {} : { compare: asked }) }),
  };
  const undivided = shard === undefined ? [] : indivisible(plan, shard);
  if (undivided.length > 0) {
    throw new UserError(undivided.map((message) => ({ where: whereInput('shard'), message })));
  }
  return plan;
}

const PREPARED = ['compare', 'prepare'] as const;

/** Whether a config has a key at its top, right or wrong. */
function isSaid(config: unknown, key: string): boolean {
  return isMap(config) && key in config;
}

/** Only a comparison uses them. */
const OF_COMPARISON = ['prepare', 'budget', 'onInconclusive'] as const;

function unusedOfComparison(parsed: ParsedInputs): Problem[] {
  const message =
    parsed.noCompare === true
      ? 'nothing is compared (--no-compare), so nothing uses it; leave it out'
      : 'nothing is compared, so nothing uses it; give compare, or leave it out';
  return OF_COMPARISON.filter((key) => parsed[key] !== undefined).map((key) => ({
    where: whereInput(key),
    message,
  }));
}

/**
 * The scenario in a run with --no-compare.
 * @param asked what would be compared; its default gates are then left out as well
 */
function withoutComparing(scenario: ScenarioPlan, asked: ComparePlan | undefined): ScenarioPlan {
  const defaults = asked === undefined ? [] : defaultBaseGates(scenario, asked.defaultLevel);
  const omitted = defaults.map(({ expression }) => ({ expression, reason: NOT_COMPARED }));
  const omittedGates = [...(scenario.omittedGates ?? []), ...omitted];
  return { ...scenario, ...(omittedGates.length === 0 ? {} : { omittedGates }), comparesNothing: true };
}

/** Everything that is wrong with the text of a config file, in order of line; `file` is how it is called. */
export function validateConfig(text: string, file: string): readonly Problem[] {
  return readConfig(text, file, { load: { input: {} } }).problems;
}

interface Drafts {
  readonly source: Plan['source'];
  /** Undefined without a config, or if it has problems. */
  readonly config?: Config;
  /** Of a config, whatever else is wrong with it. */
  readonly known?: unknown;
  readonly drafts: readonly Draft[];
  /** Looked for even where a draft could not be made: nothing that is missing waits for the next try. */
  readonly places: readonly Places[];
  readonly problems: readonly Problem[];
}

async function draftScenarios(inputs: Inputs, reading: InputsReading, sources: PlanSources): Promise<Drafts> {
  const { parsed } = reading;
  // An explicit config beside run, module, url or demo is a problem that parseInputs has found.
  const shorthand = hasShorthand(inputs);
  const file = parsed.config ?? (shorthand ? undefined : await defaultConfig(sources));
  if (file !== undefined) return fromConfig(file, reading, sources);
  const draft = shorthandDraft(parsed);
  const source = { kind: draft?.config.module === DEMO_MODULE ? 'demo' : 'inputs' } as const;
  if (draft === undefined) {
    // What the shorthand is to run could not be read: that is the problem, and parseInputs has found it.
    const missing =
      shorthand || isGiven(inputs.config) ? [] : [await nothingToRun({ ...sources, ...parsed })];
    return { source, drafts: [], places: [], problems: missing };
  }
  const { module } = draft.config;
  return {
    source,
    drafts: [draft],
    places: [{ problemAt: draft.problemAt, ...(module === undefined ? {} : { module }) }],
    problems: [],
  };
}

async function fromConfig(
  named: string,
  { parsed, problems: inputProblems }: InputsReading,
  sources: PlanSources,
): Promise<Drafts> {
  const file = fromWorkspace(named, sources.workspace);
  const source = { kind: 'config', file } as const;
  const text = await readText(resolve(sources.workspace, named), sources.files);
  if (typeof text !== 'string') {
    const places = { ...sources, workingDirectory: parsed.workingDirectory };
    const problem = text === undefined ? await missingConfig(named, places) : { ...text, file };
    return { source, drafts: [], places: [], problems: [problem] };
  }
  const load = inputProblems.length === 0 ? { input: parsed, selected: parsed.scenario } : undefined;
  // With --no-compare limits on the base are said to be not judged, which is no problem of the config.
  const comparing = parsed.compare !== undefined || parsed.noCompare === true;
  const { config, known, problems, problemAt } = readConfig(text, file, { load, comparing });
  const wanted = parsed.scenario?.flatMap((name) => [name, ...partsNamedBy(known, name)]);
  const isWanted = (name: string): boolean => wanted?.includes(name) ?? true;
  const places = placesOfConfig(known, problemAt).filter(({ name }) => isWanted(name));
  if (config === undefined) return { source, known, drafts: [], places, problems };
  return {
    source,
    config,
    known,
    places,
    drafts: configDrafts(config, parsed.scenario, problemAt),
    problems: unknownScenarios(parsed.scenario ?? [], Object.keys(config.scenarios)),
  };
}

/** The parts of a scenario that is a mix, whatever else is wrong with the config. */
function partsNamedBy(known: unknown, name: string): readonly string[] {
  const scenarios = isMap(known) ? known['scenarios'] : undefined;
  const scenario = isMap(scenarios) ? scenarios[name] : undefined;
  const mix = isMap(scenario) ? scenario['mix'] : undefined;
  return isMap(mix) ? Object.keys(mix) : [];
}

/** Or why it cannot be used. A folder cannot be read either: to the user it is just as much no file. */
async function readText(path: string, files: Files): Promise<string | Problem | undefined> {
  try {
    return await files.read(path);
  } catch (thrown) {
    if (thrown instanceof UserError) return { message: thrown.problems[0]?.message ?? '' };
    const code = codeOf(thrown);
    return code === 'EACCES' || code === 'EPERM'
      ? { message: `cannot be read: ${messageOf(thrown)}` }
      : undefined;
  }
}

function unknownScenarios(wanted: readonly string[], known: readonly string[]): Problem[] {
  return wanted
    .filter((name) => !known.includes(name))
    .map((name) => ({
      where: whereInput('scenario'),
      message: `there is no scenario ${name}${didYouMean(name, known, `; scenarios are ${known.join(', ')}`)}`,
    }));
}

function problemsOfVariables(plan: ScenarioPlan, draft: Draft, env: PlanSources['env']): Problem[] {
  if (env === undefined) return [];
  return flowPlans(plan).flatMap((flow, index) =>
    variableFaults(flow.work, { ...env, ...plan.env, ...flow.env }).map((message) =>
      draftOf(draft, index).problemAt('http', message),
    ),
  );
}

/** Of the flows of a plan: the scenario that says what they are. */
function draftOf(draft: Draft, index: number): Draft {
  return draft.parts?.[index] ?? draft;
}

/** What is wrong with its rows for what its flows are, if the file is there. */
async function misusedData(
  plan: ScenarioPlan,
  draft: Draft,
  { files, workspace }: PlanSources,
): Promise<readonly Problem[]> {
  const misused = flowPlans(plan).map(async ({ work, data }, index) => {
    const path = data?.file ?? workspace;
    const problems = await problemsOfData(path, workspace, async () =>
      dataFrom({ work, data, seed: plan.seed }, await readDataFile(data, files)),
    );
    const { problemAt } = draftOf(draft, index);
    return problems.map((problem) =>
      problem.file === undefined ? problemAt('http', problem.message) : problem,
    );
  });
  return (await Promise.all(misused)).flat();
}

interface Importing {
  readonly draft: Draft;
  readonly sources: PlanSources;
  readonly compares: boolean;
}

/** The scenario with what its file holds, if another tool has run it and the file is there already. */
async function withImport(
  scenario: ScenarioPlan,
  { draft: { problemAt }, sources: { imports, files }, compares }: Importing,
): Promise<{ readonly scenario: ScenarioPlan; readonly problems: readonly Problem[] }> {
  const { work, before } = scenario;
  if (work.kind !== 'import') return { scenario, problems: [] };
  if (compares || imports === 'refused') {
    const message =
      'another tool has run it, so it is not compared with a base; write it in a config of its own, or leave compare out';
    return { scenario, problems: [problemAt('import', message)] };
  }
  if (imports !== 'read' || before !== undefined) return { scenario, problems: [] };
  try {
    return { scenario: { ...scenario, work: { ...work, run: await readImport(work, files) } }, problems: [] };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    // At a terminal the file is all that was given; in a config the line that names it is what is wrong.
    const place = problemAt('import', '');
    const isNamedAlone = place.file === undefined;
    const problems = thrown.problems.map(({ file, message }) =>
      isNamedAlone ? { file, message } : { ...place, message: `${work.name}: ${message}` },
    );
    return { scenario, problems };
  }
}

/** Load where no scenario runs a flow. */
const OF_LOAD = ['flows', 'iterations', 'duration', 'rate', 'maxFlows', 'timeout', 'seed'] as const;

function unusedLoad(parsed: ParsedInputs, scenarios: readonly ScenarioPlan[]): Problem[] {
  if (scenarios.length === 0 || scenarios.some(({ work }) => work.kind !== 'import')) return [];
  const message = 'every scenario is an import, so nothing is run and nothing uses it; leave it out';
  return OF_LOAD.filter((key) => parsed[key] !== undefined).map((key) => ({
    where: whereInput(key),
    message,
  }));
}

function misplacedBug({ name, work }: ScenarioPlan, { bug }: ParsedInputs): Problem[] {
  if (bug === undefined || (work.kind === 'module' && work.module === DEMO_MODULE)) return [];
  return [
    {
      where: whereInput('bug'),
      message: `only the demo can be told to misbehave, and ${name} is not the demo`,
    },
  ];
}

/** A folder that an input names is missing in every scenario: that is one problem. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  const safe = problems.map((problem) => ({ ...problem, message: oneLine(problem.message) }));
  return safe.filter((problem) => {
    const key = JSON.stringify(problem);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
