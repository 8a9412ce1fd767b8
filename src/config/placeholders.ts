import type { TextPlace } from '../lib/errors.js';
import { wordFault } from '../flows/http/variables.js';
import { type Finding, isMap, type Path, type Raw } from '../lib/fields.js';
import { didYouMean, nearest } from '../lib/nearest.js';
import { type Placeholder, placeholdersIn } from '../lib/placeholders.js';
import { columnOf, placesIn, TEMPLATE_NAMES } from '../lib/template.js';
import { isPattern } from './http-response.js';

/*
 * What flowgate puts into texts of a scenario, and gives to its processes: the ports of services, and variables.
 * Placeholders are looked for in what is written, whatever that is read as.
 */

/** What of a scenario may hold placeholders. */
const TEXTS = ['run', 'watch', 'setup', 'verify', 'teardown', 'env', 'options'];
const SERVICE_TEXTS = ['run', 'ready', 'env', 'watch'];

/** Who has a port: the only service, services by name, or nobody. */
type Owners = { readonly kind: 'only' } | { readonly kind: 'named'; readonly names: readonly string[] };

/**
 * Placeholders that nothing would be put in for.
 * @param hosts whose services its flows find: the scenario itself, mixes that it is a part of, or both
 */
export function placeholderRules(path: Path, scenario: Raw, hosts: readonly Raw[]): Finding[] {
  const complaints = hosts.map((host) => complaintOf(ownersIn(host)));
  const complain: Complain = (word) =>
    complaints.map((each) => each(word)).find((message) => message !== undefined);
  const outside = { complain, find: placeholdersIn };
  const inside = { ...outside, complain: (word: string) => (word === 'port' ? undefined : complain(word)) };
  const ofTexts = TEXTS.flatMap((key) => findingsIn([...path, key], scenario[key], outside));
  const ofService = serviceFindings([...path, 'service'], scenario['service'], inside);
  const services = scenario['services'];
  const ofServices = Object.entries(isMap(services) ? services : {}).flatMap(([name, service]) =>
    serviceFindings([...path, 'services', name], service, inside),
  );
  return [
    ...findingsIn([...path, 'before'], scenario['before'], { ...outside, complain: inBefore(complain) }),
    ...ofTexts,
    ...ofService,
    ...ofServices,
    ...ofRequests(path, scenario, complain),
    ...ofUpstreams([...path, 'faults'], scenario['faults'], outside),
  ];
}

type Complain = (word: string) => string | undefined;

/** It runs once, and each start of the services has ports of its own. */
function inBefore(complain: Complain): Complain {
  return (word) =>
    complain(word) === undefined
      ? `before runs before the services have their ports; use {{${word}}} in setup`
      : complain(word);
}

function ownersIn({ service, services }: Raw): Owners {
  if (service !== undefined) return { kind: 'only' };
  return { kind: 'named', names: isMap(services) ? Object.keys(services) : [] };
}

/** A command alone, or a map. */
function serviceFindings(path: Path, service: unknown, search: Search): Finding[] {
  if (!isMap(service)) return findingsIn(path, service, search);
  return SERVICE_TEXTS.flatMap((key) => findingsIn([...path, key], service[key], search));
}

/** Where what is filled into requests comes from. */
interface PlaceholderSource {
  /** Whether it is for this source to say what is wrong with the word. */
  readonly owns: (word: string) => boolean;
  /** Why nothing would be filled in for a word of its own; undefined if something would. */
  readonly complain: Complain;
  /** Words that it fills in, or how they look. */
  readonly words: readonly string[];
}

const OF_EVERY_FLOW: PlaceholderSource = {
  owns: (word) => TEMPLATE_NAMES.some((name) => name === word),
  complain: () => undefined,
  words: TEMPLATE_NAMES,
};

function portsOf(complain: Complain): PlaceholderSource {
  return { owns: (word) => /^port(\.|$)/.test(word), complain, words: [] };
}

