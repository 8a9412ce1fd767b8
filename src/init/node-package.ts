import { shellWord } from './repository.js';
import type { Finding, Repository } from './repository.js';

/** Scripts that try the whole system, the best first. */
const TRIALS = ['smoke', 'e2e', 'test:e2e', 'integration', 'test:integration'] as const;

/** The parts of package.json that say what it is; anything that is not as npm describes it counts as left out. */
export interface NodePackage {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
  /** Path of the first command that it installs. */
  readonly bin?: string;
  /** It says which Node it needs. */
  readonly hasEngine: boolean;
}

/** Undefined if there is no package.json, or none that can be read: its owner has other worries then. */
export function readPackage({ packageJson }: Repository): NodePackage | undefined {
  const read = packageJson === undefined ? undefined : parseObject(packageJson);
  if (read === undefined) {
    return undefined;
  }
  const bin = typeof read['bin'] === 'string' ? read['bin'] : Object.values(textsOf(read['bin']))[0];
  return {
    scripts: textsOf(read['scripts']),
    dependencies: Object.keys(textsOf(read['dependencies'])),
    hasEngine: textsOf(read['engines'])['node'] !== undefined,
    bin,
  };
}

/** A command that the package installs. */
export function findCommand({ bin }: NodePackage): Finding | undefined {
  if (bin === undefined) {
    return undefined;
  }
  return {
    what: `package.json installs the command ${bin}`,
    name: 'command',
    advice:
      'Give it real work in place of --help. Write files to "$FLOWGATE_WORKSPACE", which each flow has to itself.',
    scenario: { run: `node ${shellWord(bin)} --help`, flows: 10, iterations: 50 },
  };
}

/** A script that tries the whole system. */
export function findTrial({ scripts }: NodePackage): Finding | undefined {
  const name = TRIALS.find((trial) => scripts[trial] !== undefined);
  return name === undefined
    ? undefined
    : trialOf(`package.json has the script ${name}`, `npm run --silent ${name}`);
}

/** The script `test`, unless it is the one that npm init writes. */
export function findTests({ scripts }: NodePackage): Finding | undefined {
  const test = scripts['test'];
  if (test === undefined || test.includes('no test specified')) {
    return undefined;
  }
  return trialOf('package.json has the script test', 'npm test --silent');
}

/** What `npm start` runs, if it is no server. */
export function findStart({ scripts }: NodePackage): Finding | undefined {
  return scripts['start'] === undefined
    ? undefined
    : trialOf('package.json has the script start', 'npm start --silent');
}

export function trialOf(what: string, run: string): Finding {
  return {
    what,
    name: 'trial',
    advice: 'It runs several times at once here: it must not fight over ports, files or a database.',
    scenario: { run, flows: 4, timeout: '5m' },
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The entries of a map whose values are texts. */
function textsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
