import { toJson } from '../../lib/json.js';
import { placesIn } from '../../lib/template.js';
import { CHECK_IDS, CHECK_LEVELS } from '../../model/checks.js';
import { OUTCOMES } from '../../model/flow.js';
import { UNITS } from '../../model/metrics.js';
import { type SingleWork, type Work, worksOf } from '../../model/plan.js';
import { VERDICTS } from '../../model/results.js';
import { isWithheld } from '../../system/flow-env.js';

/*
 * What requests take of flowgate's own environment: `{{env.NAME}}`, whose value is shown to nobody, and nothing else, as
 * no proxy.
 */

const PREFIX = 'env.';

/** Names of the variables that the requests are filled in with, each once. */
export function variablesOf(work: SingleWork): readonly string[] {
  if (work.kind !== 'http') return [];
  const words = placesIn(toJson(work.requests)).map(({ word }) => word);
  return [
    ...new Set(words.filter((word) => word.startsWith(PREFIX)).map((word) => word.slice(PREFIX.length))),
  ];
}

/** Why nothing is ever filled in for a word; undefined if it names a variable that requests may have. */
export function wordFault(word: string): string | undefined {
  const name = word.slice(PREFIX.length);
  if (!/^[A-Za-z_]\w*$/.test(name)) return `{{${word}}} names no variable; write {{env.NAME}}`;
  return isWithheld(name)
    ? `{{${word}}} belongs to the runner, and no flow is given it; pass what the requests need under another name`
    : undefined;
}

/** Characters of the shortest value that can be kept out of a report without taking half of it along. */
const SHORTEST = 4;

const OWN_WORDS: ReadonlySet<string> = new Set<string>([
  ...VERDICTS,
  ...OUTCOMES,
  ...CHECK_IDS,
  ...CHECK_LEVELS,
  ...UNITS,
]);

/** Why a variable cannot be filled in, with its name; undefined if it can. */
function valueFault(name: string, value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  if (text === '') {
    const how = value === undefined ? 'is not set' : 'is empty';
    return `{{env.${name}}}: the variable ${name} ${how}; set it where flowgate runs, as with env: in the workflow`;
  }
  const why =
    text.length < SHORTEST
      ? `has ${text.length} characters`
      : OWN_WORDS.has(text)
        ? "is a word of flowgate's own reports"
        : undefined;
  if (why === undefined) return undefined;
  return `{{env.${name}}}: the value of ${name} ${why}, and could not be masked; if it is no secret, write it into the config`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with the variables of the requests, each in a message of its own. */
export function variableFaults(work: SingleWork, env: Environment): readonly string[] {
  return variablesOf(work).flatMap(
    (name) => wordFault(`${PREFIX}${name}`) ?? valueFault(name, env[name]) ?? [],
  );
}

/**
 * The values by the words that stand for them.
 * @throws Error with all that is wrong with them
 */
export function variableValues(work: SingleWork, env: Environment): Readonly<Record<string, string>> {
  const faults = variableFaults(work, env);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return Object.fromEntries(variablesOf(work).map((name) => [`${PREFIX}${name}`, env[name] ?? '']));
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
const THIS_MACHINE = /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])([:/?#]|$)/i;

/** Says that requests go past the proxy of the environment; undefined where there is none, or none for this machine. */
export function proxyNotice(works: readonly Work[], env: Environment): string | undefined {
  const name = PROXIES.flatMap((each) => [each, each.toLowerCase()]).find((each) => (env[each] ?? '') !== '');
  const leave = works
    .flatMap(worksOf)
    .some((work) => work.kind === 'http' && work.requests.some(({ url }) => !THIS_MACHINE.test(url)));
  if (name === undefined || !leave) return undefined;
  return `${name} is set, and HTTP flows do not use it: they connect to their servers directly.`;
}
