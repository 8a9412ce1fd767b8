import { type Inputs, parseInputs } from '../config/inputs.js';
import { type Problem, UserError } from '../lib/errors.js';
import { exitStatus } from '../lib/exit-status.js';
import { didYouMean } from '../lib/nearest.js';
import { merge, parseLegs } from '../merge.js';
import type { ActionPorts } from './action.js';
import { type ArtifactStore, downloadMade } from './artifact.js';

/** All inputs of merge/action.yml. */
export const MERGE_INPUTS = [
  'files',
  'legs',
  'comment',
  'comment-key',
  'pull-request',
  'check-name',
  'artifact',
  'on-fail',
  'github-token',
  'matrix',
] as const;

interface MergingPorts {
  readonly openArtifacts: () => Promise<ArtifactStore>;
  /** Absolute: the runner's temporary folder. */
  readonly temporary: string;
}

/**
 * The action of merge/action.yml: it reports as the gate does, and where the gate runs scenarios, it joins what others have
 * measured.
 * @param env as the runner has handed it over, with INPUT_*
 */
export function mergingAction(
  env: Readonly<Record<string, string | undefined>>,
  { openArtifacts, temporary }: MergingPorts,
): Pick<ActionPorts, 'makePlan' | 'gate'> {
  const read = (name: (typeof MERGE_INPUTS)[number]): string =>
    (env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
  const paths = read('files')
    .split('\n')
    .map((path) => path.trim())
    .filter((path) => path !== '');
  return {
    makePlan: (inputs) => {
      const problems = [...problemsOf(inputs), ...unknownInputs(env)];
      if (problems.length > 0) throw new UserError(problems);
      return Promise.resolve({ scenarios: [], source: { kind: 'inputs' } });
    },
    gate: async (_plan, { files, clock, logger }, { workspace, context, tell }) => {
      const { version, git, run } = context;
      const legs = read('legs') === '' ? undefined : parseLegs(read('legs'), 'input legs');
      const createdAt = clock.wall().toISOString();
      const folder = `${temporary}/flowgate-artifacts`;
      if (paths.length === 0) await downloadMade({ files, logger, load: openArtifacts }, { folder, env });
      const joined = await merge(paths.length === 0 ? [folder] : paths, {
        files,
        cwd: workspace,
        context: { version, createdAt, legs, known: { git, run } },
      });
      const results = read('on-fail') === 'warn' ? { ...joined, advisory: true as const } : joined;
      await tell(results);
      for (const fault of results.faults ?? []) logger.error(`inconclusive: ${fault}`);
      return exitStatus(results);
    },
  };
}

/** What they have in common with the gate is read alike; what only a gate has, unknownInputs finds. */
function problemsOf({ comment, commentKey, pullRequest, checkName, artifact, onFail }: Inputs): Problem[] {
  const common = { comment, commentKey, pullRequest, checkName, artifact, onFail };
  const given = Object.entries(common).filter(([, text]) => text !== undefined);
  return [...parseInputs(Object.fromEntries(given)).problems];
}

const PREFIX = 'INPUT_';

function unknownInputs(env: Readonly<Record<string, string | undefined>>): Problem[] {
  return Object.entries(env)
    .filter(([variable, text]) => variable.startsWith(PREFIX) && text !== '')
    .map(([variable]) => variable.slice(PREFIX.length).toLowerCase())
    .filter((name) => !MERGE_INPUTS.some((known) => known === name))
    .map((name) => ({
      where: `input ${name}`,
      message: `there is no such input${didYouMean(name, MERGE_INPUTS, `; inputs are ${MERGE_INPUTS.join(', ')}`)}`,
    }));
}
