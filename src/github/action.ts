import { baseOfEvent, type EventBase } from '../compare/trees/event-base.js';
import { inTrees, type Judging, type TreeDoors, type TreeWorld } from '../compare/trees/open.js';
import type { Inputs } from '../config/inputs.js';
import { COMMENT_MODES } from '../config/parse-inputs.js';
import type { PlanSources } from '../config/plan.js';
import { reproduceCommand } from '../config/reproduce.js';
import { gateChanges } from '../gate-changes/index.js';
import type { GateContext, GatePorts } from '../gate.js';
import { keepHistory, readPast } from '../history/branch.js';
import { messageOf, type Problem, UserError } from '../lib/errors.js';
import { EXIT, exitStatus } from '../lib/exit-status.js';
import type { Plan } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import type { Results } from '../model/results.js';
import { flowEnv, secretTraces, tracesOf, withheldFromShells } from '../system/flow-env.js';
import type { GitHub, PullRequest } from '../system/github.js';
import { completeCheckRun, type OpenCheckRun, openCheckRun } from './check-run.js';
import { settlePullRequest } from './pull-request.js';
import { withoutSecrets } from './redact.js';
import { type Renderers, report } from './report.js';
import type { Annotation, Runner } from './runner.js';
import { readSurroundings, type Surroundings } from './surroundings.js';

/** What is to be done when something fails that nobody has foreseen. */
interface Unforeseen {
  /** Aborted by the first unexpected failure. */
  readonly happened: AbortSignal;
  /** Does this if the run does not come to its end after one. */
  readonly atWorst: (act: () => Promise<void>) => void;
}

export interface ActionPorts {
  readonly runner: Runner;
  readonly lastResort: Unforeseen;
  readonly gatePorts: GatePorts;
  readonly renderers: Renderers;
  /** What comparing with a commit takes beside the gate's ports. */
  readonly trees: TreeDoors;
  readonly openGitHub: (token: string) => GitHub;
  /** Throws UserError with every problem of inputs and config. */
  readonly makePlan: (inputs: Inputs, sources: PlanSources) => Promise<Plan>;
  readonly gate: (plan: Plan, ports: GatePorts, context: GateContext) => Promise<Results>;
}

/** What the process was started with. */
export interface ActionStart {
  readonly inputs: Inputs;
  readonly token: string | undefined;
  /** The job's matrix as JSON. */
  readonly matrix: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The event's payload. */
  readonly payload: unknown;
  /** Absolute: where the process runs. */
  readonly cwd: string;
  /** Absolute: the runner's temporary folder. */
  readonly temporary: string;
  readonly machine: Environment;
  readonly version: string;
  /** Random hexadecimal digits, others in each invocation. */
  readonly nonce: string;
}

/**
 * The action from its inputs to its exit status: plans, measures, judges, and only then reports. What was made for a
 * comparison is removed after that: a runner that cancels the job waits for ten seconds, and large trees take longer.
 * Never throws: what keeps a verdict from being reached is reported by {@link reportFailure}.
 * @returns the exit status: see publish/exit-status.ts
 */
export async function runAction(ports: ActionPorts, start: ActionStart): Promise<number> {
  const { runner, gatePorts } = ports;
  for (const trace of tracesOf(secretsOf(start))) runner.mask(trace);
  const github = start.token === undefined ? undefined : ports.openGitHub(start.token);
  const known = readSurroundings(start);
  const history = { github, logger: runner.logger, clock: gatePorts.clock };
  const reporting = { runner, files: gatePorts.files, renderers: ports.renderers, github };
  const mode = COMMENT_MODES.find((known) => known === start.inputs.comment) ?? 'always';
  let checkRun: OpenCheckRun | undefined;
  const giveUp = async (): Promise<void> => {
    if (github !== undefined && checkRun !== undefined) await abandon({ github, runner }, checkRun);
  };
  ports.lastResort.atWorst(giveUp);
  const fail = async (thrown: unknown): Promise<number> => {
    const status = reportFailure(runner, thrown, known.workspace);
    await giveUp();
    return status;
  };
  try {
    const plan = await ports.makePlan(start.inputs, {
      files: gatePorts.files,
      workspace: known.workspace,
      prepares: true,
    });
    const doors = { github, git: ports.trees.git, logger: runner.logger };
    const { surroundings, asked } = await settlePullRequest(doors, { ...start, surroundings: known });
    checkRun = await startCheckRun({ github, runner }, start.inputs.checkName, surroundings);
    const past = await readPast(history, plan.history);
    const context = contextOf(start, surroundings);
    const withheld = withheldFromShells(start.env);
    if (withheld !== undefined) runner.logger.info(withheld);
    const event = eventBaseOf(start, asked);
    const world = worldOf(ports, start, { workspace: known.workspace, env: context.env, event });
    // Asked for before any code of the pull request is run: git is not used after that.
    const changed = await gateChanges(plan, { ...gatePorts, git: ports.trees.git }, { ...world.context });
    const judge: Judging<number>['judge'] = async (judged, against) => {
      const given = { ...context, ...against, past };
      const measured = await ports.gate(judged, gatePorts, given);
      const results = withoutSecrets(
        { ...measured, gateChanges: changed },
        secretTraces(start.env, secretsOf(start)),
      );
      await report(reporting, { results, surroundings, checkRun, mode, temporary: start.temporary });
      if (plan.history !== undefined) {
        await keepHistory(history, { plan: plan.history, results, occasion: surroundings.occasion });
      }
      // What failed after the verdict, as reporting may: the step fails, and so does the check run.
      if (ports.lastResort.happened.aborted) await giveUp();
      return exitStatus(results);
    };
    return await inTrees(plan, world, { judge, fail });
  } catch (thrown) {
    return fail(thrown);
  }
}

