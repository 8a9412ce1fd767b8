import { z } from 'zod';
import {
  by,
  decimal,
  either,
  good,
  map,
  mustBe,
  oneOf,
  oneOrMore,
  type Read,
  readAs,
  readShare,
  readTime,
  refuse,
  unknownKey,
  unreadable,
} from '../../lib/fields.js';
import { placeholdersIn } from '../../lib/placeholders.js';
import { parseQuantity } from '../../lib/quantity.js';
import {
  DIRECTIONS,
  type Endpoint,
  formatEndpoint,
  type NetworkFaultPlan,
  type Outage,
  type TimeWindow,
  type Toxic,
} from '../../model/network-fault.js';

/* `faults.network`: a list of proxies, each in front of one dependency, and what they do to connections. */

const LOCAL = '127.0.0.1';

/** `200ms`, or `200ms±50ms`, which may be written `200ms+-50ms` or `200ms +/- 50ms`. */
function readLatency(text: string): Read<{ readonly mean: number; readonly jitter: number }> {
  const [first = '', second, more] = text.split(/±|\+\s*\/?\s*-/);
  if (more !== undefined) return unreadable(`${text} has more than one ±; write it as 200ms±50ms`);
  const mean = readTime(first);
  if (!mean.ok) return mean;
  const jitter = second === undefined ? good(0) : readTime(second);
  if (!jitter.ok) return jitter;
  if (mean.value === 0) return unreadable(`${text} delays nothing; write 200ms or 200ms±50ms`);
  return good({ mean: mean.value, jitter: jitter.value });
}

/** `1MB/s` → bytes a second. */
function readBandwidth(text: string): Read<number> {
  const [bits, amount, prefix = ''] = /^(\d+(?:\.\d+)?)\s*([KMG])bit(?:\/s|ps)?$/i.exec(text.trim()) ?? [];
  if (bits !== undefined) {
    const bytes = Number((Number(amount) / 8).toPrecision(6));
    return unreadable(`${text} is in bits; write bytes: ${bytes}${prefix.toUpperCase()}B/s`);
  }
  const result = parseQuantity(text.trim());
  if (!result.ok) return result;
  const { kind, number, factor } = result.quantity;
  if (kind === 'size') return unreadable(`${text} is a size; write it per time: ${text.trim()}/s`);
  if (kind !== 'growth') return unreadable(`${text} is no bandwidth; write it as 1MB/s or 500KB/s`);
  const rate = decimal((number * factor) / 60);
  if (rate < 1) return unreadable(`${text} lets nothing pass; write 1B/s at least, or blackhole: true`);
  return good(rate);
}

/** `2s..4s`, `2s..` without an end, `..4s` from the start. */
function readWindow(text: string): Read<TimeWindow> {
  const [first = '', last, more] = text.split(/\s*\.\.+\s*/);
  if (last === undefined || more !== undefined || text.trim() === '..') {
    return unreadable(`${text} is no span of time; write it as 2s..4s, or 2s.. without an end`);
  }
  const from = first.trim() === '' ? good(0) : readTime(first);
  if (!from.ok) return from;
  if (last.trim() === '') return good({ from: from.value });
  const to = readTime(last);
  if (!to.ok) return to;
  if (to.value <= from.value) {
    return unreadable(`${text} ends before it begins; write the earlier time first, as in 2s..4s`);
  }
  return good({ from: from.value, to: to.value });
}

/** `HOST:PORT`, or `[::1]:5432`. */
function readEndpoint(text: string): Read<Endpoint> {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d+)$/.exec(text.trim()) ?? [];
  const host = six ?? name;
  const port = Number(digits);
  if (host === undefined) return unreadable(`${text} is no HOST:PORT; write it as 127.0.0.1:5432`);
  if (port < 1 || port > 65_535) return unreadable(`${text}: a port is 1 to 65535`);
  return good({ host, port });
}

/** `127.0.0.1:5432`, or `127.0.0.1:{{port.db}}`; which placeholders there are is not asked here. */
function readUpstream(text: string): Read<Pick<NetworkFaultPlan, 'upstream' | 'upstreamPort'>> {
  const [only] = placeholdersIn(text);
  if (only === undefined) {
    const result = readEndpoint(text);
    return result.ok ? good({ upstream: result.value }) : result;
  }
  const placeholder = `{{${only.word}}}`;
  const host = text.slice(0, only.index).trim();
  // Any port will do to see that the rest is right.
  const result = readEndpoint(`${host}1${text.slice(only.index).replace(/^[^}]*\}\}/, '')}`);
  if (!host.endsWith(':') || !result.ok) {
    return unreadable(`${text} is no HOST:PORT; write it as 127.0.0.1:${placeholder}`);
  }
  return good({ upstream: { host: result.value.host, port: 0 }, upstreamPort: placeholder });
}

