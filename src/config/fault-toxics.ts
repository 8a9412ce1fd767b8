import { z } from 'zod';
import { DIRECTIONS, type TimeWindow, type Toxic } from '../model/network-fault.js';
import { readBandwidth, readLatency, readShare, readTime, readWindow, type Read } from './fault-values.js';
import { oneOf, show } from './fields.js';
import { isMap } from './raw.js';

/*
 * What one entry of `faults.network` does to a connection. A toxic is a text, a map that says more, or a list of those,
 * one after another in time.
 */

const about = (description: string) => ({ description });

export interface Context {
  readonly issues: z.core.$ZodRawIssue[];
}

export function refuse(context: Context, message: string, path: readonly PropertyKey[] = []): never {
  context.issues.push({ code: 'custom', input: undefined, message, path: [...path] });
  return z.NEVER;
}

/** Text that is read by a function of its own; a number too, where its reader says what is wrong with one. */
export function read<T>(what: string, reader: (text: string) => Read<T>) {
  return z.unknown().transform((value, context): T => {
    if (typeof value !== 'string' && typeof value !== 'number') {
      return refuse(context, `must be ${what}, not ${show(value)}`);
    }
    const result = reader(String(value));
    return result.ok ? result.value : refuse(context, result.message);
  });
}

const share = read('a share of the connections such as 5%', readShare);
const time = read('a time such as 500ms', readTime);
const span = read('a span of time such as 2s..4s', readWindow);

/** One window or several. */
export const windows = z.unknown().transform((value, context): readonly TimeWindow[] => {
  if (!Array.isArray(value))
    return parsePart(
      span.transform((one) => [one]),
      value,
      { context, path: [] },
    );
  if (value.length === 0)
    return refuse(context, 'is empty; write 2s..4s, or a list such as [2s..4s, 8s..9s]');
  return value.map((each, index) => parsePart(span, each, { context, path: [index] }));
});

interface Place {
  readonly context: Context;
  readonly path: readonly PropertyKey[];
}

/** Reads a part of a value and puts what is wrong with it where it stands in the whole. */
function parsePart<T extends z.ZodType>(schema: T, value: unknown, { context, path }: Place): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    context.issues.push({
      ...issue,
      input: issue.input,
      path: [...path, ...issue.path],
    } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
}

const met = {
  probability: share.optional().meta(about('share of the connections that meet it; all if left out')),
  during: windows
    .optional()
    .meta(about('when, from the start of the run: 2s..4s, or a list; always if left out')),
};
const direction = oneOf(DIRECTIONS).optional();

const LONG_FORMS = {
  latency: z.strictObject({ mean: time, jitter: time.optional(), direction, ...met }),
  bandwidth: z.strictObject({ rate: read('a bandwidth such as 1MB/s', readBandwidth), direction, ...met }),
  reset: z.strictObject({ after: time.optional(), ...met }),
  blackhole: z.strictObject(met),
  slow_close: z.strictObject({ delay: time, direction, ...met }),
};

export type ToxicName = keyof typeof LONG_FORMS;
type LongForm<Name extends ToxicName> = z.output<(typeof LONG_FORMS)[Name]>;

const EXAMPLES: Readonly<Record<ToxicName, string>> = {
  latency: '200ms±50ms or {mean: 200ms, jitter: 50ms, probability: 20%}',
  bandwidth: '1MB/s or {rate: 1MB/s, probability: 20%}',
  reset: '5% or {probability: 5%, after: 100ms}',
  blackhole: '5%, true or {probability: 5%, during: 2s..4s}',
  slow_close: '500ms or {delay: 500ms, probability: 20%}',
};

/** The keys of each long form. */
export const TOXIC_KEYS: Readonly<Record<ToxicName, readonly string[]>> = {
  latency: Object.keys(LONG_FORMS.latency.shape),
  bandwidth: Object.keys(LONG_FORMS.bandwidth.shape),
  reset: Object.keys(LONG_FORMS.reset.shape),
  blackhole: Object.keys(LONG_FORMS.blackhole.shape),
  slow_close: Object.keys(LONG_FORMS.slow_close.shape),
};

