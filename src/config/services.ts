import { resolve } from 'node:path';
import { z } from 'zod';
import {
  by,
  commandText,
  duration,
  either,
  type Finding,
  good,
  map,
  mapOrText,
  mustBe,
  oneOf,
  type Path,
  type Read,
  show,
  text,
  textMap,
  unreadable,
} from '../lib/fields.js';
import { didYouMean } from '../lib/nearest.js';
import { fillAll } from '../lib/placeholders.js';
import { portVariable, type Readiness, type ServicePlan } from '../model/plan.js';
import { environment } from './placeholders.js';
import { planWatch, watch } from './watch.js';

/* `service` and `services`: long-running processes that the flows talk to. */

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGKILL'] as const;
const READY_TIMEOUT = 60_000;
const GRACE = 5_000;

/** It becomes part of a variable's name and of a placeholder. */
const SERVICE_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Reads `http://…`, `tcp://HOST:PORT`, or a regular expression that one line of the service's output matches. */
export function parseReadiness(written: string): Read<Readiness> {
  const trimmed = written.trim();
  if (trimmed === '')
    return unreadable('is empty; write http://…, tcp://HOST:PORT or a pattern of its output');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) return parsePattern(trimmed);
  if (scheme === 'tcp') return parseTcp(trimmed);
  if (scheme !== 'http' && scheme !== 'https') {
    return unreadable(`${trimmed}: ${scheme}:// cannot be probed; write http://… or tcp://HOST:PORT`);
  }
  return URL.canParse(fillAll(trimmed, '1'))
    ? good({ kind: 'http', url: trimmed })
    : unreadable(`${trimmed} is no URL; write http://127.0.0.1:3000/health`);
}

function parseTcp(written: string): Read<Readiness> {
  const [, host, port] = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+|\{\{.+\}\})\/?$/i.exec(written) ?? [];
  // Which port a placeholder will be is not known yet, but that it will be one.
  const number = Number(fillAll(port ?? '', '1'));
  if (host === undefined || port === undefined || !(number >= 1 && number <= 65_535)) {
    return unreadable(`${written} names no port; write tcp://HOST:PORT, as in tcp://127.0.0.1:5432`);
  }
  return good({
    kind: 'tcp',
    host: host.replace(/^\[|\]$/g, ''),
    port: /^\d+$/.test(port) ? Number(port) : port,
  });
}

/** `/pattern/flags`, as in `expect`, or the pattern alone. */
function parsePattern(written: string): Read<Readiness> {
  const [, pattern = written, flags = ''] = /^\/(.+)\/([a-z]*)$/su.exec(written) ?? [];
  // With g or y a pattern remembers where it was: it would match every other time.
  if (!/^[imsu]*$/.test(flags)) return unreadable(`${written}: flags are i, m, s and u`);
  try {
    new RegExp(pattern, flags);
  } catch {
    return unreadable(`${pattern} is no regular expression; put a \\ before ( ) [ ] { } * + ? . | ^ $`);
  }
  return good({ kind: 'output', pattern, ...(flags === '' ? {} : { flags }) });
}

const fields = {
  run: commandText('npm start').describe(
    'the command that starts it; it is ended with everything that it started',
  ),
  ready: text('http://127.0.0.1:3000/health')
    .transform(by(parseReadiness))
    .optional()
    .describe('http://…, https://…, tcp://HOST:PORT, or a /pattern/ that one line of its output matches'),
  env: textMap('variables and their values')
    .optional()
    .describe('added to the environment of this service only'),
  'working-directory': text('packages/shop')
    .optional()
    .describe('where it runs, from the workspace; where the scenario runs if left out'),
  stop: oneOf(STOP_SIGNALS).optional().describe('the signal that ends it; SIGTERM if left out'),
  timeout: duration.optional().describe('how long it may take to become ready; 60s if left out'),
  grace: duration.optional().describe('how long it may take to end before SIGKILL; 5s if left out'),
  watch,
};

const names = z.array(text('db'), { error: mustBe('names of services such as [db]') });
const oneName = z
  .string()
  .transform((name) => [name])
  .pipe(names)
  .transform(([name = '']) => name);
const after = either({ text: oneName, list: names }, mustBe('names of services such as [db]'));

function otherKind(input: unknown): string {
  return Array.isArray(input)
    ? 'is a list; write more than one as services: {NAME: {run: …}, …}'
    : `must be a command, or a map with run, ready, env, working-directory, stop, timeout, grace and watch, not ${show(input)}`;
}

const namedService = map(
  { ...fields, after: after.optional().describe('the services that must be ready before it is started') },
  otherKind,
);

/** A command alone is a service that counts as ready as soon as it runs. */
export const SERVICE_FIELDS = {
  service: mapOrText('run', map(fields, otherKind))
    .optional()
    .describe('a long-running process that the flows talk to'),
  services: z
    .record(
      z.string().regex(SERVICE_NAME),
      mapOrText('run', namedService).describe(
        'a long-running process that the flows or other services talk to',
      ),
      { error: mustBe('a map of names and services') },
    )
    .optional()
    .describe('several services by name; each is started when those that it is after are ready'),
};

type ServiceConfig = z.output<typeof namedService>;

export interface ServicesConfig {
  readonly service?: ServiceConfig;
  readonly services?: Readonly<Record<string, ServiceConfig | undefined>>;
}