/** A port of 127.0.0.1, or HOST:PORT. */
const listen = z
  .union([z.number(), z.string()], { error: mustBe('a port such as 15432, or HOST:PORT') })
  .transform((value, context): Endpoint => {
    const isPort = typeof value === 'number' || /^\s*\d+\s*$/.test(value);
    const result = readEndpoint(isPort ? `${LOCAL}:${String(value).trim()}` : value);
    if (result.ok) return result.value;
    return refuse(context, isPort ? `a port is 1 to 65535, not ${value}` : result.message);
  });

const share = readAs('a share of the connections such as 5%', readShare);
const time = readAs('a time such as 500ms', readTime);
const span = readAs('a span of time such as 2s..4s', readWindow);
const EMPTY_SPANS = 'is empty; write 2s..4s, or a list such as [2s..4s, 8s..9s]';
const spans = z.array(span).min(1, { error: EMPTY_SPANS });

const met = {
  probability: share.optional().describe('share of the connections that meet it; all if left out'),
  during: oneOrMore({ other: span }, { empty: EMPTY_SPANS })
    .optional()
    .describe('when, from the start of the run: 2s..4s, or a list; always if left out'),
};
type Met = z.output<z.ZodObject<typeof met>>;

function metOf({ probability = 1, during }: Met) {
  return { probability, ...(during === undefined ? {} : { during }) };
}

const direction = oneOf(DIRECTIONS).optional();

type Form<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

interface ToxicForms<Shape extends z.ZodRawShape> {
  /** As a map. */
  readonly long: Shape;
  /** As a text. */
  readonly short: (text: string) => Read<Form<Shape>>;
  /** `true` stands for a map with nothing in it. */
  readonly orTrue?: true;
  readonly example: string;
  readonly plan: (form: Form<Shape>) => Toxic;
}

/** What is done to connections: a text, a map that says more, or a list of those, one after another in time. */
function toxic<const Shape extends z.ZodRawShape>({ long, short, orTrue, example, plan }: ToxicForms<Shape>) {
  const error = mustBe(example);
  const planned = (form: unknown, context: z.core.ParsePayload): Toxic =>
    checked(plan(form as Form<Shape>), context);
  const written = z.union([z.string(), z.number()]).transform((value, context) => {
    const result = short(String(value));
    return result.ok ? planned(result.value, context) : refuse(context, result.message);
  });
  const always = z.literal(true, { error }).transform((_, context) => planned({}, context));
  return oneOrMore<Toxic>(
    {
      text: written,
      number: written,
      map: map(long, example, unknownInToxic).transform(planned),
      ...(orTrue === undefined ? {} : { flag: always }),
    },
    { empty: `is empty; write ${example}`, error },
  ).optional();
}

function unknownInToxic(key: string, names: readonly string[]): string {
  return key === 'distribution' && names.includes('jitter')
    ? 'there is no key distribution: delays are spread evenly from mean − jitter to mean + jitter; leave it out'
    : unknownKey(key, names);
}

/** What the parts of one toxic say of each other. */
function checked(made: Toxic, context: z.core.ParsePayload): Toxic {
  if (made.kind === 'latency' && made.mean === 0) {
    return refuse(context, 'delays nothing; write more than 0, or leave latency out', { path: ['mean'] });
  }
  if (made.kind === 'latency' && made.jitter > made.mean) {
    const message =
      `has a jitter of ${made.jitter} ms, more than its mean of ${made.mean} ms: ` +
      'a delay can not be negative; write a jitter up to the mean';
    return refuse(context, message);
  }
  if (made.kind === 'slow_close' && made.delay === 0) {
    return refuse(context, 'delays nothing; write more than 0, or leave slow_close out');
  }
  return made;
}

function under<const Key extends string, T>(key: Key, result: Read<T>): Read<Record<Key, T>> {
  return result.ok ? good({ [key]: result.value } as Record<Key, T>) : result;
}

const latency = toxic({
  long: {
    mean: time,
    jitter: time.optional(),
    direction,
    ...met,
  },
  short: readLatency,
  example: '200ms±50ms or {mean: 200ms, jitter: 50ms, probability: 20%}',
  plan: ({ mean, jitter = 0, direction = 'downstream', ...rest }) => ({
    kind: 'latency',
    mean,
    jitter,
    direction,
    ...metOf(rest),
  }),
});

const bandwidth = toxic({
  long: { rate: readAs('a bandwidth such as 1MB/s', readBandwidth), direction, ...met },
  short: (text) => under('rate', readBandwidth(text)),
  example: '1MB/s or {rate: 1MB/s, probability: 20%}',
  plan: ({ rate, direction = 'both', ...rest }) => ({ kind: 'bandwidth', rate, direction, ...metOf(rest) }),
});

const reset = toxic({
  long: { after: time.optional(), ...met },
  short: (text) => under('probability', readShare(text)),
  orTrue: true,
  example: '5% or {probability: 5%, after: 100ms}',
  plan: ({ after = 0, ...rest }) => ({ kind: 'reset', after, ...metOf(rest) }),
});

