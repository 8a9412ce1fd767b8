import { z } from 'zod';
import { parseQuantity, valueFor } from '../lib/quantity.js';
import { LIMIT_SUBJECTS, type LimitPlan, type LimitSet, type LimitSubject } from '../model/limits.js';
import { oneOf, show, whole } from './fields.js';

/*
 * The value of `faults.limits`: one map, or a list of them that differ in `of`. As everywhere, a message is the end of a
 * sentence that begins with where it is.
 */

/** Bytes: below that no shell starts. */
const LEAST_MEMORY = 1e6;
/** Cores: the kernel's least quota is 1 ms of its period of 100 ms. */
const LEAST_CPU = 0.01;

const RESOURCES = 'memory, cpu, processes or files';

interface Context {
  readonly issues: z.core.$ZodRawIssue[];
}

function refuse(context: Context, message: string, path: (string | number)[] = []): never {
  context.issues.push({ code: 'custom', input: undefined, message, path });
  return z.NEVER;
}

/** `256MB` → bytes. */
const memory = z.unknown().transform((value, context): number => {
  if (typeof value === 'number') return refuse(context, `${value} needs a unit; write ${value}MB`);
  if (typeof value !== 'string') return refuse(context, `must be a size such as 256MB, not ${show(value)}`);
  const parsed = parseQuantity(value.trim());
  if (!parsed.ok) return refuse(context, parsed.message);
  const result = valueFor(parsed.quantity, 'memory', 'bytes');
  if (!result.ok) return refuse(context, result.message);
  return result.value >= LEAST_MEMORY
    ? result.value
    : refuse(context, `${value} is less than any program needs to start; write 1MB or more`);
});

/** `0.5` or `50%` (of one core) → cores. */
const cpu = z.unknown().transform((value, context): number => {
  const written = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (written === '') {
    return refuse(context, `must be a number of cores such as 0.5, or 50% of one, not ${show(value)}`);
  }
  const parsed = parseQuantity(written);
  if (!parsed.ok) return refuse(context, parsed.message);
  const { kind, number, factor } = parsed.quantity;
  if (kind !== 'bare' && kind !== 'share') {
    return refuse(context, `is a number of cores; ${written} is none; write 0.5, or 50% of one core`);
  }
  const cores = Number((number * factor).toPrecision(15));
  return cores >= LEAST_CPU
    ? cores
    : refuse(context, `${written} is less than the kernel can give; write ${LEAST_CPU} or more`);
});

const about = (description: string) => ({ description });

export const LIMIT_KEYS = ['of', 'memory', 'cpu', 'processes', 'files'] as const;

export const limitSetSchema = z.strictObject(
  {
    of: oneOf(LIMIT_SUBJECTS)
      .optional()
      .meta(
        about(
          'flow: each flow by itself; flows: all together; service: each service; each flow and each service if left out',
        ),
      ),
    memory: memory.optional().meta({ ...about('bytes, such as 256MB'), type: 'string', minLength: 1 }),
    cpu: cpu
      .optional()
      .meta({ ...about('cores: 0.5, or 50% of one core'), anyOf: [{ type: 'number' }, { type: 'string' }] }),
    processes: whole(1).optional().meta(about('processes and threads alive at once')),
    files: whole(16).optional().meta(about('files that each process has open at once')),
  },
  {
    error: ({ code, input }) =>
      code === 'invalid_type'
        ? `must be a map such as {memory: 256MB, cpu: 0.5}, or a list of them, not ${show(input)}`
        : undefined,
  },
);

/** One map or a list → at most one plan of each subject. */
export const limits = z.unknown().transform((value, context): readonly LimitPlan[] => {
  const isList = Array.isArray(value);
  const list = isList ? (value as unknown[]) : [value];
  if (list.length === 0) return refuse(context, 'is empty; write a map such as {memory: 256MB, cpu: 0.5}');
  const taken = new Map<LimitSubject, number>();
  return list.flatMap((entry, index) => {
    const at = isList ? [index] : [];
    const parsed = limitSetSchema.safeParse(entry, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) {
      context.issues.push({
        ...issue,
        input: issue.input,
        path: [...at, ...issue.path],
      } as z.core.$ZodRawIssue);
    }
    if (parsed.data === undefined) return [];
    const { of, ...set } = parsed.data;
    const resources = setOf(set);
    if (Object.keys(resources).length === 0) return refuse(context, `limits nothing; set ${RESOURCES}`, at);
    return subjectsOf(of).flatMap((subject) => {
      const first = taken.get(subject);
      taken.set(subject, index);
      if (first === undefined) return [{ of: subject, ...resources }];
      return refuse(
        context,
        `limits ${SUBJECT_NAMES[subject]}, as entry ${first + 1} does; join the two`,
        at,
      );
    });
  });
});

const SUBJECT_NAMES: Readonly<Record<LimitSubject, string>> = {
  flow: 'each flow',
  flows: 'all flows together',
  service: 'each service',
};

/** Left out: for flows and service, each by itself. */
function subjectsOf(of: LimitSubject | undefined): readonly LimitSubject[] {
  return of === undefined ? ['flow', 'service'] : [of];
}

function setOf({ memory, cpu, processes, files }: Omit<z.output<typeof limitSetSchema>, 'of'>): LimitSet {
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(processes === undefined ? {} : { processes }),
    ...(files === undefined ? {} : { files }),
  };
}
