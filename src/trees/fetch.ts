import { refused, type Repository } from './repository.js';
import { lastOf, short } from './said.js';

/** ms that one fetch may take. */
const FETCH_TIMEOUT = 5 * 60_000;

/** By how many commits a shallow history is deepened, one try after another, until a merge base is found. */
const DEEPEN = [50, 150, 500, 1500] as const;

const CHECKOUT = 'give actions/checkout fetch-depth: 0';

/** Fetches a commit that is not here: that one alone if the clone is shallow. Throws UserError if it can not be had. */
export async function fetchCommit(repository: Repository, sha: string, what: string): Promise<void> {
  if (await repository.has(sha)) return;
  const missing = `${what} (${short(sha)}) is not in this clone`;
  const remote = await repository.remote();
  if (remote === undefined) throw refused(`${missing}, and there is no remote to fetch it from`);
  const end = await repository.run(fetching(repository, remote, [sha]), { timeout: FETCH_TIMEOUT });
  if (end.code === 0 && (await repository.has(sha))) return;
  throw refused(`${missing}, and could not be fetched from ${remote}: ${remedyFor(end.stderr)}`);
}

/** Names that are no expression (`HEAD~2`, `v1^{}`) and no refspec that would write a ref here (`a:b`). */
const NAME = /^[^\s~^:?*[\\+]+$/;

/** Fetches a ref by its name; the commit, or why not. */
export async function fetchRef(
  repository: Repository,
  ref: string,
): Promise<{ readonly sha: string } | { readonly why: string }> {
  if (!NAME.test(ref)) return { why: `${ref} is no name that a remote could know` };
  const remote = await repository.remote();
  if (remote === undefined) return { why: 'there is no remote to fetch it from' };
  const end = await repository.run(fetching(repository, remote, [ref]), { timeout: FETCH_TIMEOUT });
  const sha = end.code === 0 ? await repository.commit('FETCH_HEAD') : undefined;
  return sha === undefined ? { why: remedyFor(end.stderr) } : { sha };
}

/**
 * Where two commits have parted. In a shallow clone the history is deepened, in bounded steps, until it is known.
 * Throws UserError if it can not be found.
 */
export async function mergeBase(repository: Repository, head: string, tip: string): Promise<string> {
  const find = (): Promise<string | undefined> => repository.ask('merge-base', head, tip);
  const known = await find();
  if (known !== undefined) return known;
  const unknown = `where ${short(head)} and ${short(tip)} have parted is not known`;
  if (!repository.shallow) throw refused(`${unknown}: they share no history; name a ref to compare with`);
  const remote = await repository.remote();
  if (remote === undefined) throw refused(`${unknown} in this shallow clone, and there is no remote`);
  for (const depth of DEEPEN) {
    // head may be known to this clone only.
    const both = await deepen(repository, remote, { depth, commits: [head, tip] });
    const end = both.code === 0 ? both : await deepen(repository, remote, { depth, commits: [tip] });
    if (end.code !== 0) {
      throw refused(`${unknown} in this shallow clone, and ${remote} gave no more: ${remedyFor(end.stderr)}`);
    }
    const found = await find();
    if (found !== undefined) return found;
  }
  const looked = DEEPEN.reduce((sum, each) => sum + each, 0);
  throw refused(`${unknown} after ${looked} commits; ${CHECKOUT}`);
}

function deepen(
  repository: Repository,
  remote: string,
  { depth, commits }: { depth: number; commits: readonly string[] },
) {
  const args = ['fetch', '--quiet', '--no-tags', `--deepen=${depth}`, remote, ...commits];
  return repository.run(args, { timeout: FETCH_TIMEOUT });
}

/** With --depth a clone that has all of its history would lose what it knows of it. */
function fetching({ shallow }: Repository, remote: string, refs: readonly string[]): readonly string[] {
  return ['fetch', '--quiet', '--no-tags', ...(shallow ? ['--depth=1'] : []), remote, ...refs];
}

function remedyFor(stderr: string): string {
  const denied = /could not read Username|Authentication failed|Permission denied|terminal prompts disabled/i;
  if (denied.test(stderr)) {
    return `git has no permission to read there (persist-credentials: false?); ${CHECKOUT}, which fetches all of it`;
  }
  if (/Could not resolve host|unable to access|Could not read from remote/i.test(stderr)) {
    return `the remote can not be reached (${lastOf(stderr)}); ${CHECKOUT}`;
  }
  return lastOf(stderr);
}