const blackhole = toxic({
  long: met,
  short: (text) => under('probability', readShare(text)),
  orTrue: true,
  example: '5%, true or {probability: 5%, during: 2s..4s}',
  plan: (form) => ({ kind: 'blackhole', ...metOf(form) }),
});

const slowClose = toxic({
  long: { delay: time, direction, ...met },
  short: (text) => under('delay', readTime(text)),
  example: '500ms or {delay: 500ms, probability: 20%}',
  plan: ({ delay, direction = 'downstream', ...rest }) => ({
    kind: 'slow_close',
    delay,
    direction,
    ...metOf(rest),
  }),
});

/** A share can not be refused: whether a connection is, is decided before anybody sees it. */
function shareRefused(value: unknown): string {
  return (
    `${String(value)}: a share of the connections can not be refused, which happens before one is seen; ` +
    `write refuse: 2s..4s, or reset: ${String(value)} for a share`
  );
}

const REFUSED = 'true, a span of time such as 2s..4s, or a list of them';

/** Always, or in windows. */
const refusal = either(
  {
    flag: z.literal(true, { error: mustBe(REFUSED) }).transform((): TimeWindow[] => [{ from: 0 }]),
    text: z
      .string()
      .transform(
        by((text) => (text.trim().endsWith('%') ? unreadable(shareRefused(text)) : readWindow(text))),
      )
      .transform((window) => [window]),
    list: spans,
  },
  (issue) => (typeof issue.input === 'number' ? shareRefused(issue.input) : mustBe(REFUSED)(issue)),
);

const downtime = either(
  {
    text: z
      .string()
      .transform(by(readWindow))
      .transform((window) => [window]),
    list: spans,
  },
  mustBe('a span of time such as 2s..4s, or a list of them'),
);

const faults = {
  latency: latency.describe(
    'how much later answers come: 200ms±50ms, or {mean, jitter, direction, probability, during}',
  ),
  bandwidth: bandwidth.describe(
    'of each connection and direction: 1MB/s, or {rate, direction, probability, during}',
  ),
  reset: reset.describe('share of the connections that are reset: 5%, or {probability, after, during}'),
  refuse: refusal.optional().describe('nobody listens: true, 2s..4s, or a list'),
  blackhole: blackhole.describe(
    'share of the connections on which nothing passes: 5%, true, or {probability, during}',
  ),
  slow_close: slowClose.describe(
    'how much later the end of a connection comes: 500ms, or {delay, direction, probability, during}',
  ),
  down: downtime.optional().describe('when nobody listens and open connections are reset: 2s..4s, or a list'),
};

const proxy = map(
  {
    listen: listen.describe('the port that the flows connect to: 15432 of 127.0.0.1, or HOST:PORT'),
    upstream: readAs('HOST:PORT such as 127.0.0.1:5432', readUpstream).describe(
      'HOST:PORT of the dependency; HOST:{{port}} or HOST:{{port.NAME}} if it is a service of the scenario',
    ),
    ...faults,
  },
  'a map such as {listen: 15432, upstream: 127.0.0.1:5432, latency: 200ms}',
).transform((given, context): NetworkFaultPlan => {
  const toxics = [given.latency, given.bandwidth, given.reset, given.blackhole, given.slow_close];
  const outages: Outage[] = [
    ...(given.refuse === undefined ? [] : [{ kind: 'refuse' as const, during: given.refuse }]),
    ...(given.down === undefined ? [] : [{ kind: 'down' as const, during: given.down }]),
  ];
  const plan = {
    listen: given.listen,
    ...given.upstream,
    toxics: toxics.flatMap((each) => each ?? []),
    outages,
  };
  // A fault whose key is misspelt is one all the same.
  if (plan.toxics.length + outages.length === 0 && context.issues.length === 0) {
    const known = Object.keys(faults).join(', ');
    refuse(context, `does nothing; give it a fault, such as latency: 200ms; faults are ${known}`);
  } else if (formatEndpoint(plan.listen) === formatEndpoint(plan.upstream)) {
    const message = 'is where it listens itself; listen on another port, and let the flows connect to that';
    refuse(context, message, { path: ['upstream'] });
  }
  return plan;
});

/** The value of `faults.network`. */
export const networkFaults = z
  .array(proxy, {
    error: mustBe('a list such as [{listen: 15432, upstream: 127.0.0.1:5432, latency: 200ms}]'),
  })
  .min(1, { error: 'is empty; list a proxy, or remove the key' })
  .superRefine((plans, context) => {
    const places = plans.map((plan) => formatEndpoint(plan.listen));
    places.forEach((place, index) => {
      const earlier = places.indexOf(place);
      if (earlier === index) return;
      const message = `${place} is where network[${earlier}] listens; choose another port`;
      context.addIssue({ code: 'custom', message, path: [index, 'listen'] });
    });
  })
  .describe('TCP proxies in front of dependencies, and what they do to connections');
