import { Command, CommanderError } from 'commander';
import { nodePorts } from './adapters.js';
import { calibrate, type CalibrateCliOptions } from './cli/calibrate.js';
import { initRepository, runScenarios, showAgain, validate } from './cli/commands.js';
import { type CompareOptions, compareTwo, twoInputs } from './cli/compare.js';
import {
  type DemoOptions,
  inputsOf,
  type OutputOptions,
  type RunOptions,
  withAnswer,
  withBase,
  withCalibration,
  withLoad,
  withOutputs,
  withScenario,
  withWork,
} from './cli/options.js';
import { KEPT, type Screen, type Terminal } from './cli/outputs.js';
import { liveProgress, nodeScreen, noProgress, readGit } from './cli/screen.js';
import { reproduceCommand } from './config/reproduce.js';
import type { GateContext } from './gate.js';
import { formatProblem, UserError } from './lib/errors.js';
import { EXIT } from './lib/exit-status.js';
import { VERSION } from './lib/version.js';
import { renderComparing, renderProgress } from './report/progress.js';
import { readMachine } from './system/environment.js';
import { flowEnv, withheldFromShells } from './system/flow-env.js';
import { defectText, openLastResort } from './system/interrupt.js';
import './system/no-debugger.js';
import type { ComparingProgress, Logger, Progress } from './system/ports.js';
import { leave } from './system/processes.js';

const lastResort = openLastResort((text) => {
  process.stderr.write(`${text}\n`);
});

/** The terminal's entry: real ports in, exit status out. */
function openTerminal(): Terminal {
  const screen = nodeScreen();
  const { interrupt, trees, ...ports } = nodePorts();
  const complain = (message: string): void => {
    screen.complain(`flowgate: ${message}\n`);
  };
  const logger: Logger = { info: complain, warn: complain, error: complain, debug: () => undefined };
  const progress = screen.live ? liveProgress(screen, (state) => drawn(state, screen)) : noProgress;
  return {
    screen,
    ports: { ...ports, logger, progress, interrupt: interrupt(lastResort.happened) },
    trees,
    env: process.env,
    cwd: process.cwd(),
  };
}

function drawn(state: Progress | ComparingProgress, screen: Screen): string {
  return 'pairs' in state ? renderComparing(state, screen) : renderProgress(state, screen);
}

function contextOf({ env, cwd, ports }: Terminal, reproduce: string): GateContext {
  const withheld = withheldFromShells(env);
  if (withheld !== undefined) ports.logger.info(withheld);
  return {
    version: VERSION,
    environment: readMachine(env),
    git: readGit(cwd),
    reproduce,
    env: flowEnv(env, []),
  };
}

async function run(options: RunOptions): Promise<number> {
  const terminal = openTerminal();
  const inputs = inputsOf(options);
  const context = contextOf(terminal, reproduceCommand(inputs));
  return runScenarios(terminal, context, { inputs, outputs: options });
}

async function demo(options: DemoOptions): Promise<number> {
  const terminal = openTerminal();
  const inputs = { ...inputsOf(options), demo: 'true' };
  const context = contextOf(terminal, reproduceCommand(inputs));
  return runScenarios(terminal, context, { inputs, outputs: options });
}

async function compare(options: CompareOptions): Promise<number> {
  const terminal = openTerminal();
  const inputs = twoInputs(options);
  const context = contextOf(terminal, reproduceCommand(inputs.given, { command: 'compare' }));
  return compareTwo(terminal, context, { inputs, outputs: options });
}

async function calibrateScenarios(options: CalibrateCliOptions): Promise<number> {
  const terminal = openTerminal();
  return calibrate(terminal, contextOf(terminal, ''), options);
}

/** Runs a subcommand and leaves with its exit status. */
function exiting<A extends unknown[]>(act: (...args: A) => Promise<number>): (...args: A) => Promise<void> {
  return async (...args) => {
    leave(lastResort.statusOf(await act(...args)));
  };
}

function programOf(): Command {
  const program = new Command('flowgate')
    .description('Opens N flows at once, watches the whole process tree, and gates the result.')
    .version(VERSION)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit status: 0 pass or warn, 1 fail, 2 unusable input, 3 inconclusive, 130 interrupted.',
    );
  withOutputs(withLoad(withScenario(program.command('run'))))
    .description('run the scenarios of the config, or one given by --run, --module or --url')
    .action(exiting(run));
  withOutputs(withLoad(program.command('demo')))
    .description('run the built-in demo: ten AI writing flows at once, no network, no install')
    .option('--bug <name>', 'make it misbehave: race, bleed, leak, orphan, cascade or stuck')
    .action(exiting(demo));
  withOutputs(withAnswer(withLoad(withBase(withWork(program.command('compare'))))))
    .description('compare two commands, modules, requests or configs, without git')
    .action(exiting(compare));
  withCalibration(withLoad(withWork(program.command('calibrate'))))
    .description('compare head with itself and with itself slowed: what a comparison can tell here')
    .action(exiting(calibrateScenarios));
  program
    .command('init')
    .description('look at this repository and write .github/flowgate.yml and a workflow')
    .action(exiting(() => initRepository(openTerminal())));
  program
    .command('validate')
    .argument('[file]', 'the config (.github/flowgate.yml, else flowgate.yml)')
    .description('say everything that is wrong with a config')
    .action(exiting((file: string | undefined) => validate(openTerminal(), file)));
  withOutputs(program.command('report'))
    .argument('[file]', 'a saved results.json', KEPT)
    .description('show a saved run again')
    .action(exiting((file: string, options: OutputOptions) => showAgain(openTerminal(), file, options)));
  return program;
}

/** Says what went wrong and gives the exit status; what a person can mend is said without a stack. */
function complain(thrown: unknown): number {
  // commander has said what is wrong with the words, or has shown the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.passed : EXIT.unusable;
  if (thrown instanceof UserError) {
    for (const problem of thrown.problems) process.stderr.write(`flowgate: ${formatProblem(problem)}\n`);
    return EXIT.unusable;
  }
  process.stderr.write(`${defectText(thrown)}\n`);
  return EXIT.failed;
}

try {
  await programOf().parseAsync();
} catch (thrown) {
  leave(lastResort.statusOf(complain(thrown)));
}