async function startCheckRun(
  { github, runner }: { github: GitHub | undefined; runner: Runner },
  name: string | undefined,
  { occasion }: Surroundings,
): Promise<OpenCheckRun | undefined> {
  if (name === undefined) return undefined;
  if (github === undefined || occasion.headSha === undefined) {
    const lacking =
      github === undefined ? 'a token: give the action the input github-token' : 'a commit to put it on';
    runner.logger.warn(`The check run "${name}" was not made: it takes ${lacking}.`);
    return undefined;
  }
  const request = { name, sha: occasion.headSha, readOnly: occasion.readOnly };
  return openCheckRun({ github, logger: runner.logger }, request);
}

/** A check run that stays in progress would block the pull request for good. */
async function abandon(
  { github, runner }: { github: GitHub; runner: Runner },
  checkRun: OpenCheckRun,
): Promise<void> {
  await completeCheckRun({ github, logger: runner.logger }, checkRun, {
    verdict: undefined,
    interrupted: false,
    stepFails: true,
    summary: 'The log of the job says why.',
  });
}

function contextOf(start: ActionStart, { git, run }: Surroundings): GateContext {
  return {
    version: start.version,
    environment: start.machine,
    git,
    run,
    reproduce: reproduceCommand(start.inputs),
    env: flowEnv(start.env, secretsOf(start)),
  };
}

function worldOf(
  { gatePorts, trees }: ActionPorts,
  { inputs }: ActionStart,
  given: Pick<TreeWorld['context'], 'workspace' | 'env' | 'event'>,
): TreeWorld {
  return {
    ports: { ...gatePorts, ...trees },
    context: { ...given, inputs },
  };
}

/** What the event says of the base, unless GitHub was asked for the pull request. */
function eventBaseOf({ env, payload }: ActionStart, asked: PullRequest | undefined): EventBase {
  if (asked === undefined) {
    return baseOfEvent({ name: env.GITHUB_EVENT_NAME ?? '', ref: env.GITHUB_REF, payload });
  }
  const { baseBranch: branch, baseSha: base, headSha: head } = asked;
  return { kind: 'pull_request', branch, base, head };
}

function secretsOf({ token }: ActionStart): readonly string[] {
  return token === undefined ? [] : [token];
}

/** Reports what kept a verdict from being reached, and gives the exit status: 2 for what the user can mend. */
export function reportFailure(runner: Pick<Runner, 'annotate'>, thrown: unknown, workspace: string): number {
  if (thrown instanceof UserError) {
    thrown.problems.forEach((problem) => {
      runner.annotate(problemAnnotation(problem, workspace));
    });
    return EXIT.unusable;
  }
  const stack = (thrown instanceof Error ? thrown.stack : undefined) ?? messageOf(thrown);
  runner.annotate({
    level: 'error',
    title: 'flowgate: a defect',
    message: `${stack}\nThis is a defect in flowgate, please report it.`,
  });
  return EXIT.failed;
}

/** One error each, at its place in the file where it has one. */
function problemAnnotation({ message, where, file, line, column }: Problem, workspace: string): Annotation {
  return {
    level: 'error',
    title: 'flowgate: configuration',
    message: where === undefined ? message : `${where}: ${message}`,
    file: file === undefined ? undefined : relativeTo(workspace, file),
    line,
    column,
  };
}

/** GitHub places an annotation by the path in the repository, with slashes on every system. */
function relativeTo(workspace: string, file: string): string {
  const inside = file.startsWith(workspace) && /^[\\/]/.test(file.slice(workspace.length));
  return inside ? file.slice(workspace.length + 1).replaceAll('\\', '/') : file;
}
