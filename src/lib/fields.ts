import { z } from 'zod';
import type { Unit } from '../model/metrics.js';
import type { Threshold } from '../model/threshold.js';
import type { TextPlace } from './errors.js';
import { didYouMean } from './nearest.js';
import { didYouMeanUnit, parseQuantity, valueFor } from './quantity.js';
import { TIME_UNITS } from './units.js';

/*
 * Times, rates, shares and sizes as the config, the inputs and the options write them. Every message is the end of a
 * sentence that begins with where it is.
 */

/** What a text was read as, or why it cannot be. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export function good<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function unreadable(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** As the JSON Schema of the config says it. */
export const DURATION_PATTERN = '^\\s*(\\d+(\\.\\d+)?\\s*(ns|us|µs|μs|ms|s|m|h)\\s*)+$';

/** setTimeout fires at once past 2^31 − 1 ms. */
const LONGEST = 2 ** 31 - 1;
const PART = /^\s*(\d+(?:\.\d+)?)\s*(\p{L}+|)/u;
const TIME_NAMES = Object.keys(TIME_UNITS);

/** Reads `30s`, `500ms` or `1m30s` as ms, more than 0 and at most 24 days. A number without a unit is refused. */
export function parseDuration(text: string): Read<number> {
  let rest = text.trim();
  if (rest === '') return unreadable('is empty; write a time such as 30s, 500ms or 1m30s');
  let ms = 0;
  while (rest !== '') {
    const [whole, number, unit] = PART.exec(rest) ?? [];
    if (whole === undefined || number === undefined || unit === undefined) {
      return unreadable(`${text} is no time; write it as 30s, 500ms or 1m30s`);
    }
    if (unit === '') return unreadable(missingUnit(text.trim()));
    const factor = factorOf(unit, TIME_UNITS);
    if (factor === undefined) {
      return unreadable(
        `${text}: there is no unit of time ${unit}${didYouMeanUnit(unit, TIME_NAMES, '; units are ns us ms s m h')}`,
      );
    }
    ms += Number(number) * factor;
    rest = rest.slice(whole.length).trim();
  }
  if (ms === 0) return unreadable(`${text} is no time at all; write more than 0`);
  if (ms > LONGEST) return unreadable(`${text} is more than 24 days`);
  return good(decimal(ms));
}

/** What to say of a number without a unit of time. */
export function missingUnit(number: string | number): string {
  return /^\d+(\.\d+)?$/.test(String(number))
    ? `${number} needs a unit: write ${number}s or ${number}ms`
    : `${number} needs units: write it as 30s, 500ms or 1m30s`;
}

/** A time in ms that may be nothing: `0`, `0s`, `1m30s`. */
export function readTime(text: string): Read<number> {
  return /^0+(\.0+)?\s*(ns|us|µs|μs|ms|s|m|h)?$/.test(text.trim()) ? good(0) : parseDuration(text);
}

/** `100ms..1s`, or one time for all: `500ms`. */
export function readSpan(text: string): Read<{ readonly from: number; readonly to: number }> {
  const [first = '', last = first, more] = text.split(/\s*\.\.+\s*/);
  if (more !== undefined || first.trim() === '' || last.trim() === '') {
    return unreadable(`${text} has no two ends; write it as 100ms..1s, or 500ms for all`);
  }
  const from = readTime(first);
  if (!from.ok) return from;
  const to = readTime(last);
  if (!to.ok) return to;
  if (to.value < from.value) {
    return unreadable(`${text} ends before it begins; write the earlier time first, as in 100ms..1s`);
  }
  return good({ from: from.value, to: to.value });
}

/** As the JSON Schema of the config says it. */
export const RATE_PATTERN = '^\\s*(\\d+(\\.\\d+)?|\\.\\d+)\\s*/\\s*(s|min|h)\\s*$';

/** Seconds in one of each. */
const RATE_UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };
const RATE = /^(\d+(?:\.\d+)?|\.\d+)\s*(?:\/\s*(\p{L}+))?$/u;
/** Starts per second that no machine makes: a slip of the pen. */
const FASTEST = 100_000;

/** Reads `50/s`, `300/min` or `1000/h` as starts per second, more than 0. A number without a unit is refused. */
export function parseRate(text: string): Read<number> {
  const rate = readRate(text);
  return rate.ok && rate.value === 0 ? unreadable(`${text} starts no flow at all; write more than 0`) : rate;
}

/** A rate that may be nothing: `0/s`. */
export function readRate(text: string): Read<number> {
  const [whole, number, unit] = RATE.exec(text.trim()) ?? [];
  if (whole === undefined || number === undefined) {
    return unreadable(`${text} is no rate; write it as 50/s, 300/min or 1000/h`);
  }
  if (unit === undefined) return unreadable(rateWithoutUnit(number));
  const seconds = factorOf(unit, RATE_UNITS);
  if (seconds === undefined) return unreadable(`${text}: there is no unit /${unit}; write /s, /min or /h`);
  const rate = Number(number) / seconds;
  if (rate > FASTEST) return unreadable(`${text} is more than ${FASTEST}/s`);
  return good(rate);
}

