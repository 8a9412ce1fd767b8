import { type Inputs, isGiven, parseInputs } from '../config/inputs.js';
import type { PlanSources } from '../config/plan.js';
import { reproduceCommand } from '../config/reproduce.js';
import type { GatePorts, Gating } from '../gate.js';
import { keepHistory, readPast } from '../history/branch.js';
import { EXIT } from '../lib/exit-status.js';
import { withoutSecrets } from '../lib/redact.js';
import type { Plan } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import { flowEnv, secretTraces, tracesOf, withheldFromShells } from '../system/flow-env.js';
import type { GitHub } from '../system/github.js';
import { Secrets } from '../system/secrets.js';
import { type ArtifactStore, artifactName, openUpload } from './artifact.js';
import { abandonCheckRun, type OpenCheckRun, openCheckRun } from './check-run.js';
import { settlePullRequest } from './pull-request.js';
import { type Renderers, report, reportFailure, reportShard } from './report.js';
import type { Runner } from './runner.js';
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
  readonly openGitHub: (token: string) => GitHub;
  readonly openArtifacts: () => Promise<ArtifactStore>;
  /** Throws UserError with every problem of inputs and config. */
  readonly makePlan: (inputs: Inputs, sources: PlanSources) => Promise<Plan>;
  /** Gives the exit status. */
  readonly gate: (plan: Plan, ports: GatePorts, gating: Gating) => Promise<number>;
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
 * The action from its inputs to its exit status: plans, measures, judges, and only then reports. Never throws: what
 * keeps a verdict from being reached is reported by {@link reportFailure}.
 * @returns the exit status: see lib/exit-status.ts
 */
export async function runAction(ports: ActionPorts, start: ActionStart): Promise<number> {
  const { runner, gatePorts, lastResort } = ports;
  const { inputs, env, token } = start;
  const { logger } = runner;
  const secrets = token === undefined ? [] : [token];
  for (const trace of tracesOf(secrets)) runner.mask(trace);
  const hidden = new Secrets((trace) => {
    runner.mask(trace);
  });
  const github = token === undefined ? undefined : ports.openGitHub(token);
  const known = readSurroundings(start);
  const { workspace } = known;
  let checkRun: OpenCheckRun | undefined;
  const abandon = (): Promise<void> => abandonCheckRun({ github, logger }, checkRun);
  lastResort.atWorst(abandon);
  const fail = async (thrown: unknown): Promise<number> => {
    const status = reportFailure(runner, thrown, workspace);
    await abandon();
    return status;
  };
  try {
    const given = flowEnv(env, secrets);
    const plan = await ports.makePlan(inputs, {
      imports: 'read',
      files: gatePorts.files,
      workspace,
      prepares: true,
      env: given,
    });
    const { parsed } = parseInputs(inputs);
    const surroundings = await settlePullRequest(
      { github, git: gatePorts.git, logger },
      { given: parsed.pullRequest, env, surroundings: known },
    );
    const { occasion, git, run } = surroundings;
    const artifact = artifactOf(inputs, surroundings);
    // Loaded now: what is pull request's runs from here on, and could change the file.
    const upload = await openUpload({ runner, load: ports.openArtifacts }, { ...artifact, env });
    const leaves = occasion.readOnly && artifact.name !== undefined;
    if (leaves) logger.info(LEFT_TO_PUBLISH);
    checkRun = await openCheckRun({ github, logger }, leaves ? undefined : parsed.checkName, occasion);
    const history = { github, logger, clock: gatePorts.clock };
    const past = await readPast(history, plan.history);
    const withheld = withheldFromShells(env);
    if (withheld !== undefined) logger.info(withheld);
    const ended = { isComplete: true };
    const status = await ports.gate(plan, gatePorts, {
      inputs,
      workspace,
      event: occasion.base,
      context: {
        version: start.version,
        environment: start.machine,
        git,
        run,
        reproduce: reproduceCommand(inputs),
        env: given,
        secrets: hidden,
        past,
      },
      tell: async (measured) => {
        const results = hidden.hide(withoutSecrets(measured, secretTraces(env, secrets)));
        const mode = leaves ? 'never' : (parsed.comment ?? 'always');
        ended.isComplete = await report(
          { runner, files: gatePorts.files, renderers: ports.renderers, github, upload },
          { results, surroundings, checkRun, mode, temporary: start.temporary },
        );
        if (plan.history !== undefined) await keepHistory(history, { plan: plan.history, results, occasion });
        // What failed after the verdict, as reporting may: the step fails, and so does the check run.
        if (lastResort.happened.aborted) await abandon();
      },
      keep: async (shard) => {
        ended.isComplete = await reportShard(
          { runner, files: gatePorts.files, upload },
          {
            shard,
            hide: (value) => hidden.hide(withoutSecrets(value, secretTraces(env, secrets))),
            temporary: start.temporary,
          },
        );
      },
      fail,
    });
    return status === EXIT.passed && !ended.isComplete ? EXIT.inconclusive : status;
  } catch (thrown) {
    return fail(thrown);
  }
}

const LEFT_TO_PUBLISH =
  'The token of this run can only read, and its results are uploaded: comment and check run are left to a workflow ' +
  'that publishes them (docs/recipes.md#forks).';

function artifactOf(
  inputs: Inputs,
  { key, run }: Surroundings,
): { readonly name: string | undefined; readonly required: boolean } {
  const { artifact = false } = parseInputs(inputs).parsed;
  const required = isGiven(inputs.shard);
  const made = artifactName({ key, job: run?.job ?? '' });
  if (typeof artifact === 'string') return { name: artifact, required };
  return { name: artifact || required ? made : undefined, required };
}
