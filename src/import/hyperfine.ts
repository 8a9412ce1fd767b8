import { plural } from '../lib/format.js';
import { isMap } from '../lib/fields.js';
import { Values } from '../measure/values.js';
import type { Distribution, ErrorGroup } from '../model/flow.js';
import type { ImportedRun } from '../model/imported.js';
import {
  countAt,
  errorGroup,
  labelOf,
  mapAt,
  numberAt,
  runOf,
  shown,
  Statements,
  tallyWith,
  Unusable,
} from './told.js';

/* hyperfine --export-json: every run of every command. Times are in seconds. */

type Json = Readonly<Record<string, unknown>>;

const SECOND = 1000;

export function isHyperfine(json: Json): boolean {
  const { results } = json;
  return (
    Array.isArray(results) &&
    results.length > 0 &&
    results.every((one) => isMap(one) && 'command' in one && 'mean' in one)
  );
}

/** A flow is one run; with several commands each is a step, and there is no time of a flow: that would mix them. */
export function readHyperfine(json: Json): ImportedRun {
  const commands = (json['results'] as readonly Json[]).map(commandOf);
  const [only, ...others] = commands;
  const isOne = only !== undefined && others.length === 0;
  const ok = sum(commands.map((each) => each.ok));
  const failed = sum(commands.map((each) => each.failed));
  const statements = new Statements();
  const cpu = commands.map(({ cpuTime, runs }) => (cpuTime === undefined ? undefined : cpuTime * runs));
  if (cpu.every((each) => each !== undefined)) {
    const note = 'user and system time, as hyperfine says';
    statements.say('cpu_time', sum(cpu), { note });
    statements.say('cpu_per_flow', sum(cpu) / (ok + failed), { note });
  }
  const memory = commands.map(({ memory }) => memory);
  if (memory.every((each) => each !== undefined)) {
    statements.say('peak_memory', Math.max(...memory), { note: 'of the largest run, as hyperfine says' });
  }
  const steps = new Map<string, Distribution>();
  for (const { name, times } of commands) {
    if (times === undefined) continue;
    if (steps.has(name)) throw new Unusable(`has two commands ${shown(name)}; name them with hyperfine -n`);
    steps.set(name, times);
  }
  const isKnown = commands.every((each) => each.knowsStatus);
  return runOf({
    format: 'hyperfine JSON',
    flow: 'run',
    count: ok + failed,
    statements,
    counted: [
      ...(isKnown ? (['success_rate', 'error_rate', 'failed', 'error_types'] as const) : []),
      isOne ? 'flow_time' : 'step',
    ],
    tally: tallyWith({
      counts: { ok, failed },
      flowTimes: isOne ? only.times : undefined,
      stepTimes: isOne ? new Map() : steps,
      errors: joined(commands.flatMap((each) => each.errors)),
    }),
    notes: [
      ...(isOne
        ? []
        : [
            `the file has ${plural(commands.length, 'command')}: each is a step, and flow_time, which would mix them, has no data`,
          ]),
      ...(isKnown ? [] : ['the file holds no exit statuses, so that success_rate has no data']),
    ],
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function joined(groups: readonly ErrorGroup[]): readonly ErrorGroup[] {
  const counts = new Map<string, number>();
  for (const { type, count } of groups) counts.set(type, (counts.get(type) ?? 0) + count);
  return [...counts].map(([type, count]) => errorGroup(type, count));
}

interface CommandRuns {
  readonly name: string;
  readonly runs: number;
  readonly ok: number;
  readonly failed: number;
  readonly knowsStatus: boolean;
  /** Over ok runs. */
  readonly times: Distribution | undefined;
  /** ms of a run, in the mean. */
  readonly cpuTime: number | undefined;
  readonly memory: number | undefined;
  readonly errors: readonly ErrorGroup[];
}

function commandOf(json: Json, index: number): CommandRuns {
  const where = `results[${index}]`;
  const { command, times, exit_codes: statuses } = json;
  if (typeof command !== 'string')
    throw new Unusable(`has ${where}.command = ${shown(command)}, which is no text`);
  if (!Array.isArray(times) || times.length === 0) throw new Unusable(`lacks ${where}.times`);
  if (statuses !== undefined && (!Array.isArray(statuses) || statuses.length !== times.length)) {
    throw new Unusable(`does not hold as many ${where}.exit_codes as times`);
  }
  const values = new Values();
  const endings = new Map<string, number>();
  let ok = 0;
  times.forEach((time: unknown, run) => {
    const taken = countedTime({ time }, `${where}.times[${run}]`);
    const ending = endingOf(
      statuses === undefined ? 0 : (statuses[run] as unknown),
      `${where}.exit_codes[${run}]`,
    );
    if (ending !== undefined) endings.set(ending, (endings.get(ending) ?? 0) + 1);
    else {
      ok += 1;
      values.push(taken * SECOND);
    }
  });
  const user = numberAt(json, 'user', `${where}.user`);
  const system = numberAt(json, 'system', `${where}.system`);
  return {
    name: labelOf(command + parametersOf(json)),
    runs: times.length,
    ok,
    failed: times.length - ok,
    knowsStatus: statuses !== undefined,
    times: values.distribution(),
    cpuTime: user === undefined || system === undefined ? undefined : (user + system) * SECOND,
    memory: memoryOf(json, where),
    errors: [...endings].map(([ending, count]) => errorGroup(ending, count)),
  };
}

function countedTime(at: Json, where: string): number {
  const time = numberAt(at, 'time', where);
  if (time === undefined) throw new Unusable(`lacks ${where}`);
  if (time < 0) throw new Unusable(`has ${where} = ${time}, a time below zero`);
  return time;
}

/** Undefined if it was ok; hyperfine writes null for a run that a signal ended. */
function endingOf(status: unknown, where: string): string | undefined {
  if (status === null) return 'ended by a signal';
  if (typeof status !== 'number' || !Number.isSafeInteger(status)) {
    throw new Unusable(`has ${where} = ${shown(status)}, which is no exit status`);
  }
  return status === 0 ? undefined : `exit status ${status}`;
}

/** A command with parameters is named with them, or two of one scan would have one name. */
function parametersOf(json: Json): string {
  const { command } = json;
  const missing = Object.entries(mapAt(json, 'parameters')).filter(
    ([, value]) => typeof value === 'string' && !(command as string).includes(value),
  );
  return missing.length === 0
    ? ''
    : ` [${missing.map(([name, value]) => `${name}=${String(value)}`).join(', ')}]`;
}

/** Bytes of the largest run; hyperfine 1.19 and later writes them. */
function memoryOf(json: Json, where: string): number | undefined {
  const { memory_usage_byte: runs } = json;
  if (!Array.isArray(runs) || runs.length === 0) return undefined;
  return runs.reduce<number>(
    (most, bytes: unknown, run) =>
      Math.max(most, countAt({ bytes }, 'bytes', `${where}.memory_usage_byte[${run}]`)),
    0,
  );
}
