import type { TextPlace } from '../lib/errors.js';
import { type Finding, isMap, type Path, type Raw } from '../lib/fields.js';
import { didYouMean } from '../lib/nearest.js';
import { placeholdersIn } from '../lib/placeholders.js';

/*
 * What flowgate puts into texts of a scenario, and gives to its processes: the ports of services, and variables.
 * Placeholders are looked for in what is written, whatever that is read as.
 */

/** What of a scenario may hold placeholders. */
const TEXTS = ['run', 'watch', 'setup', 'verify', 'teardown', 'env', 'options'];
const SERVICE_TEXTS = ['run', 'ready', 'env', 'watch'];

/** Who has a port: the only service, services by name, or nobody. */
type Owners = { readonly kind: 'only' } | { readonly kind: 'named'; readonly names: readonly string[] };

/** Placeholders that nothing would be put in for. */
export function placeholderRules(path: Path, scenario: Raw): Finding[] {
  const owners = ownersIn(scenario);
  const outside = complaintOf(owners);
  const inside = (word: string): string | undefined => (word === 'port' ? undefined : outside(word));
  const ofTexts = TEXTS.flatMap((key) => findingsIn([...path, key], scenario[key], outside));
  const ofService = serviceFindings([...path, 'service'], scenario['service'], inside);
  const services = scenario['services'];
  const ofServices = Object.entries(isMap(services) ? services : {}).flatMap(([name, service]) =>
    serviceFindings([...path, 'services', name], service, inside),
  );
  return [
    ...findingsIn([...path, 'before'], scenario['before'], inBefore(outside)),
    ...ofTexts,
    ...ofService,
    ...ofServices,
    ...ofRequests(path, scenario, outside),
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
function serviceFindings(path: Path, service: unknown, complain: Complain): Finding[] {
  if (!isMap(service)) return findingsIn(path, service, complain);
  return SERVICE_TEXTS.flatMap((key) => findingsIn([...path, key], service[key], complain));
}

/** Requests have placeholders of their own, which differ from flow to flow; ports are ours. */
function ofRequests(path: Path, { http }: Raw, complain: Complain): Finding[] {
  return findingsIn([...path, 'http'], http, (word) =>
    /^port(\.|$)/.test(word) ? complain(word) : undefined,
  );
}

/** Where a proxy listens is for its user to choose: what connects to it has to know. */
function ofUpstreams(path: Path, faults: unknown, complain: Complain): Finding[] {
  const network = isMap(faults) ? faults['network'] : undefined;
  if (!Array.isArray(network)) return [];
  return network.flatMap((entry: unknown, index) =>
    isMap(entry) ? findingsIn([...path, 'network', index, 'upstream'], entry['upstream'], complain) : [],
  );
}

function findingsIn(path: Path, value: unknown, complain: Complain): Finding[] {
  if (typeof value === 'string') return findingsInText(path, value, complain);
  if (Array.isArray(value))
    return value.flatMap((item, index) => findingsIn([...path, index], item, complain));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => findingsIn([...path, key], item, complain));
}

function findingsInText(path: Path, text: string, complain: Complain): Finding[] {
  return placeholdersIn(text).flatMap(({ word, index }) => {
    const message = complain(word);
    return message === undefined ? [] : [{ path, message, place: placeOf(text, index) }];
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