const SHORT_FORMS: { readonly [Name in ToxicName]: (text: string) => Read<Partial<LongForm<Name>>> } = {
  latency: readLatency,
  bandwidth: (text) => mapped(readBandwidth(text), (rate) => ({ rate })),
  reset: (text) => mapped(readShare(text), (probability) => ({ probability })),
  blackhole: (text) => mapped(readShare(text), (probability) => ({ probability })),
  slow_close: (text) => mapped(readTime(text), (delay) => ({ delay })),
};

function mapped<T, U>(result: Read<T>, change: (value: T) => U): Read<U> {
  return result.ok ? { ok: true, value: change(result.value) } : result;
}

/** A text, a map, or a list of both. */
function toxic<Name extends ToxicName>(name: Name, toToxic: (form: LongForm<Name>) => Toxic) {
  return z
    .unknown()
    .transform((value, context): readonly Toxic[] => {
      const isList = Array.isArray(value);
      const list: readonly unknown[] = isList ? value : [value];
      if (list.length === 0) return refuse(context, `is empty; write ${EXAMPLES[name]}`);
      return list.map((each, index) => {
        const place = { context, path: isList ? [index] : [] };
        return oneToxic(name, each, { ...place, toToxic });
      });
    })
    .optional();
}

function oneToxic<Name extends ToxicName>(
  name: Name,
  value: unknown,
  { context, path, toToxic }: Place & { readonly toToxic: (form: LongForm<Name>) => Toxic },
): Toxic {
  if (isMap(value)) {
    const form = parsePart(LONG_FORMS[name], value, { context, path });
    return form === z.NEVER ? z.NEVER : checked(toToxic(form as LongForm<Name>), { context, path });
  }
  const always = (name === 'reset' || name === 'blackhole') && value === true;
  if (!always && typeof value !== 'string' && typeof value !== 'number') {
    return refuse(context, `must be ${EXAMPLES[name]}, not ${show(value)}`, path);
  }
  const result = always ? { ok: true as const, value: {} } : SHORT_FORMS[name](String(value));
  if (!result.ok) return refuse(context, result.message, path);
  return checked(toToxic(result.value as LongForm<Name>), { context, path });
}

/** What the parts of one toxic say of each other. */
function checked(made: Toxic, { context, path }: Place): Toxic {
  if (made.kind === 'latency' && made.mean === 0) {
    return refuse(context, 'delays nothing; write more than 0, or leave latency out', [...path, 'mean']);
  }
  if (made.kind === 'latency' && made.jitter > made.mean) {
    const message =
      `has a jitter of ${made.jitter} ms, more than its mean of ${made.mean} ms: ` +
      'a delay can not be negative; write a jitter up to the mean';
    return refuse(context, message, path);
  }
  if (made.kind === 'slow_close' && made.delay === 0) {
    return refuse(context, 'delays nothing; write more than 0, or leave slow_close out', path);
  }
  return made;
}

function common({ probability = 1, during }: LongForm<'blackhole'>) {
  return { probability, ...(during === undefined ? {} : { during }) };
}

export const TOXIC_FIELDS = {
  latency: toxic('latency', ({ mean, jitter = 0, direction = 'downstream', ...rest }) => ({
    kind: 'latency',
    mean,
    jitter,
    direction,
    ...common(rest),
  })),
  bandwidth: toxic('bandwidth', ({ rate, direction = 'both', ...rest }) => ({
    kind: 'bandwidth',
    rate,
    direction,
    ...common(rest),
  })),
  reset: toxic('reset', ({ after = 0, ...rest }) => ({ kind: 'reset', after, ...common(rest) })),
  blackhole: toxic('blackhole', (rest) => ({ kind: 'blackhole', ...common(rest) })),
  slow_close: toxic('slow_close', ({ delay, direction = 'downstream', ...rest }) => ({
    kind: 'slow_close',
    delay,
    direction,
    ...common(rest),
  })),
};
