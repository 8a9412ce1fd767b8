/** Comparisons of the product itself, from inside: of two scenarios as `flowgate compare` has them, without the CLI. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from './built.mjs';
import { quietPorts } from './product.mjs';

/** @param limit per cents */
const gatesOf = (limit) => [
  `flow_time.med <= base + ${limit}%`,
  `throughput >= base - ${limit}%`,
  `cpu_per_flow <= base + ${limit}%`,
  'success_rate >= base',
];

/**
 * Compares head with base, each given as the config has it, in an empty folder: results by metric, the pairs that were run, ms
 * that their rounds took, and how it ended.
 * @param how `budget` in ms, the default one if left out, `limit` of the gates in per cents
 */
export async function compareInside(head, base, { budget, limit, seed }) {
  const { readMachine } = await built('system/environment.js');
  const { makePlan } = await built('config/plan.js');
  const { compareScenario } = await built('compare/scenario.js');
  const { flowEnv } = await built('system/flow-env.js');
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  try {
    const ports = await quietPorts();
    const planOf = async (name, scenario) => {
      const config = join(folder, `${name}.json`);
      const scenarios = { bench: { thresholds: gatesOf(limit), ...scenario } };
      writeFileSync(config, JSON.stringify({ version: 1, scenarios }));
      const inputs = { config, compare: 'base', seed: String(seed) };
      return (await makePlan(inputs, { files: ports.files, workspace: folder })).scenarios[0];
    };
    const side = (label) => ({ label });
    const { results, compared, problem } = await compareScenario(await planOf('head', head), {
      opponent: { plan: await planOf('base', base), base: side('base'), head: side('head') },
      how: { ref: 'base', budget, services: 'restart', onUnresolved: 'warn', defaultLevel: 'fail' },
      ports,
      context: { environment: readMachine(process.env), env: flowEnv(process.env, []) },
    });
    const wrong = problem ?? compared.absent;
    if (wrong !== undefined) throw new Error(wrong);
    return { results, pairs: compared.pairs, time: compared.time, ended: compared.ended };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rounds of the valid pairs in the order in which they were run: flow_time.med of each. */
export function timesInOrder(pairs) {
  return timesOf(pairs, ({ order, base, head }) => (order === 'base_first' ? [base, head] : [head, base]));
}

/** The same by side: base, head, base, head, whichever was run first. */
export function timesBySide(pairs) {
  return timesOf(pairs, ({ base, head }) => [base, head]);
}

function timesOf(pairs, roundsOf) {
  return pairs
    .filter(({ dropped }) => dropped === undefined)
    .flatMap(roundsOf)
    .map(({ values }) => values['flow_time.med'])
    .filter((time) => time !== null);
}

export const isRegression = ({ outcome }) => outcome === 'regression';
export const isClaim = ({ outcome }) => outcome === 'regression' || outcome === 'improvement';