/** All that the scenario has. */
export function servicesIn({ service, services }: ServicesConfig): readonly ServiceConfig[] {
  return [service, ...Object.values(services ?? {})].filter((each) => each !== undefined);
}

/** What the services of a scenario say of each other. */
export function serviceRules(path: Path, scenario: ServicesConfig): Finding[] {
  const { service, services } = scenario;
  const both = 'service' in scenario && 'services' in scenario;
  return [
    ...(both ? [{ path, key: 'services', message: 'service and services are given; keep one' }] : []),
    ...(service === undefined ? [] : environment([...path, 'service'], service)),
    ...(services === undefined ? [] : rulesOfSeveral([...path, 'services'], services)),
  ];
}

type Several = NonNullable<ServicesConfig['services']>;

function rulesOfSeveral(path: Path, services: Several): Finding[] {
  const known = Object.keys(services);
  if (known.length === 0) return [{ path, message: 'is empty; write at least one service' }];
  const unknown = known.flatMap((name) => unknownIn([...path, name], services[name], known));
  return [
    ...known.flatMap((name) => environment([...path, name], services[name] ?? {})),
    ...unknown,
    // Of names that are wrong it is not known whom they depend on.
    ...(unknown.length === 0 ? cycleRule(path, services) : []),
    ...sameVariable(path, known),
  ];
}

function unknownIn(path: Path, service: ServiceConfig | undefined, known: readonly string[]): Finding[] {
  const others = known.filter((name) => name !== path.at(-1));
  return namesOf(service).flatMap((name, index) => {
    if (known.includes(name)) return [];
    const fallback = others.length === 0 ? '; it is the only one' : `; others are ${others.join(', ')}`;
    const place = Array.isArray(service?.after) ? ['after', index] : ['after'];
    const message = `there is no service ${name}${didYouMean(name, others, fallback)}`;
    return [{ path: [...path, ...place], message }];
  });
}

function cycleRule(path: Path, services: Several): Finding[] {
  const cycle = cycleIn(dependence(services));
  if (cycle === undefined) return [];
  const [first = '', ...rest] = cycle;
  const message =
    cycle.length === 2
      ? 'the service waits for itself'
      : `${[first, ...rest].join(' waits for ')}: none of them could ever start; take one out`;
  return [{ path: [...path, first, 'after'], message }];
}

/** `a-b` and `a_b` are two names and one variable. */
function sameVariable(path: Path, known: readonly string[]): Finding[] {
  const first = new Map<string, string>();
  return known.flatMap((name) => {
    const variable = portVariable(name);
    const other = first.get(variable);
    if (other === undefined) first.set(variable, name);
    return other === undefined
      ? []
      : [{ path, key: name, message: `${name} and ${other} would both have ${variable}; rename one` }];
  });
}

/** Those that the service is after; what is wrong among them is left out. */
function namesOf(service: ServiceConfig | undefined): readonly string[] {
  return [service?.after].flat().filter((name) => name !== undefined);
}

/** Of each name the names that it is after. */
type Dependence = ReadonlyMap<string, readonly string[]>;

function dependence(services: Several): Dependence {
  return new Map(Object.entries(services).map(([name, service]) => [name, namesOf(service)]));
}

/** Every name after those that it is after; otherwise as they were written. The dependence must have no cycle. */
function inOrderOfDependence(of: Dependence): readonly string[] {
  const ordered = new Set<string>();
  const place = (name: string): void => {
    if (ordered.has(name)) return;
    of.get(name)?.forEach(place);
    ordered.add(name);
  };
  [...of.keys()].forEach(place);
  return [...ordered];
}

/** Names of which each is after the next and the last is the first again: `[a, b, a]`. Undefined if there are none. */
function cycleIn(of: Dependence): readonly string[] | undefined {
  const known = new Set<string>();
  const search = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (known.has(name)) return undefined;
    known.add(name);
    for (const next of of.get(name) ?? []) {
      const cycle = search(next, [...way, name]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const name of of.keys()) {
    const cycle = search(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Where the services of a scenario run unless they say otherwise, and where what they say counts from. Absolute. */
export interface ServicePlaces {
  readonly workspace: string;
  readonly workingDirectory: string;
  /** A file with certificates. */
  readonly ca?: string | undefined;
}

/** The services of a scenario in order of dependence: the only one, several by name, or none. */
export function planServices(
  { service, services = {} }: ServicesConfig,
  places: ServicePlaces,
): readonly ServicePlan[] {
  if (service !== undefined) return [planService(service, places)];
  return inOrderOfDependence(dependence(services)).map((name) => ({
    name,
    ...planService(services[name] as ServiceConfig, places),
  }));
}

function planService(config: ServiceConfig, { workspace, workingDirectory, ca }: ServicePlaces): ServicePlan {
  const own = config['working-directory'];
  const folder = own === undefined ? workingDirectory : resolve(workspace, own);
  return {
    run: config.run,
    ready: config.ready ?? { kind: 'none' },
    after: namesOf(config),
    env: config.env ?? {},
    workingDirectory: folder,
    ...planWatch(config.watch, folder),
    stop: config.stop ?? 'SIGTERM',
    readyTimeout: config.timeout ?? READY_TIMEOUT,
    grace: config.grace ?? GRACE,
    ...(ca === undefined ? {} : { ca }),
  };
}
