import { type Data, openData } from '../data/data.js';
import { type Limits, openLimits } from '../faults/limits/limits.js';
import type { ResourceLimits } from '../faults/limits/request.js';
import type { OpenNetworkProxy } from '../faults/network/protocol.js';
import type { OpenHttpClient } from '../flows/http/port.js';
import { variableValues } from '../flows/http/variables.js';
import { type Identity, MARK } from '../lib/identity.js';
import { flowPlans, type ScenarioPlan, type ServicePlan } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import { withPorts } from '../services/ports.js';
import type { FreePorts, Http } from '../services/service.js';
import type { Clock, CommandSpec, Files, Logger, ProgressView, Spawner } from '../system/ports.js';
import { Secrets } from '../system/secrets.js';
import type { MachineState } from '../watch/machine-state.js';
import { ProcessWatch } from '../watch/process-watch.js';
import type { ProcessTable } from '../watch/table.js';

export interface ExecutePorts {
  readonly clock: Clock;
  readonly spawner: Spawner;
  /** Opens the process table; processes whose environment holds `mark` (NAME=value) belong to the run. */
  readonly openTable: (mark: string) => ProcessTable;
  readonly files: Files;
  readonly machine: MachineState;
  readonly http: Http;
  readonly freePorts: FreePorts;
  readonly openHttpClient: OpenHttpClient;
  readonly openNetworkProxy: OpenNetworkProxy;
  readonly resourceLimits: ResourceLimits;
  readonly logger: Logger;
  readonly progress: ProgressView;
  /** Aborted with the signal's name as reason: everything that was started is ended, what was measured is judged. */
  readonly interrupt: AbortSignal;
  /** 12 random hexadecimal digits. */
  readonly newRunId: () => string;
}

export interface ExecuteContext {
  readonly environment: Environment;
  /** The environment that flows get, already without tokens, inputs and the runner's command files. */
  readonly env: Readonly<Record<string, string>>;
  /** Learns the secrets that requests are filled in with; they are masked in everything that is shown or saved. */
  readonly secrets?: Secrets;
}

/** What every part of one scenario's run needs: who it is, where it may write, and who watches. */
export interface Stage {
  /** With its ports filled in. */
  readonly plan: ScenarioPlan;
  readonly ports: ExecutePorts;
  readonly environment: Environment;
  readonly identity: Identity;
  /** Environment of everything that the scenario starts. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  /** A temporary folder, removed at the end. */
  readonly scratch: string;
  readonly watch: ProcessWatch;
  readonly table: ProcessTable;
  /** In force from before the first process; undefined if none were asked for. */
  readonly limits: Limits | undefined;
  /** What each flow is given a row of; undefined if the scenario has no data. */
  readonly data: Data | undefined;
  /** What went wrong around the flows, in words. */
  readonly problems: string[];
}

export async function setStage(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  context: ExecuteContext,
): Promise<Stage> {
  const { secrets = new Secrets() } = context;
  // Before anything starts that could show one.
  for (const { work, env } of flowPlans(plan)) {
    const variables = variableValues(work, { ...context.env, ...plan.env, ...env });
    for (const value of Object.values(variables)) secrets.add(value);
  }
  const data = await openData(plan, ports.files);
  const ported = withPorts(plan, await ports.freePorts.find(plan.services.length));
  const identity = { run: ports.newRunId() };
  const scratch = await ports.files.makeTemporary('flowgate-');
  const table = ports.openTable(`${MARK}=${identity.run}`);
  return {
    plan: ported.plan,
    ports,
    environment: context.environment,
    identity,
    secrets,
    env: {
      ...context.env,
      ...ported.plan.env,
      ...ported.env,
      FLOWGATE_SEED: String(plan.seed),
      [MARK]: identity.run,
    },
    scratch,
    watch: new ProcessWatch(table),
    table,
    // Last: whoever has opened them closes them.
    limits: await openLimits(ported.plan, ports.resourceLimits),
    data,
    problems: [],
  };
}

/** A command of the scenario that is no flow. */
export function commandOn(
  stage: Stage,
  command: string,
  env: Readonly<Record<string, string>> = {},
): CommandSpec {
  const { shell, workingDirectory } = stage.plan;
  return { shell, command, cwd: workingDirectory, env: { ...stage.env, ...env } };
}

/** A service of the scenario, with what is its own. */
export function serviceOn(stage: Stage, { run, env, workingDirectory }: ServicePlan): CommandSpec {
  return { ...commandOn(stage, run, env), cwd: workingDirectory };
}