/** What to say of a rate without a unit. */
export function rateWithoutUnit(number: string | number): string {
  return `${number} needs a unit: write ${number}/s or ${number}/min`;
}

/**
 * `5%` or `0.05` → 0.05; more than 0 and at most 1.
 * @param whole what it is a share of, as a message names it
 */
export function readShare(value: string | number, whole = 'the connections'): Read<number> {
  const result = parseQuantity(String(value).trim());
  if (!result.ok) return result;
  const { kind, number, factor, text } = result.quantity;
  if (kind !== 'share' && kind !== 'bare') {
    return unreadable(`${text} is no share; write it as 5% or 0.05`);
  }
  const share = decimal(number * factor);
  if (share === 0) return unreadable(`${text} of ${whole} are none; write more than 0, or leave it out`);
  if (share <= 1) return good(share);
  const meant = kind === 'bare' && number <= 100 ? `; did you mean ${text}%?` : '; a share is at most 100%';
  return unreadable(`${text} is more than all${meant}`);
}

/** The value in the base unit; `name` is what a message calls it. */
export function readValue(text: string, name: string, unit: Unit): Read<number> {
  const parsed = parseQuantity(text.trim());
  return parsed.ok ? valueFor(parsed.quantity, name, unit) : parsed;
}

/** 2.01 · 1000 is 2009.9999999999998: what counts is the decimal that was written. */
export function decimal(value: number): number {
  return Number(value.toPrecision(15));
}

function factorOf(unit: string, units: Readonly<Record<string, number>>): number | undefined {
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}

/*
 * The kinds of value that a config has, and what is said of one that is wrong. Every message is the end of a sentence
 * that begins with where it is: "scenarios.checkout.flows: must be …".
 */

/** From the top of the config to a value in it. */
export type Path = readonly (string | number)[];

/** Something wrong with a value of the config, before it is known where in the file that stands. */
export interface Finding {
  readonly path: Path;
  /** The end of a sentence that begins with where it is. */
  readonly message: string;
  /** The problem is a key of the map at the path, not its value. */
  readonly key?: string;
  /** Inside the value, if that is text. */
  readonly place?: TextPlace;
}

/** A threshold of the config, and where in its list or text it stands. */
export interface WrittenThreshold {
  readonly threshold: Threshold;
  readonly text: string;
  /** From the list to the expression; none in a text, of which `index` and `place` say where. */
  readonly path: Path;
  readonly index?: number;
  readonly place: TextPlace;
}

/** A map of the config as the YAML has it: nothing is known of its values. */
export type Raw = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What others wrote, in a message: one line without control characters, so that it can pose as nothing else. */
export function oneLine(message: string): string {
  const line = message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

interface Issue {
  readonly code?: string | undefined;
  readonly input?: unknown;
}

/** The message of a value that is of another kind than it must be. */
export function mustBe(what: string): (issue: Issue) => string {
  return ({ input }) => `must be ${what}, not ${show(input)}`;
}

interface Context {
  readonly issues: z.core.$ZodRawIssue[];
}

/** Within a value that is read. */
interface Within {
  readonly path?: Path;
  /** Inside the text. */
  readonly place?: TextPlace;
}

/** Says what is wrong with the value that is being transformed, or with a part of it. */
export function refuse(context: Context, message: string, { path = [], place }: Within = {}): never {
  const params = place === undefined ? {} : { params: { place } };
  context.issues.push({ code: 'custom', input: undefined, message, path: [...path], ...params });
  return z.NEVER;
}

/** For `transform`: the text as a function reads it. */
export function by<T>(reader: (text: string) => Read<T>): (text: string | number, context: Context) => T {
  return (text, context) => {
    const result = reader(String(text));
    return result.ok ? result.value : refuse(context, result.message);
  };
}

/** Text that is read by a function; a number too, where its reader says what is wrong with one. */
export function readAs<T>(what: string, reader: (text: string) => Read<T>) {
  return z.union([z.string(), z.number()], { error: mustBe(what) }).transform(by(reader));
}

/** A whole number from `least` up. */
export function whole(least: number) {
  const error = ({ input }: Issue) => {
    const unquoted = typeof input === 'string' && /^\d+$/.test(input.trim());
    const remedy = unquoted ? '; write it without quotation marks' : '';
    return `must be a whole number from ${least} up, not ${show(input)}${remedy}`;
  };
  return z.int({ error }).min(least, { error });
}

/** Text that is not empty; `example` shows what could stand there. */
export function text(example: string) {
  const error = ({ input }: Issue) =>
    input === null || input === ''
      ? `is empty; write ${example}`
      : `must be text such as ${example}, not ${show(input)}`;
  return z
    .string({ error })
    .refine((value) => value.trim() !== '', { error })
    .meta({ minLength: 1 });
}

/** Whether a command holds nothing but comments, as one that is commented out: it would always be ok. */
export function runsNothing(command: string): boolean {
  return command.trim() !== '' && command.split('\n').every((line) => /^\s*(#|$)/.test(line));
}

export const RUNS_NOTHING = 'holds nothing but comments, so that nothing would run';

export function commandText(example: string) {
  return text(example).refine((value) => !runsNothing(value), { error: `${RUNS_NOTHING}; write ${example}` });
}

/** `30s` → ms. */
export const duration = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? missingUnit(input)
        : `must be a time such as 30s, 500ms or 1m30s, not ${show(input)}`,
  })
  .transform(by(parseDuration))
  .meta({ pattern: DURATION_PATTERN });

export const flag = z.boolean({ error: mustBe('true or false') });

/** Text, or a number or truth value that is turned into text: `PORT: 3000`. */
const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: mustBe('text, a number or true/false'),
});

