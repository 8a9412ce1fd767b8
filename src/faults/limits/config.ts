import { z } from 'zod';
import {
  decimal,
  either,
  type Finding,
  map,
  mustBe,
  oneOf,
  type Path,
  readValue,
  refuse,
  show,
  whole,
} from '../../lib/fields.js';
import { parseQuantity } from '../../lib/quantity.js';
import { LIMIT_SUBJECTS, type LimitPlan, type LimitSubject } from '../../model/limits.js';

/*
 * `faults.limits`: one map, or a list of them that differ in `of`. A limit without `of` is for whoever there is; one that
 * names somebody who is not there would be taken for one that is in force.
 */

/** Bytes: below that no shell starts. */
const LEAST_MEMORY = 1e6;
/** Cores: the kernel's least quota is 1 ms of its period of 100 ms. */
const LEAST_CPU = 0.01;

const RESOURCES = 'memory, cpu, processes or files';

/** `256MB` → bytes. */
const memory = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? `${input} needs a unit; write ${input}MB`
        : `must be a size such as 256MB, not ${show(input)}`,
  })
  .transform((text, context): number => {
    const result = readValue(text, 'memory', 'bytes');
    if (!result.ok) return refuse(context, result.message);
    return result.value >= LEAST_MEMORY
      ? result.value
      : refuse(context, `${text} is less than any program needs to start; write 1MB or more`);
  });

const CPU = mustBe('a number of cores such as 0.5, or 50% of one');

/** `0.5` or `50%` (of one core) → cores. */
const cpu = z.union([z.number(), z.string()], { error: CPU }).transform((value, context): number => {
  const written = String(value).trim();
  if (written === '') return refuse(context, CPU({ input: value }));
  const parsed = parseQuantity(written);
  if (!parsed.ok) return refuse(context, parsed.message);
  const { kind, number, factor } = parsed.quantity;
  if (kind !== 'bare' && kind !== 'share') {
    return refuse(context, `is a number of cores; ${written} is none; write 0.5, or 50% of one core`);
  }
  const cores = decimal(number * factor);
  return cores >= LEAST_CPU
    ? cores
    : refuse(context, `${written} is less than the kernel can give; write ${LEAST_CPU} or more`);
});

const limitSet = map(
  {
    of: oneOf(LIMIT_SUBJECTS)
      .optional()
      .describe(
        'flow: each flow by itself; flows: all together; service: each service; each flow and each service if left out',
      ),
    memory: memory.optional().meta({ description: 'bytes, such as 256MB', minLength: 1 }),
    cpu: cpu.optional().describe('cores: 0.5, or 50% of one core'),
    processes: whole(1).optional().describe('processes and threads alive at once'),
    files: whole(16).optional().describe('files that each process has open at once'),
  },
  'a map such as {memory: 256MB, cpu: 0.5}, or a list of them',
);

type SetConfig = z.output<typeof limitSet>;

export const limits = either({
  other: limitSet,
  list: z.array(limitSet).min(1, { error: 'is empty; write a map such as {memory: 256MB, cpu: 0.5}' }),
}).describe('what flows and services may use: one map, or a list of maps that differ in of');

/** A set that is wrong is undefined, and so is a value in it. */
export type LimitsConfig = SetConfig | readonly (SetConfig | undefined)[];

const SUBJECT_NAMES: Readonly<Record<LimitSubject, string>> = {
  flow: 'each flow',
  flows: 'all flows together',
  service: 'each service',
};

/** Left out: for flows and service, each by itself. */
function subjectsOf(of: LimitSubject | undefined): readonly LimitSubject[] {
  return of === undefined ? ['flow', 'service'] : [of];
}

const NO_SERVICE = 'there is no service to limit; leave it out, or write of: flow';
const NO_PROCESS = 'HTTP flows have no process of their own; limit the service (of: service)';

const OF_A_MIX =
  'limits of a mix are for its services (of: service); limit flows in the scenario of the part, and run that by name';

/** @param path of `faults.limits` */
export function limitRules(path: Path, given: LimitsConfig | undefined, scenario: object): Finding[] {
  if (given === undefined) return [];
  const sets: readonly (SetConfig | undefined)[] = Array.isArray(given) ? given : [given];
  const taken = new Map<LimitSubject, number>();
  return sets.flatMap((set, index) => {
    if (set === undefined) return [];
    const own = hasWrong(set) ? [] : wrongInItself(set, index, taken);
    const message = nobodyFor(set, scenario);
    return [...own, ...(message === undefined ? [] : [message])].map((each) => ({
      path: Array.isArray(given) ? [...path, index] : path,
      message: each,
    }));
  });
}

function hasWrong(set: object): boolean {
  return Object.values(set).some((value) => value === undefined);
}

/** @param taken by which entry the subjects are limited so far */
function wrongInItself(set: SetConfig, index: number, taken: Map<LimitSubject, number>): readonly string[] {
  if (Object.keys(set).every((key) => key === 'of')) return [`limits nothing; set ${RESOURCES}`];
  return subjectsOf(set.of).flatMap((subject) => {
    const first = taken.get(subject);
    taken.set(subject, index);
    return first === undefined
      ? []
      : [`limits ${SUBJECT_NAMES[subject]}, as entry ${first + 1} does; join the two`];
  });
}

function nobodyFor(set: SetConfig, scenario: object): string | undefined {
  const http = 'http' in scenario;
  const service = 'service' in scenario || 'services' in scenario;
  if ('mix' in scenario && set.of !== 'service') return OF_A_MIX;
  if (set.of === 'service') return service ? undefined : NO_SERVICE;
  if (set.of !== undefined) return http ? NO_PROCESS : undefined;
  return http && !service ? `limits nothing: ${NO_PROCESS}, of which there is none` : undefined;
}

/** The limits that there is somebody to have, one of each subject. */
export function planLimits(
  given: LimitsConfig,
  { http, services }: { readonly http: boolean; readonly services: boolean },
): readonly LimitPlan[] {
  const sets = [given].flat().filter((set) => set !== undefined);
  return sets.flatMap((set) => {
    const { of: subject, ...resources } = set;
    return subjectsOf(subject)
      .filter((of) => (of === 'service' ? services : !http))
      .map((of) => ({ of, ...resources }));
  });
}
