import { isOfWorkflow, type EventBase } from '../baseline/event-base.js';
import { fetchBranch, fetchCommit, fetchIfMissing, mergeBase } from './fetch.js';
import { asKnownHere, findRef } from './find-ref.js';
import { refused, type Repository } from './repository.js';
import { short } from './said.js';

/** A commit to compare with. */
export interface BaseCommit {
  readonly sha: string;
  /** How people call it. */
  readonly label: string;
  /** Why it is this one. */
  readonly because: string;
}

export interface BaseQuestion {
  /** A git ref, or `base`. */
  readonly ref: string;
  readonly event: EventBase;
  /**
   * Files that git knows differ from the commit that is checked out. It counts at a terminal only: in a workflow an
   * earlier step has changed them (the lock file that `npm install` wrote), on top of the commit that it is about.
   */
  readonly dirty: boolean;
}

/**
 * The commit to compare with; undefined if there is no earlier one. Like is compared with like: what is checked out for
 * a pull request is head merged into the base's tip, and is compared with that tip; head alone is compared with where
 * it has left the base. Throws UserError if it can not be had.
 */
export async function findBase(
  repository: Repository,
  { ref, event, dirty }: BaseQuestion,
): Promise<BaseCommit | undefined> {
  if (ref !== 'base') return asked(repository, ref, event);
  switch (event.kind) {
    case 'pull_request':
      return ofPullRequest(repository, event);
    case 'merge_group':
      await fetchCommit(repository, event.base, `the base of the merge group`);
      return { sha: event.base, label: event.branch, because: 'the merge group is based on it' };
    case 'push':
      return ofPush(repository, event);
    case 'other':
      return ofBranch(repository, event);
    case 'none':
      return ofBranch(repository, { dirty });
  }
}

async function asked(repository: Repository, ref: string, event: EventBase): Promise<BaseCommit> {
  const { sha, label, doubt } = await findRef(repository, ref, { inWorkflow: isOfWorkflow(event) });
  return doubted({ sha, label, because: 'it was asked for' }, doubt);
}

function doubted(base: BaseCommit, doubt: string | undefined): BaseCommit {
  return doubt === undefined ? base : { ...base, because: `${base.because}; ${doubt}` };
}

async function ofPullRequest(
  repository: Repository,
  { branch, base, head }: Extract<EventBase, { kind: 'pull_request' }>,
): Promise<BaseCommit> {
  const [first, second] = await repository.parents(repository.head);
  if (first !== undefined && second === head) {
    await fetchCommit(repository, first, `the first parent of the merge commit`);
    return {
      sha: first,
      label: branch,
      because: 'it is the first parent of the merge commit that is checked out',
    };
  }
  await fetchCommit(repository, base, `the base of the pull request`);
  return parting(repository, base, branch);
}

async function parting(repository: Repository, tip: string, branch: string): Promise<BaseCommit> {
  const sha = await mergeBase(repository, repository.head, tip);
  return { sha, label: `${branch} (merge base)`, because: `what is checked out has left ${branch} there` };
}

async function ofPush(
  repository: Repository,
  event: Extract<EventBase, { kind: 'push' }>,
): Promise<BaseCommit | undefined> {
  const { branch, before, defaultBranch } = event;
  if (before === undefined) {
    return branch === defaultBranch ? commitBefore(repository) : ofBranch(repository, event);
  }
  const what = `what ${branch} was before the push`;
  const missing = await fetchIfMissing(repository, before);
  if (missing === undefined) {
    return { sha: before, label: `${branch} before the push`, because: 'the push replaced it' };
  }
  if (!missing.gone) throw refused(`${what} ${missing.why}`);
  // A forced push leaves what it replaced to be swept up.
  const parent = await commitBefore(repository);
  return parent && doubted(parent, `${what} (${short(before)}) is not to be had, as after a forced push`);
}

async function commitBefore(repository: Repository): Promise<BaseCommit | undefined> {
  const [parent] = await repository.parents(repository.head);
  if (parent === undefined) return undefined;
  await fetchCommit(repository, parent, 'the commit before');
  return {
    sha: parent,
    label: 'the commit before',
    because: 'it is the first parent of what is checked out',
  };
}

/** Where head has left the default branch; on that branch itself, what has changed since it was last pushed or committed. */
async function ofBranch(
  repository: Repository,
  { defaultBranch: named, dirty = false }: { readonly defaultBranch?: string; readonly dirty?: boolean },
): Promise<BaseCommit | undefined> {
  const { branch, tip, doubt } = await defaultBranch(repository, named);
  const found = doubted(await parting(repository, tip, branch), doubt);
  if (found.sha !== repository.head) return found;
  const { sha } = found;
  if (dirty) return { sha, label: 'the last commit', because: 'the working tree has changes since' };
  const parent = await commitBefore(repository);
  return parent && doubted(parent, doubt);
}

interface DefaultBranch {
  readonly branch: string;
  readonly tip: string;
  readonly doubt?: string;
}

/**
 * Where an event names it, the remote is asked where it is now: what is here may be what an earlier job has left in the
 * workspace. At a terminal it is what was fetched last.
 */
async function defaultBranch(repository: Repository, named: string | undefined): Promise<DefaultBranch> {
  const remote = (await repository.remote()) ?? 'origin';
  if (named !== undefined) {
    const fetched = await fetchBranch(repository, named);
    if ('sha' in fetched) return { branch: named, tip: fetched.sha };
    const tip = await tipHere(repository, remote, named);
    if (tip !== undefined) return { branch: named, tip, doubt: asKnownHere(named, fetched.why) };
    throw refused(`the default branch ${named} is not in this clone: ${fetched.why}`);
  }
  const told = await repository.ask('symbolic-ref', '--quiet', '--short', `refs/remotes/${remote}/HEAD`);
  const first = told === undefined ? [] : [told.slice(remote.length + 1)];
  for (const branch of [...first, 'main', 'master']) {
    const tip = await tipHere(repository, remote, branch);
    if (tip !== undefined) return { branch, tip };
  }
  throw refused('which branch is the default one is not known here; name a ref in place of base, as in main');
}

async function tipHere(repository: Repository, remote: string, branch: string): Promise<string | undefined> {
  return (
    (await repository.commit(`refs/remotes/${remote}/${branch}`)) ??
    (await repository.commit(`refs/heads/${branch}`))
  );
}
