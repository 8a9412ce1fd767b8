import type { FlowSummary, RunSummary } from '../flows/module/api.js';
import type { ModuleRunner } from '../flows/module/runner.js';
import type { Flow, OutcomeCounts } from '../model/flow.js';
import type { VerifyOutcome } from '../model/record.js';
import { commandOn, type Stage } from '../run/stage.js';
import { runHook } from '../system/hook.js';

/**
 * Asks the scenario whether everything that the flows did is right: its verify command, its module's verify export, or
 * both, which must then both hold. Undefined if there is neither.
 */
export async function verifyFlows(
  stage: Stage,
  { flows, counts }: { readonly flows: readonly Flow[]; readonly counts: OutcomeCounts },
  module: ModuleRunner | undefined,
): Promise<VerifyOutcome | undefined> {
  const run = { flows: flows.map(summaryOf), counts, warmup: stage.plan.warmup };
  const byModule = module?.hooks.has('verify') === true ? await verifyByModule(run, module) : undefined;
  if (byModule?.ok === false || stage.plan.verify === undefined) return byModule;
  return verifyByCommand(stage, run, stage.plan.verify);
}

async function verifyByModule(run: RunSummary, module: ModuleRunner): Promise<VerifyOutcome> {
  const error = await module.verify(run);
  return error === undefined ? { ok: true, message: '' } : { ok: false, message: error.message };
}

/** The command finds the flows in the file that FLOWGATE_RESULTS names: `{"scenario", "warmup", "counts": {…}, "flows": […]}`. */
async function verifyByCommand(stage: Stage, run: RunSummary, command: string): Promise<VerifyOutcome> {
  const { plan, ports, scratch } = stage;
  const results = `${scratch}/results.json`;
  await ports.files.write(results, JSON.stringify({ scenario: plan.name, ...run }));
  return runHook(commandOn(stage, command, { FLOWGATE_RESULTS: results }), ports);
}

function summaryOf({ slot, iteration, token, outcome, startedAt, endedAt, error }: Flow): FlowSummary {
  const time = endedAt - startedAt;
  return { flow: slot, iteration, token, outcome, time, error: error?.message };
}
