import type { Command } from 'commander';
import type { Inputs } from '../config/inputs.js';
import { UserError } from '../lib/errors.js';
import type { OutputOptions } from './outputs.js';

type LoadOptions = Pick<
  Inputs,
  'flows' | 'iterations' | 'duration' | 'rate' | 'maxFlows' | 'timeout' | 'seed'
>;

/** As commander gives them: what can be given again and again is a list. */
export interface RunOptions
  extends
    OutputOptions,
    LoadOptions,
    Pick<
      Inputs,
      | 'config'
      | 'run'
      | 'module'
      | 'url'
      | 'prepare'
      | 'budget'
      | 'onFail'
      | 'onInconclusive'
      | 'workingDirectory'
      | 'shard'
    > {
  readonly scenario?: readonly string[];
  readonly threshold?: readonly string[];
  readonly alert?: readonly string[];
  /** False for --no-compare. */
  readonly compare?: string | false;
}

/** What is judged, of a run of ours or another's. */
export interface GateOptions {
  readonly threshold?: readonly string[];
  readonly alert?: readonly string[];
}

export interface DemoOptions extends OutputOptions, LoadOptions, GateOptions, Pick<Inputs, 'shard'> {
  readonly bug?: string;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function withGates(command: Command): Command {
  return command
    .option('--threshold <expression>', 'a gate, such as "flow_time.p95 < 800ms"; again and again', collect)
    .option('--alert <expression>', 'the same, but it only warns; again and again', collect);
}

export function withLoad(command: Command): Command {
  const load = command
    .option('--flows <n>', 'how many flows run at once (10)')
    .option('--iterations <n>', 'how many flows run in all (as many as run at once)')
    .option('--duration <time>', 'start flows for this long instead: 30s')
    .option('--rate <rate>', 'open model: start this many flows per second instead: 50/s, for --duration')
    .option(
      '--max-flows <n>',
      'open model: drop what is due when this many are in flight (100, or 2 s of the rate)',
    )
    .option('--timeout <time>', 'kill a flow with its whole process tree after this long (30s)')
    .option('--seed <n>', 'seed of everything random (1)');
  return withGates(load);
}

export function withShard(command: Command): Command {
  return command.option(
    '--shard <i/n>',
    'run the i-th of n parts of the flows, judge nothing, and write what flowgate merge joins: 2/4',
  );
}

export function withScenario(command: Command): Command {
  return withAnswer(
    withWork(command)
      .option(
        '--compare <ref>',
        'compare with a git ref, or with base: where the branch has left the default one',
      )
      .option('--no-compare', 'compare nothing, whatever the config says: limits on the base are not judged')
      .option('--prepare <command>', 'run this once in the tree of each side before comparing: "npm ci"'),
  );
}

/** What is run. */
export function withWork(command: Command): Command {
  return command
    .option('--config <file>', 'the config (.github/flowgate.yml, else flowgate.yml)')
    .option('--scenario <name>', 'run only this scenario of the config; again and again', collect)
    .option('--run <command>', 'a command as the flow, without a config')
    .option('--module <file>', 'a module whose default export is the flow, without a config')
    .option('--url <url>', 'a GET request as the flow, without a config')
    .option('--working-directory <folder>', 'where commands run');
}

/** What it is compared with outside of git. */
export function withBase(command: Command): Command {
  return command
    .option('--base-run <command>', 'a command to compare with')
    .option('--base-config <file>', 'a config to compare with, scenario by scenario')
    .option('--base-module <file>', 'a module to compare with')
    .option('--base-url <url>', 'a GET request to compare with')
    .option('--base-working-directory <folder>', "where base's commands run (where head's do)");
}

/** How long a comparison may take, and what becomes of one that tells nothing. */
export function withAnswer(command: Command): Command {
  return command
    .option('--budget <time>', 'how long the rounds of one comparison may take (2m to 6m)')
    .option('--on-fail <answer>', 'warn: report only, exit 0 even if a gate fails; or fail (fail)')
    .option(
      '--on-inconclusive <answer>',
      'what an unresolved comparison does to the verdict: fail, warn or pass (warn)',
    );
}

/** How long is calibrated. */
export function withCalibration(command: Command): Command {
  return command
    .option('--budget <time>', 'how long the rounds of one comparison may take (2m to 6m)')
    .option('--for <time>', 'begin no further comparison after this long (10m)')
    .option('--runs <n>', 'this many comparisons of the same code, and as many slowed, instead of a time');
}

/**
 * The same as the action's inputs say it: a list is a text of lines. To the action an empty input is one that was left
 * out; at a terminal it is a variable that was never set (`--threshold "$GATE"`), and left out it would gate nothing.
 */
export function inputsOf(all: RunOptions & DemoOptions): Inputs {
  refuseEmpty(all);
  const { scenario, threshold, alert, compare, ...options } = all;
  return {
    ...options,
    ...(compare === undefined ? {} : compare === false ? { noCompare: 'true' } : { compare }),
    ...(scenario === undefined ? {} : { scenario: scenario.join('\n') }),
    ...(threshold === undefined ? {} : { thresholds: threshold.join('\n') }),
    ...(alert === undefined ? {} : { alerts: alert.join('\n') }),
  };
}

function refuseEmpty(options: RunOptions & DemoOptions): void {
  const empty = Object.entries(options).filter(([, value]: [string, string | false | readonly string[]]) =>
    [value].flat().some((text) => typeof text === 'string' && text.trim() === ''),
  );
  const problems = empty.map(([name]) => ({
    where: `option --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    message: 'is empty; write it or leave it out',
  }));
  if (problems.length > 0) throw new UserError(problems);
}
