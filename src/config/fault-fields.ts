import { z } from 'zod';
import { didYouMean } from '../lib/nearest.js';
import {
  type Endpoint,
  formatEndpoint,
  type NetworkFaultPlan,
  type Outage,
  type TimeWindow,
} from '../model/network-fault.js';
import {
  type Context,
  read,
  refuse,
  TOXIC_FIELDS,
  TOXIC_KEYS,
  type ToxicName,
  windows,
} from './fault-toxics.js';
import { readEndpoint, readUpstream } from './fault-values.js';
import { show } from './fields.js';

/* `faults.network`: a list of proxies, each in front of one dependency. */

const LOCAL = '127.0.0.1';
const about = (description: string) => ({ description });

/** A port of 127.0.0.1, or HOST:PORT. */
const listen = z.unknown().transform((value, context): Endpoint => {
  const isPort = typeof value === 'number' || (typeof value === 'string' && /^\s*\d+\s*$/.test(value));
  if (!isPort && typeof value !== 'string') {
    return refuse(context, `must be a port such as 15432, or HOST:PORT, not ${show(value)}`);
  }
  const result = readEndpoint(isPort ? `${LOCAL}:${String(value).trim()}` : value);
  return result.ok
    ? result.value
    : refuse(context, isPort ? `a port is 1 to 65535, not ${value}` : result.message);
});

const upstream = read('HOST:PORT such as 127.0.0.1:5432', readUpstream);

/** Always, or in windows. A share can not be refused: whether it is, is decided before anybody sees the connection. */
const refusal = z.unknown().transform((value, context): readonly TimeWindow[] => {
  if (value === true) return [{ from: 0 }];
  if (typeof value === 'number' || (typeof value === 'string' && value.trim().endsWith('%'))) {
    return refuse(
      context,
      `${value}: a share of the connections can not be refused, which happens before one is seen; ` +
        `write refuse: 2s..4s, or reset: ${value} for a share`,
    );
  }
  return within(value, 'true, a span of time such as 2s..4s, or a list of them', context);
});

const downtime = z
  .unknown()
  .transform((value, context): readonly TimeWindow[] =>
    within(value, 'a span of time such as 2s..4s, or a list of them', context),
  );

function within(value: unknown, what: string, context: Context): readonly TimeWindow[] {
  if (typeof value !== 'string' && !Array.isArray(value)) {
    return refuse(context, `must be ${what}, not ${show(value)}`);
  }
  const result = windows.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    context.issues.push({ ...issue, input: issue.input } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
}

const entry = z.strictObject(
  {
    listen: listen.meta(about('the port that the flows connect to: 15432 of 127.0.0.1, or HOST:PORT')),
    upstream: upstream.meta(
      about(
        'HOST:PORT of the dependency; HOST:{{port}} or HOST:{{port.NAME}} if it is a service of the scenario',
      ),
    ),
    latency: TOXIC_FIELDS.latency.meta(
      about('how much later answers come: 200ms±50ms, or {mean, jitter, direction, probability, during}'),
    ),
    bandwidth: TOXIC_FIELDS.bandwidth.meta(
      about('of each connection and direction: 1MB/s, or {rate, direction, probability, during}'),
    ),
    reset: TOXIC_FIELDS.reset.meta(
      about('share of the connections that are reset: 5%, or {probability, after, during}'),
    ),
    refuse: refusal.optional().meta(about('nobody listens: true, 2s..4s, or a list')),
    blackhole: TOXIC_FIELDS.blackhole.meta(
      about('share of the connections on which nothing passes: 5%, true, or {probability, during}'),
    ),
    slow_close: TOXIC_FIELDS.slow_close.meta(
      about(
        'how much later the end of a connection comes: 500ms, or {delay, direction, probability, during}',
      ),
    ),
    down: downtime
      .optional()
      .meta(about('when nobody listens and open connections are reset: 2s..4s, or a list')),
  },
  {
    error: ({ code, input }) =>
      code === 'invalid_type'
        ? `must be a map such as {listen: 15432, upstream: 127.0.0.1:5432, latency: 200ms}, not ${show(input)}`
        : undefined,
  },
);

const plan = entry.transform((given, context): NetworkFaultPlan => {
  const { latency = [], bandwidth = [], reset = [], blackhole = [], slow_close: slowClose = [] } = given;
  const toxics = [...latency, ...bandwidth, ...reset, ...blackhole, ...slowClose];
  const outages: Outage[] = [
    ...(given.refuse === undefined ? [] : [{ kind: 'refuse' as const, during: given.refuse }]),
    ...(given.down === undefined ? [] : [{ kind: 'down' as const, during: given.down }]),
  ];
  // A fault whose key is misspelt is one all the same.
  if (toxics.length + outages.length === 0 && context.issues.length === 0) {
    return refuse(
      context,
      `does nothing; give it a fault, such as latency: 200ms; faults are ${FAULTS.join(', ')}`,
    );
  }
  if (formatEndpoint(given.listen) === formatEndpoint(given.upstream.upstream)) {
    return refuse(
      context,
      'is where it listens itself; listen on another port, and let the flows connect to that',
      ['upstream'],
    );
  }
  return { listen: given.listen, ...given.upstream, toxics, outages };
});

/** The value of `faults.network`. */
export const networkFaults = z
  .array(plan, {
    error: ({ input }) =>
      `must be a list such as [{listen: 15432, upstream: 127.0.0.1:5432, latency: 200ms}], not ${show(input)}`,
  })
  .min(1, { error: 'is empty; list a proxy, or remove the key' })
  .transform((plans, context) => {
    const places = plans.map(({ listen: endpoint }) => formatEndpoint(endpoint));
    places.forEach((place, index) => {
      const earlier = places.indexOf(place);
      if (earlier === index) return;
      const message = `${place} is where network[${earlier}] listens; choose another port`;
      context.issues.push({ code: 'custom', input: place, message, path: [index, 'listen'] });
    });
    return plans;
  })
  .meta(about('TCP proxies in front of dependencies, and what they do to connections'));

/** The keys of each kind of map below `faults.network`. */
export const FAULT_KEYS: Readonly<Record<ToxicName | 'network', readonly string[]>> = {
  network: Object.keys(entry.shape),
  ...TOXIC_KEYS,
};

const FAULTS = FAULT_KEYS.network.slice(2);

/** What to say of a key below `faults.network` that there is not. `path`: of the map that it is in. */
export function unknownFaultKey(path: readonly (string | number)[], key: string): string {
  const last = path.findLast((segment) => typeof segment === 'string') ?? 'network';
  if (last === 'latency' && key === 'distribution') {
    return 'there is no key distribution: delays are spread evenly from mean − jitter to mean + jitter; leave it out';
  }
  const names = FAULT_KEYS[Object.hasOwn(FAULT_KEYS, last) ? (last as ToxicName) : 'network'];
  return `there is no key ${key}${didYouMean(key, names, `; keys are ${names.join(', ')}`)}`;
}
