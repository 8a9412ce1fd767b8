import { Command, CommanderError } from 'commander';
import { nodePorts } from './adapters.js';
import { calibrate, CALIBRATION_FORMATS } from './cli/calibrate.js';
import {
  importFile,
  initRepository,
  mergeRuns,
  runDemo,
  runScenarios,
  showAgain,
  validate,
} from './cli/commands.js';
import { compareTwo } from './cli/compare.js';
import {
  withAnswer,
  withBase,
  withCalibration,
  withGates,
  withLoad,
  withScenario,
  withShard,
  withWork,
} from './cli/options.js';
import { KEPT, type Screen, type Terminal, withFormats, withOutputs } from './cli/outputs.js';
import { liveProgress, nodeScreen, noProgress, readGit } from './cli/screen.js';
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
import { Secrets } from './system/secrets.js';

const lastResort = openLastResort((text) => {
  process.stderr.write(`${text}\n`);
});

/** What every subcommand is given, with real ports. */
function openTerminal(quiet: boolean): Terminal {
  const screen = nodeScreen();
  const { interrupt, ...ports } = nodePorts();
  const { env } = process;
  const cwd = process.cwd();
  const secrets = new Secrets();
  const complain = (message: string): void => {
    screen.complain(`flowgate: ${secrets.hide(message)}\n`);
  };
  const silent = (): void => undefined;
  const logger: Logger = { info: quiet ? silent : complain, warn: complain, error: complain, debug: silent };
  const progress = screen.live && !quiet ? liveProgress(screen, (state) => drawn(state, screen)) : noProgress;
  return {
    screen,
    ports: { ...ports, logger, progress, interrupt: interrupt(lastResort.happened) },
    contextOf: (reproduce) => {
      const withheld = withheldFromShells(env);
      if (withheld !== undefined) logger.info(withheld);
      return {
        version: VERSION,
        environment: readMachine(env),
        git: readGit(cwd),
        reproduce,
        env: flowEnv(env, []),
        secrets,
      };
    },
    quiet,
    secrets,
    env,
    cwd,
  };
}

function drawn(state: Progress | ComparingProgress, screen: Screen): string {
  return 'pairs' in state ? renderComparing(state, screen) : renderProgress(state, screen);
}

/** Runs a subcommand and leaves with its exit status. commander gives it arguments, options, and the command itself. */
function exiting<A extends unknown[]>(
  act: (terminal: Terminal, ...args: A) => Promise<number>,
): (...args: [...A, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const quiet = command.opts<{ quiet?: boolean }>().quiet === true;
    leave(lastResort.statusOf(await act(openTerminal(quiet), ...(args as unknown as A))));
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
  withOutputs(withShard(withLoad(withScenario(program.command('run')))))
    .description('run the scenarios of the config, or one given by --run, --module or --url')
    .action(exiting(runScenarios));
  withOutputs(withShard(withLoad(program.command('demo'))))
    .description('run the built-in demo: ten AI writing flows at once, no network, no install')
    .option('--bug <name>', 'make it misbehave: race, bleed, leak, orphan, cascade or stuck')
    .action(exiting(runDemo));
  withOutputs(withAnswer(withLoad(withBase(withWork(program.command('compare'))))))
    .description('compare two commands, modules, requests or configs, without git')
    .action(exiting(compareTwo));
  withFormats(withCalibration(withLoad(withWork(program.command('calibrate')))), CALIBRATION_FORMATS)
    .description('compare head with itself and with itself slowed: what a comparison can tell here')
    .action(exiting(calibrate));
  program
    .command('init')
    .description('look at this repository and write .github/flowgate.yml and a workflow')
    .action(exiting(initRepository));
  program
    .command('validate')
    .argument('[file]', 'the config (.github/flowgate.yml, else flowgate.yml)')
    .description('say everything that is wrong with a config')
    .action(exiting(validate));
  withOutputs(withGates(program.command('import')))
    .argument('<file>', 'written by k6, Locust, Artillery, JMeter, oha, autocannon or hyperfine')
    .description('judge what another tool has measured, by the same gates and in the same report')
    .action(exiting(importFile));
  withOutputs(program.command('merge'))
    .argument('<files...>', 'what the shards of one run have written, or folders with it')
    .description('join the shards of a run and judge them as one, or bring whole runs into one report')
    .option('--legs <n>', 'of whole runs: how many there are, or their names, one a line')
    .action(exiting(mergeRuns));
  withOutputs(program.command('report'))
    .argument('[file]', 'a saved results.json', KEPT)
    .description('show a saved run again')
    .action(exiting(showAgain));
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
