import type { KnownBase } from '../accept/accept.js';
import { type EventBase, findBase } from '../compare/trees/base.js';
import type { Git } from '../compare/trees/git.js';
import { Repository } from '../compare/trees/repository.js';
import type { Inputs } from '../config/inputs.js';
import { messageOf, UserError } from '../lib/errors.js';
import type { GateChange, GateChanges } from '../model/gate-changes.js';
import type { Plan } from '../model/plan.js';
import type { Files } from '../system/ports.js';
import { basePlan, removedConfig } from './base-plan.js';
import { differences } from './differences.js';

interface GateChangesPorts {
  readonly git: Git;
  readonly files: Files;
  readonly interrupt: AbortSignal;
}

interface GateChangesContext {
  readonly inputs: Inputs;
  /** Absolute: where the plan was made. */
  readonly workspace: string;
  readonly event: EventBase;
}

/** Changes that are kept; a config that is rewritten has more than anybody reads. */
const MOST = 100;
/** Characters of a value that is kept. */
const LONGEST = 300;

/**
 * What a pull request or a merge group changes in the gates that judge it, from the config of its base, and what is known
 * of that; to be asked for before any of its code is run. No changes where there is no base, or no config. Never rejects:
 * a base that cannot be read is told as such.
 */
export async function readBaseConfig(
  plan: Plan,
  { git, files, interrupt }: GateChangesPorts,
  { inputs, workspace, event }: GateChangesContext,
): Promise<BaseConfig> {
  if (event.kind !== 'pull_request' && event.kind !== 'merge_group') return NOT_ASKED;
  let base: Pick<GateChanges, 'base' | 'sha'> = { base: event.branch };
  try {
    const repository = await Repository.open(git, { workspace, interrupt });
    const found = await findBase(repository, { ref: 'base', event, dirty: false });
    if (found === undefined) return { known: { unknown: 'there is no base' } };
    const { sha, label } = found;
    base = { base: label, sha };
    if (plan.source.kind !== 'config') {
      const removed = await removedConfig({ repository, commit: sha, files, workspace });
      if (removed === undefined) return NOT_ASKED;
      return {
        ...NOT_ASKED,
        changes: { ...base, changes: [{ setting: 'config', base: removed, head: null }] },
      };
    }
    const scenarios = plan.scenarios.map(({ name }) => name);
    const planned = await basePlan({ repository, commit: sha, files, inputs, workspace, scenarios });
    if (planned === undefined) {
      return notKnown(base, `it has no config ${plan.source.file}`);
    }
    return {
      changes: { ...base, ...bounded(differences(planned, plan)) },
      known: { label, scenarios: planned.scenarios },
    };
  } catch (thrown) {
    // A step without a config has nothing that could have changed, but for a config that is gone.
    if (plan.source.kind !== 'config') return NOT_ASKED;
    return notKnown(base, reasonOf(thrown));
  }
}

/** What base's config says of head's gates. */
interface BaseConfig {
  readonly changes?: GateChanges;
  readonly known: KnownBase;
}

const NOT_ASKED: BaseConfig = { known: { unknown: undefined } };

function notKnown(base: Pick<GateChanges, 'base' | 'sha'>, unknown: string): BaseConfig {
  return { changes: { ...base, changes: [], unknown }, known: { unknown } };
}

function bounded(changes: readonly GateChange[]): Pick<GateChanges, 'changes' | 'more'> {
  const kept = changes.slice(0, MOST).map((change) => ({
    ...change,
    setting: cut(change.setting),
    base: change.base === null ? null : cut(change.base),
    head: change.head === null ? null : cut(change.head),
  }));
  return { changes: kept, more: changes.length > MOST ? changes.length - MOST : undefined };
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function reasonOf(thrown: unknown): string {
  const [first] = thrown instanceof UserError ? thrown.problems : [];
  if (first === undefined) return cut(messageOf(thrown));
  const place =
    first.file === undefined ? '' : `${first.file}${first.line === undefined ? '' : `:${first.line}`}: `;
  const where = first.where === undefined || first.where === 'compare' ? '' : `${first.where}: `;
  return cut(`${place}${where}${first.message}`);
}