/** A map of names to text. */
export function textMap(what: string) {
  return z
    .record(z.string(), scalar.transform(String), { error: mustBe(`a map of ${what}`) })
    .transform((map): Readonly<Record<string, string>> => map);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: mustBe(`one of ${values.join(', ')}`) });
}

/**
 * A map with these keys and no others.
 * @param what it must be, or what is said of a value that is no map
 * @param unknown what is said of another key
 */
export function map<const Shape extends z.ZodRawShape>(
  shape: Shape,
  what: string | ((input: unknown) => string),
  unknown: (key: string, names: readonly string[]) => string = (key, names) => unknownKey(key, names),
) {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      // zod has one issue for all unknown keys of a map: the message has a line for each.
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => oneLine(unknown(key, names))).join('\n');
      }
      return typeof what === 'string' ? mustBe(what)(issue) : what(issue.input);
    },
  });
}

export function unknownKey(key: string, names: readonly string[], word = 'key'): string {
  return `there is no ${word} ${key}${didYouMean(key, names, `; ${word}s are ${names.join(', ')}`)}`;
}

type Kind = 'text' | 'number' | 'flag' | 'list' | 'map' | 'nothing';
type Kinds = { readonly [K in Kind | 'other']?: z.ZodType };

function kindOf(value: unknown): Kind {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'flag';
}

interface EitherDef extends z.core.$ZodUnionDef {
  readonly kinds: Kinds;
}

/** A union whose member is known by the kind of the value, so that what is wrong inside of it is said by that member. */
const ZodEither = z.core.$constructor<z.ZodUnion, EitherDef>('ZodEither', (inst, def) => {
  z.ZodUnion.init(inst, def);
  inst._zod.parse = (payload, context) => {
    const member = def.kinds[kindOf(payload.value)] ?? def.kinds.other;
    if (member !== undefined) return member._zod.run(payload, context);
    payload.issues.push({ code: 'invalid_union', errors: [], input: payload.value, inst });
    return payload;
  };
});

/**
 * A value of one of several kinds, each read by its own schema.
 * @param kinds `other` reads all kinds that are not named
 * @param error of a value of a kind that is not named
 */
export function either<const Given extends Kinds>(kinds: Given, error?: (issue: Issue) => string) {
  type Member = NonNullable<Given[keyof Given]>;
  const options = [...new Set(Object.values(kinds))];
  const union = new ZodEither({ type: 'union', options, kinds, error });
  return union as unknown as z.ZodType<z.output<Member>, z.input<Member>>;
}

/** A map, or a text that stands for a map with this key alone. */
export function mapOrText<Schema extends z.ZodObject>(key: keyof Schema['shape'] & string, schema: Schema) {
  const short = z
    .string()
    .meta({ minLength: 1 })
    .transform((value): unknown => ({ [key]: value }))
    .pipe(schema);
  return either({ text: short, other: schema });
}

/**
 * One value of several kinds, or a list of them: what is read is a list.
 * @param empty what is said of an empty list
 */
export function oneOrMore<T>(
  kinds: { readonly [K in Kind | 'other']?: z.ZodType<T> },
  { empty, error }: { readonly empty: string; readonly error?: (issue: Issue) => string },
) {
  const list = z.array(either<typeof kinds>(kinds, error)).min(1, { error: empty });
  // Of a schema that reads several kinds there is one: it would stand in the JSON Schema several times.
  const alone = new Map(Object.values(kinds).map((schema) => [schema, schema.transform((one) => [one])]));
  const single = Object.fromEntries(
    Object.entries(kinds).map(([kind, schema]) => [kind, alone.get(schema)]),
  ) as { readonly [K in Kind | 'other']?: z.ZodType<T[]> };
  return either<typeof single>({ ...single, list }, error) as z.ZodType<readonly T[]>;
}