/** Whether the environment has them is asked when it is known. */
const OF_ENVIRONMENT: PlaceholderSource = {
  owns: (word) => /^env(\.|$)/.test(word),
  complain: wordFault,
  words: ['env.NAME'],
};

/** Whether there is such a column is asked when the rows are known. */
const OF_ROWS: PlaceholderSource = {
  owns: (word) => /^data(\.|$)/.test(word),
  complain: (word) =>
    columnOf(word) === undefined ? `${braced(word)} names no column; write {{data.NAME}}` : undefined,
  words: ['data.NAME'],
};

/** What requests before this one have captured; what this one, those beside it and later ones do comes too late. */
function capturedOf(earlier: readonly string[], later: readonly string[]): PlaceholderSource {
  return {
    owns: (word) => earlier.includes(word) || later.includes(word),
    complain: (word) =>
      earlier.includes(word)
        ? undefined
        : `${braced(word)} is captured by this request or a later one; only requests after that are filled in with it`,
    words: earlier,
  };
}

const REQUEST_TEXTS = ['url', 'headers', 'body', 'expect'];

function ofRequests(path: Path, { http }: Raw, ofPorts: Complain): Finding[] {
  const entries = requestsIn([...path, 'http'], http).map((entry) =>
    Array.isArray(http) ? requestsIn(entry.path, entry.value) : [entry],
  );
  const captured = entries.map((requests) => requests.flatMap(({ value }) => namesCaptured(value)));
  return entries.flatMap((requests, index) => {
    const sources = [
      OF_EVERY_FLOW,
      portsOf(ofPorts),
      OF_ENVIRONMENT,
      OF_ROWS,
      capturedOf(captured.slice(0, index).flat(), captured.slice(index).flat()),
    ];
    const complain = complaintOfAll(sources);
    const search = { complain, find: placesInRequest, inKeys: true };
    return requests.flatMap(({ path: at, value }) =>
      isMap(value)
        ? REQUEST_TEXTS.flatMap((key) => findingsIn([...at, key], value[key], search))
        : findingsIn(at, value, search),
    );
  });
}

interface Located {
  readonly path: Path;
  readonly value: unknown;
}

/** The entries of a list, or the only one. */
function requestsIn(path: Path, value: unknown): readonly Located[] {
  if (!Array.isArray(value)) return [{ path, value }];
  return value.map((item: unknown, index) => ({ path: [...path, index], value: item }));
}

function namesCaptured(request: unknown): readonly string[] {
  return isMap(request) && isMap(request['capture']) ? Object.keys(request['capture']) : [];
}

/** Patterns are not filled in, but with ports. */
function placesInRequest(text: string): readonly Placeholder[] {
  return isPattern(text)
    ? placeholdersIn(text).filter(({ word }) => /^port(\.|$)/.test(word))
    : placesIn(text);
}

/** Of the URL that an input gives, where there is neither a service nor a request before. */
export function placeholderFault(url: string): string | undefined {
  const ofPorts = (): string => '{{port}} is the port of a service, and there is none; write a config';
  const complain = complaintOfAll([OF_EVERY_FLOW, portsOf(ofPorts), OF_ENVIRONMENT, OF_ROWS]);
  return complaints(url, { complain, find: placesIn })[0]?.message;
}

function complaintOfAll(sources: readonly PlaceholderSource[]): Complain {
  return (word) => {
    const source = sources.find(({ owns }) => owns(word));
    if (source !== undefined) return source.complain(word);
    const words = sources.flatMap((each) => each.words);
    const meant = nearest(word, words);
    const hint =
      meant === undefined
        ? `; available: ${words.map(braced).join(', ')}`
        : `; did you mean ${braced(meant)}?`;
    return `unknown placeholder ${braced(word)}${hint}`;
  };
}

