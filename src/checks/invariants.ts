import type { FlowSummary, RunSummary } from '../flows/module/api.js';
import type { ModuleHooks } from '../flows/module/runner.js';
import type { Flow, FlowTally } from '../model/flow.js';
import type { ScenarioPlan } from '../model/plan.js';
import type { VerifyOutcome } from '../model/record.js';
import { type HookPorts, runHook } from '../system/hook.js';
import type { CommandSpec, Files } from '../system/ports.js';
import type { Check, Need } from './check.js';

const VERIFY: Need = {
  in: ({ verify }) => verify !== undefined,
  why: 'no verify command or export was run',
};

export const invariants: Check = {
  id: 'invariants',
  level: 'fail',
  title: () => 'The invariant holds after the run',
  failureTitle: () => 'The invariant is broken after the run',
  description:
    'Shared state is right after the run: the verify command exits with status 0, ' +
    'or the verify export of the module does not throw.',
  needs: [VERIFY],
  run: ({ verify }) => ({
    outcome: verify?.ok === true ? 'pass' : 'fail',
    evidence: evidenceOf(verify),
  }),
};

/** The message tells what verify printed last: whoever ran it has put it there, and once is enough. */
function evidenceOf(verify: VerifyOutcome | undefined): string[] {
  return verify === undefined || verify.message === '' ? [] : [verify.message];
}

interface Flows extends Pick<FlowTally, 'counts' | 'parts'> {
  readonly flows: readonly Flow[];
}

interface VerifyOptions extends HookPorts {
  readonly plan: Pick<ScenarioPlan, 'name' | 'warmup' | 'verify'>;
  /** What runs the flows, if that is a module. */
  readonly module: ModuleHooks | undefined;
  /** A command of the scenario, with these variables beside its own. */
  readonly specOf: (command: string, env: Readonly<Record<string, string>>) => CommandSpec;
  readonly files: Pick<Files, 'write'>;
  readonly scratch: string;
}

/**
 * Asks the scenario whether everything that the flows did is right: its verify command, its module's verify export, or
 * both, which must then both hold. Undefined if there is neither.
 */
export async function verifyFlows(
  { flows, counts, parts }: Flows,
  options: VerifyOptions,
): Promise<VerifyOutcome | undefined> {
  const { plan, module } = options;
  const byPart = [...(parts ?? [])].map(([name, part]) => [name, part.counts] as const);
  const run = {
    flows: flows.map(summaryOf),
    counts,
    ...(byPart.length === 0 ? {} : { parts: Object.fromEntries(byPart) }),
    warmup: plan.warmup,
  };
  const byModule = module?.hooks.has('verify') === true ? await verifyByModule(run, module) : undefined;
  if (byModule?.ok === false || plan.verify === undefined) return byModule;
  return verifyByCommand(plan.verify, run, options);
}

async function verifyByModule(run: RunSummary, module: ModuleHooks): Promise<VerifyOutcome> {
  const error = await module.verify(run);
  return error === undefined ? { ok: true, message: '' } : { ok: false, message: error.message };
}

/** The command finds the flows in the file that FLOWGATE_RESULTS names: `{"scenario", "warmup", "counts": {…}, "flows": […]}`. */
async function verifyByCommand(
  command: string,
  run: RunSummary,
  { plan, specOf, files, scratch, ...ports }: VerifyOptions,
): Promise<VerifyOutcome> {
  const results = `${scratch}/results.json`;
  await files.write(results, JSON.stringify({ scenario: plan.name, ...run }));
  return runHook(specOf(command, { FLOWGATE_RESULTS: results }), ports);
}

function summaryOf({ slot, iteration, token, outcome, part, startedAt, endedAt, error }: Flow): FlowSummary {
  const time = endedAt - startedAt;
  return { flow: slot, iteration, token, outcome, part, time, error: error?.message };
}
