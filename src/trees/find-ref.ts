import { didYouMean } from '../verdict/nearest.js';
import { CHECKOUT, fetchBranch, fetchRef } from './fetch.js';
import { refused, type Repository } from './repository.js';

export interface FoundRef {
  readonly sha: string;
  /** How people call it. */
  readonly label: string;
  /** Why it may be an older one than is meant. */
  readonly doubt?: string;
}

/**
 * The commit that a ref names, here or at the remote. In a workflow the remote is asked first where a branch is: what is
 * here may be what an earlier job has left. Throws UserError with what was probably meant if there is none.
 */
export async function findRef(
  repository: Repository,
  ref: string,
  { inWorkflow }: { readonly inWorkflow: boolean },
): Promise<FoundRef> {
  const remote = await repository.remote();
  const tracked = remote === undefined ? undefined : `refs/remotes/${remote}/${ref}`;
  const asks = inWorkflow && (await isBranch(repository, ref, tracked));
  const asked = asks ? await fetchBranch(repository, ref) : undefined;
  if (asked !== undefined && 'sha' in asked) return { sha: asked.sha, label: ref };
  const here =
    (await repository.commit(ref)) ?? (tracked === undefined ? undefined : await repository.commit(tracked));
  if (here !== undefined) {
    return { sha: here, label: ref, doubt: asked && asKnownHere(ref, asked.why) };
  }
  const fetched = await fetchRef(repository, ref);
  if ('sha' in fetched) return { sha: fetched.sha, label: ref };
  const meant = didYouMean(ref, await knownRefs(repository, remote));
  throw refused(`there is no git ref ${ref}${meant === '' ? notHere(repository, fetched.why) : meant}`);
}

/** What the remote does not tell may be old here. */
export function asKnownHere(branch: string, why: string): string {
  return `${branch} is taken as it is known here: ${why}`;
}

/** A branch by its plain name, which no tag has too: git takes the tag then. */
async function isBranch(repository: Repository, ref: string, tracked: string | undefined): Promise<boolean> {
  const exists = async (name: string): Promise<boolean> =>
    (await repository.run(['show-ref', '--verify', '--quiet', name])).code === 0;
  if (await exists(`refs/tags/${ref}`)) return false;
  return (await exists(`refs/heads/${ref}`)) || (tracked !== undefined && (await exists(tracked)));
}

/** Expressions and shortened commits are for who has the history. */
function notHere({ shallow }: Repository, why: string): string {
  const advice = shallow && !why.includes(CHECKOUT) ? `; the clone is shallow, ${CHECKOUT}` : '';
  return ` here, and none was fetched: ${why}${advice}`;
}

/** Names of branches and tags; those of the remote as they are called there. */
async function knownRefs(repository: Repository, remote: string | undefined): Promise<readonly string[]> {
  const listed = await repository.ask(
    'for-each-ref',
    '--format=%(refname:lstrip=2)',
    'refs/heads',
    'refs/tags',
  );
  const tracked =
    remote === undefined
      ? undefined
      : await repository.ask('for-each-ref', '--format=%(refname:lstrip=3)', `refs/remotes/${remote}`);
  const names = [...(listed?.split('\n') ?? []), ...(tracked?.split('\n') ?? [])];
  return [...new Set(names)].filter((name) => name !== 'HEAD');
}