/** Where a proxy listens is for its user to choose: what connects to it has to know. */
function ofUpstreams(path: Path, faults: unknown, search: Search): Finding[] {
  const network = isMap(faults) ? faults['network'] : undefined;
  if (!Array.isArray(network)) return [];
  return network.flatMap((entry: unknown, index) =>
    isMap(entry) ? findingsIn([...path, 'network', index, 'upstream'], entry['upstream'], search) : [],
  );
}

interface Search {
  readonly complain: Complain;
  readonly find: (text: string) => readonly Placeholder[];
  /** Keys of maps are filled in too. */
  readonly inKeys?: boolean;
}

function findingsIn(path: Path, value: unknown, search: Search): Finding[] {
  if (typeof value === 'string') return complaints(value, search).map((found) => ({ path, ...found }));
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findingsIn([...path, index], item, search));
  }
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(search.inKeys === true ? complaints(key, search).map(({ message }) => ({ path, key, message })) : []),
    ...findingsIn([...path, key], item, search),
  ]);
}

function complaints(text: string, { complain, find }: Search): readonly Pick<Finding, 'message' | 'place'>[] {
  return find(text).flatMap(({ word, index }) => {
    const message = complain(word);
    return message === undefined ? [] : [{ message, place: placeOf(text, index) }];
  });
}

function placeOf(text: string, index: number): TextPlace {
  const lines = text.slice(0, index).split('\n');
  return { line: lines.length - 1, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Why nothing would be put in for a word; undefined if something would. */
function complaintOf(owners: Owners): Complain {
  if (owners.kind === 'only') {
    return (word) => (word === 'port' ? undefined : unknownWord(word, ['port']));
  }
  const { names } = owners;
  const words = names.map((name) => `port.${name}`);
  return (word) => {
    if (words.includes(word)) return undefined;
    if (word !== 'port') return unknownWord(word, words);
    if (names.length === 1) return undefined;
    return names.length === 0
      ? '{{port}} is the port of a service, and there is none; add one under service'
      : `{{port}} could be that of ${names.join(' or ')}; write ${braced(words[0] ?? '')}`;
  };
}

function unknownWord(word: string, words: readonly string[]): string {
  if (/^data(\.|$)/.test(word)) {
    return `${braced(word)} is for http; a command finds its row in FLOWGATE_DATA, a module in ctx.data`;
  }
  const known = words.map(braced);
  const fallback =
    known.length === 0
      ? '; a text with braces for another program belongs in a script file'
      : `; write ${known.join(' or ')}, or put a text with braces for another program into a script file`;
  return `there is no placeholder ${braced(word)}${didYouMean(braced(word), known, fallback)}`;
}

function braced(word: string): string {
  return `{{${word}}}`;
}

/** Environment variables that each flow is given. */
const OF_FLOW = new Set([
  'FLOWGATE_FLOW',
  'FLOWGATE_ITERATION',
  'FLOWGATE_TOKEN',
  'FLOWGATE_WORKSPACE',
  'FLOWGATE_SEED',
  'FLOWGATE_RUN',
  'FLOWGATE_DATA',
  'FLOWGATE_METRICS',
  'FLOWGATE_STEPS',
  'TRACEPARENT',
]);
const OF_SERVICE = /^FLOWGATE_PORT(_|$)/;

/** What is wrong with the names of `env` in the map at the path. */
export function environment(path: Path, { env = {} }: { readonly env?: Raw }): Finding[] {
  return Object.keys(env).flatMap((name) => {
    if (OF_FLOW.has(name)) {
      return [{ path: [...path, 'env', name], message: 'is set by flowgate for each flow' }];
    }
    if (OF_SERVICE.test(name)) {
      return [{ path: [...path, 'env', name], message: 'is set by flowgate: the port of a service' }];
    }
    return name === '' || /[=\0]/.test(name)
      ? [{ path: [...path, 'env'], key: name, message: `"${name}" is no name for a variable` }]
      : [];
  });
}
