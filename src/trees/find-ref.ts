import { didYouMean } from '../verdict/nearest.js';
import { fetchRef } from './fetch.js';
import { refused, type Repository } from './repository.js';

/** The commit that a ref names, here or at the remote. Throws UserError with what was probably meant if there is none. */
export async function findRef(
  repository: Repository,
  ref: string,
): Promise<{ readonly sha: string; readonly label: string }> {
  const remote = await repository.remote();
  const here =
    (await repository.commit(ref)) ??
    (remote === undefined ? undefined : await repository.commit(`refs/remotes/${remote}/${ref}`));
  if (here !== undefined) return { sha: here, label: ref };
  const fetched = await fetchRef(repository, ref);
  if ('sha' in fetched) return { sha: fetched.sha, label: ref };
  const meant = didYouMean(ref, await knownRefs(repository, remote));
  const why = meant === '' ? ` here, and none was fetched: ${fetched.why}` : meant;
  throw refused(`there is no git ref ${ref}${why}`);
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
