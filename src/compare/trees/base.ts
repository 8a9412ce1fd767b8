import { didYouMean } from '../../lib/nearest.js';
import type { Files } from '../../system/ports.js';
import type { Side } from '../opponent.js';
import { fetchBranch, fetchCommit, fetchIfMissing, fetchRef, mergeBase, shallowAdvice } from './fetch.js';
import { refused, type Repository, short } from './repository.js';
import { changesIn, snapshot } from './worktrees.js';

/** What the event of a workflow run says of the commit that head is to be compared with. */
export type EventBase =
  /** `base` is the branch's tip when the event came; what is checked out may be head merged into a newer one. */
  | { readonly kind: 'pull_request'; readonly branch: string; readonly base: string; readonly head: string }
  | { readonly kind: 'merge_group'; readonly branch: string; readonly base: string }
  /** `before` is missing where the push made a new branch. */
  | {
      readonly kind: 'push';
      readonly branch: string;
      readonly before?: string;
      readonly defaultBranch?: string;
    }
  /** Any other event. */
  | { readonly kind: 'other'; readonly defaultBranch?: string }
  /** At a terminal. */
  | { readonly kind: 'none' };

/** Whether there is an event: then the workspace is a runner's, which may have kept it from an earlier job. */
function isOfWorkflow({ kind }: EventBase): boolean {
  return kind !== 'none';
}

/** A commit to compare with. */
export interface BaseCommit {
  readonly sha: string;
  /** How people call it. */
  readonly label: string;
  /** Why it is this one. */
  readonly because: string;
}

/** A side of the comparison, and the commit that its tree is made of. */
export interface TreeSide extends Side {
  readonly commit: string;
}

export interface Sides {
  readonly head: TreeSide;
  /** Undefined if there is no earlier commit. */
  readonly base: (TreeSide & Pick<BaseCommit, 'because'>) | undefined;
}

/** What is compared with what. Throws UserError if base cannot be had. */
export async function findSides(
  repository: Repository,
  { ref, event, files }: { readonly ref: string; readonly event: EventBase; readonly files: Files },
): Promise<Sides> {
  const changes = await changesIn(repository);
  // A new file that git does not know is head's, but does not make head anything else than its last commit.
  const found = await findBase(repository, { ref, event, dirty: changes.tracked > 0 });
  const head =
    changes.files > 0
      ? await workingTree(repository, files, changes.files)
      : await checkedOut(repository, event);
  return { head, base: found && { ...found, commit: found.sha } };
}

