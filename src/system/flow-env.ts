import { CHANGES_SHELL_START } from '../lib/shell.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The files that the runner reads commands from. */
const COMMAND_FILES = /^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$/;

/**
 * The runner's doors: tokens, this action's inputs and state, and the files that it reads commands from. Not
 * RUNNER_TRACKING_ID: by it the runner finds what a job has left behind and ends it, should we ever fail to.
 */
const WITHHELD = [
  /^INPUT_/,
  /^STATE_/,
  /^ACTIONS_/,
  /^(GITHUB|GH|GITHUB_ENTERPRISE|GH_ENTERPRISE)_TOKEN$/,
  COMMAND_FILES,
];

/** git's configuration by environment (git-config(1)): a count, and a key and a value for each. */
const GIT_CONFIG = /^GIT_CONFIG_(COUNT$|KEY_|VALUE_)/;

/** Variables of the runner whose value is a secret under whatever name it turns up again. */
const SECRET = /^(ACTIONS_.*TOKEN|(GITHUB|GH|GITHUB_ENTERPRISE|GH_ENTERPRISE)_TOKEN|INPUT_GITHUB-TOKEN)$/;

/**
 * The environment that flows get: ours without what is the runner's, without what changes how a shell starts, and without
 * any variable, whatever its name, that holds one of the secrets in any form that {@link tracesOf} knows. Names count in
 * any case, as on Windows.
 * @param secrets one of less than 8 characters is none
 */
export function flowEnv(env: Environment, secrets: readonly string[]): Record<string, string> {
  const traces = secretTraces(env, secrets);
  const holdsSecret = (value: string): boolean => holdsTrace(value, traces);
  const variables = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // git counts these variables and refuses to work when one of them is missing: all of them go, or none.
  const gitConfig = variables.some(([name, value]) => GIT_CONFIG.test(name) && holdsSecret(value));
  return Object.fromEntries(
    variables
      .filter(([name]) => !isWithheld(name))
      // Set for a user's own shell. In a flow's they would change what it does; `env` in the config can still set them.
      .filter(([name]) => !CHANGES_SHELL_START.test(name))
      .filter(([name, value]) => !holdsSecret(value) && !(gitConfig && GIT_CONFIG.test(name))),
  );
}

/** Whether a variable of this name is the runner's, so that no flow is given it, whatever it holds. */
export function isWithheld(name: string): boolean {
  return WITHHELD.some((pattern) => pattern.test(name.toUpperCase()));
}

/** How the secrets, and those that the environment holds, look in a text. */
export function secretTraces(env: Environment, secrets: readonly string[]): string[] {
  return tracesOf([...secrets, ...secretsIn(env)]);
}

/** Names of what flows do not get and we need no longer once it is read: all but the runner's command files. */
export function secretVariables(env: Environment, secrets: readonly string[]): string[] {
  const given = flowEnv(env, secrets);
  return Object.keys(env).filter(
    (name) =>
      env[name] !== undefined &&
      !Object.hasOwn(given, name) &&
      !COMMAND_FILES.test(name.toUpperCase()) &&
      !CHANGES_SHELL_START.test(name),
  );
}

function secretsIn(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET.test(name.toUpperCase()) ? [value] : [],
  );
}

/** Says which variables flows do not get because they change how a shell starts; undefined if there are none. */
export function withheldFromShells(env: Environment): string | undefined {
  const names = Object.keys(env).filter((name) => env[name] !== undefined && CHANGES_SHELL_START.test(name));
  if (names.length === 0) return undefined;
  return `Not passed to commands, because it changes how a shell starts: ${names.join(', ')}. To pass it, set it under "env" in the config.`;
}

/** Characters of the shortest secret that is looked for, and of the shortest piece of one. */
const SHORTEST = 8;

/**
 * How secrets look in a text: as they are, URL-encoded, in hexadecimal digits, and in Base64 and base64url. What stands
 * before a secret (`git:`, `x-access-token:`, a whole JSON file) shifts its Base64, so that there are three of each; and
 * as that of a registry's login is encoded once more with the file that it is in, so are these.
 * @param secrets one of less than 8 characters is none: it would be found anywhere, in PATH for one
 */
export function tracesOf(secrets: readonly string[]): string[] {
  const traces = secrets.flatMap((secret) => {
    const text = secret.trim();
    if (text.length < SHORTEST) return [];
    const hex = Buffer.from(text).toString('hex');
    const once = base64Of(text);
    return [text, ...urlEncoded(text), hex, hex.toUpperCase(), ...once, ...once.flatMap(base64Of)];
  });
  return [...new Set(traces)].filter((trace) => trace.length >= SHORTEST);
}

/** RFC 3986 leaves open in which case the digits are. */
function urlEncoded(text: string): readonly string[] {
  const encoded = encodeURIComponent(Buffer.from(text).toString());
  return [encoded, encoded.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase())];
}

/** RFC 4648: three bytes are four characters, so that 0, 1 or 2 bytes stand before it in its first group. */
function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const alignments = [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    // Without the characters that hold bits of what stands before it or after it.
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6)];
    return all.toString('base64').slice(from, to);
  });
  return [...alignments, ...alignments.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Whether a value holds one of them, be it broken into lines as `base64` does, or URL-encoded on top. */
export function holdsTrace(value: string, traces: readonly string[]): boolean {
  const forms = [value, value.replace(/\s+/g, ''), decoded(value)];
  return traces.some((trace) => forms.some((form) => form.includes(trace)));
}

function decoded(value: string): string {
  return value.replace(/(?:%[0-9A-Fa-f]{2})+/g, (digits) =>
    Buffer.from(digits.replaceAll('%', ''), 'hex').toString(),
  );
}
