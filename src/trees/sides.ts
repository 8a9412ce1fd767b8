import type { EventBase } from '../baseline/event-base.js';
import type { Side } from '../baseline/opponent.js';
import type { Files } from '../ports.js';
import { findBase, type BaseCommit } from './find-base.js';
import { changesIn, snapshot } from './head.js';
import type { Repository } from './repository.js';

/** A side of the comparison, and the commit that its tree is made of. */
export interface TreeSide extends Side {
  readonly commit: string;
  /** The commit is of this run only: a working tree with changes. */
  readonly passing?: true;
}

export interface Sides {
  readonly head: TreeSide;
  /** Undefined if there is no earlier commit. */
  readonly base: (TreeSide & Pick<BaseCommit, 'because'>) | undefined;
}

export interface SidesQuestion {
  readonly ref: string;
  readonly event: EventBase;
  readonly files: Files;
}

/** What is compared with what. Throws UserError if base can not be had. */
export async function findSides(
  repository: Repository,
  { ref, event, files }: SidesQuestion,
): Promise<Sides> {
  const changes = await changesIn(repository);
  // A new file that lies around is head's; it does not make head something else than its last commit.
  const base = await findBase(repository, { ref, event, dirty: changes.tracked > 0 });
  const head =
    changes.files > 0
      ? await workingTree(repository, files, changes.files)
      : await checkedOut(repository, event);
  if (base === undefined) return { head, base };
  const { sha, label, because } = base;
  return { head, base: { label, sha, commit: sha, because } };
}

async function workingTree(repository: Repository, files: Files, changed: number): Promise<TreeSide> {
  const label = `working tree (${changed} ${changed === 1 ? 'file' : 'files'} changed)`;
  return { label, commit: await snapshot(repository, files), passing: true };
}

async function checkedOut(repository: Repository, event: EventBase): Promise<TreeSide> {
  const { head } = repository;
  const common = { sha: head, commit: head };
  if (event.kind === 'pull_request') {
    const [, second] = await repository.parents(head);
    if (second === event.head) return { ...common, label: `head, merged into ${event.branch}` };
  }
  const branch = await repository.ask('symbolic-ref', '--quiet', '--short', 'HEAD');
  return { ...common, label: branch ?? 'head' };
}