async function workingTree(repository: Repository, files: Files, changed: number): Promise<TreeSide> {
  const label = `working tree (${changed} ${changed === 1 ? 'file' : 'files'} changed)`;
  return { label, commit: await snapshot(repository, files) };
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

interface BaseQuestion {
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
 * it has left the base. Throws UserError if it cannot be had.
 */
export async function findBase(
  repository: Repository,
  { ref, event, dirty }: BaseQuestion,
): Promise<BaseCommit | undefined> {
  if (ref !== 'base') return findRef(repository, ref, event);
  switch (event.kind) {
    case 'pull_request':
      return ofPullRequest(repository, event);
    case 'merge_group':
      await fetchCommit(repository, event.base, 'the base of the merge group');
      return { sha: event.base, label: event.branch, because: 'the merge group is based on it' };
    case 'push':
      return ofPush(repository, event);
    case 'other':
      return ofBranch(repository, event);
    case 'none':
      return ofBranch(repository, { dirty });
  }
}

async function ofPullRequest(
  repository: Repository,
  { branch, base, head }: Extract<EventBase, { kind: 'pull_request' }>,
): Promise<BaseCommit> {
  const [first, second] = await repository.parents(repository.head);
  if (first !== undefined && second === head) {
    await fetchCommit(repository, first, 'the first parent of the merge commit');
    const because = 'it is the first parent of the merge commit that is checked out';
    return { sha: first, label: branch, because };
  }
  await fetchCommit(repository, base, 'the base of the pull request');
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
  const [sha] = await repository.parents(repository.head);
  if (sha === undefined) return undefined;
  await fetchCommit(repository, sha, 'the commit before');
  return { sha, label: 'the commit before', because: 'it is the first parent of what is checked out' };
}

/** Where head has left the default branch; on that branch itself, what has changed since it was last pushed or committed. */
async function ofBranch(
  repository: Repository,
  { defaultBranch: named, dirty = false }: { readonly defaultBranch?: string; readonly dirty?: boolean },
): Promise<BaseCommit | undefined> {
  const { branch, tip, doubt } = await defaultBranch(repository, named);
  const found = doubted(await parting(repository, tip, branch), doubt);
  if (found.sha !== repository.head) return found;
  if (dirty) {
    return { sha: found.sha, label: 'the last commit', because: 'the working tree has changes since' };
  }
  const parent = await commitBefore(repository);
  return parent && doubted(parent, doubt);
}

interface BranchTip {
  readonly branch: string;
  readonly tip: string;
  /** Why it may be an older one than is meant. */
  readonly doubt?: string;
}

/**
 * Where an event names it, the remote is asked where it is now: what is here may be what an earlier job has left in the
 * workspace. At a terminal it is what was fetched last.
 */
async function defaultBranch(repository: Repository, named: string | undefined): Promise<BranchTip> {
  const remote = (await repository.remote()) ?? 'origin';
  const tipHere = async (branch: string): Promise<string | undefined> =>
    (await repository.commit(`refs/remotes/${remote}/${branch}`)) ??
    (await repository.commit(`refs/heads/${branch}`));
  if (named !== undefined) {
    const here = await tipHere(named);
    // However far it has moved on, head is on it. A shallow clone does not tell that of a newer tip.
    if (here === repository.head) return { branch: named, tip: here };
    const fetched = await fetchBranch(repository, named);
    if ('sha' in fetched) return { branch: named, tip: fetched.sha };
    if (here !== undefined) return { branch: named, tip: here, doubt: asKnownHere(named, fetched.why) };
    throw refused(`the default branch ${named} is not in this clone: ${fetched.why}`);
  }
  const symbolic = await repository.ask('symbolic-ref', '--quiet', '--short', `refs/remotes/${remote}/HEAD`);
  const first = symbolic === undefined ? [] : [symbolic.slice(remote.length + 1)];
  for (const branch of [...first, 'main', 'master']) {
    const tip = await tipHere(branch);
    if (tip !== undefined) return { branch, tip };
  }
  throw refused('which branch is the default one is not known here; name a ref in place of base, as in main');
}

/**
 * The commit that a ref names, here or at the remote. In a workflow the remote is asked first where a branch is: what is
 * here may be what an earlier job has left. Throws UserError with what was probably meant if there is none.
 */
async function findRef(repository: Repository, ref: string, event: EventBase): Promise<BaseCommit> {
  const remote = await repository.remote();
  const names = remote === undefined ? [ref] : [ref, `refs/remotes/${remote}/${ref}`];
  const found = (sha: string): BaseCommit => ({ sha, label: ref, because: 'it was asked for' });
  const asks = isOfWorkflow(event) && (await isBranch(repository, ref, names));
  const atRemote = asks ? await fetchBranch(repository, ref) : undefined;
  if (atRemote !== undefined && 'sha' in atRemote) return found(atRemote.sha);
  for (const name of names) {
    const here = await repository.commit(name);
    if (here !== undefined) return doubted(found(here), atRemote && asKnownHere(ref, atRemote.why));
  }
  const fetched = await fetchRef(repository, ref);
  if ('sha' in fetched) return found(fetched.sha);
  const unknown = ` here, and none was fetched: ${fetched.why}${shallowAdvice(repository, fetched.why)}`;
  const meant = didYouMean(ref, await knownRefs(repository, remote));
  throw refused(`there is no git ref ${ref}${meant === '' ? unknown : meant}`);
}

/** A branch by its plain name, which no tag has too: git takes the tag then. */
async function isBranch(
  repository: Repository,
  ref: string,
  [, tracked]: readonly string[],
): Promise<boolean> {
  const exists = async (name: string): Promise<boolean> =>
    (await repository.run(['show-ref', '--verify', '--quiet', name])).code === 0;
  if (await exists(`refs/tags/${ref}`)) return false;
  return (await exists(`refs/heads/${ref}`)) || (tracked !== undefined && (await exists(tracked)));
}

/** Names of branches and tags; those of the remote as they are called there. */
async function knownRefs(repository: Repository, remote: string | undefined): Promise<readonly string[]> {
  const list = async (depth: number, ...under: string[]): Promise<readonly string[]> => {
    const listed = await repository.ask('for-each-ref', `--format=%(refname:lstrip=${depth})`, ...under);
    return listed?.split('\n') ?? [];
  };
  const tracked = remote === undefined ? [] : await list(3, `refs/remotes/${remote}`);
  const names = [...(await list(2, 'refs/heads', 'refs/tags')), ...tracked];
  return [...new Set(names)].filter((name) => name !== 'HEAD');
}

/** What the remote does not tell may be old here. */
function asKnownHere(branch: string, why: string): string {
  return `${branch} is taken as it is known here: ${why}`;
}

function doubted(base: BaseCommit, doubt: string | undefined): BaseCommit {
  return doubt === undefined ? base : { ...base, because: `${base.because}; ${doubt}` };
}
