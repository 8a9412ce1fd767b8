import { refused, type Repository } from './repository.js';
import { lastOf, short } from './said.js';
import { isCut } from './shallow.js';

/** ms that one fetch may take. */
const FETCH_TIMEOUT = 5 * 60_000;

/** By how many commits a shallow history is deepened, one try after another, until a merge base is found. */
const DEEPEN = [50, 150, 500, 1500] as const;

/** What mends most of it. */
export const CHECKOUT = 'give actions/checkout fetch-depth: 0';

/** Why a commit can not be had. */
export interface Missing {
  /** Follows the name of what is missing. */
  readonly why: string;
  /** The remote was reached, and has no such commit, or none that it gives. */
  readonly gone: boolean;
}

/** Fetches a commit that is not here: that one alone if the clone is shallow. Undefined if it is here then. */
export async function fetchIfMissing(repository: Repository, sha: string): Promise<Missing | undefined> {
  if (await repository.has(sha)) return undefined;
  const missing = `(${short(sha)}) is not in this clone`;
  const remote = await repository.remote();
  if (remote === undefined) {
    return { why: `${missing}, and there is no remote to fetch it from`, gone: false };
  }
  const end = await repository.run(fetching(repository, remote, [sha]), { timeout: FETCH_TIMEOUT });
  if (end.code === 0 && (await repository.has(sha))) return undefined;
  const why = `${missing}, and could not be fetched from ${remote}: ${remedyFor(end.stderr)}`;
  return { why, gone: GONE.test(end.stderr) };
}

/** What git's servers, and git itself in older protocols, say to a commit that is not to be had. */
const GONE =
  /not our ref|unadvertised object|no such remote ref|couldn't find remote ref|want [0-9a-f]+ not valid/i;

/** As `fetchIfMissing`; throws UserError if the commit can not be had. */
export async function fetchCommit(repository: Repository, sha: string, what: string): Promise<void> {
  const missing = await fetchIfMissing(repository, sha);
  if (missing !== undefined) throw refused(`${what} ${missing.why}`);
}

/** Names that are no expression (`HEAD~2`, `v1^{}`) and no refspec that would write a ref here (`a:b`). */
const NAME = /^[^\s~^:?*[\\+]+$/;

/** The commit, or why it was not fetched. */
export type Fetched = { readonly sha: string } | { readonly why: string };

/** Fetches a ref by its name. */
export async function fetchRef(repository: Repository, ref: string): Promise<Fetched> {
  if (!NAME.test(ref)) return { why: `${ref} is no name that a remote could know` };
  const remote = await repository.remote();
  if (remote === undefined) return { why: 'there is no remote to fetch it from' };
  const end = await repository.run(fetching(repository, remote, [ref]), { timeout: FETCH_TIMEOUT });
  const sha = end.code === 0 ? await repository.commit('FETCH_HEAD') : undefined;
  return sha === undefined ? { why: remedyFor(end.stderr) } : { sha };
}

/**
 * Where the remote's branch is now. It is asked before anything is fetched: fetching one commit alone would cut off the
 * history of a commit that is here.
 */
export async function fetchBranch(repository: Repository, branch: string): Promise<Fetched> {
  if (!NAME.test(branch)) return { why: `${branch} is no name that a remote could know` };
  const remote = await repository.remote();
  if (remote === undefined) return { why: 'there is no remote to fetch it from' };
  const ref = `refs/heads/${branch}`;
  const { code, stdout, stderr } = await repository.run(['ls-remote', '--exit-code', remote, ref]);
  if (code === NO_SUCH_REF) return { why: `${remote} has no branch ${branch}` };
  if (code !== 0) return { why: remedyFor(stderr) };
  const tip = stdout.split('\n').find((line) => line.endsWith(`\t${ref}`));
  const sha = tip?.split('\t')[0];
  return sha !== undefined && (await repository.has(sha)) ? { sha } : fetchRef(repository, ref);
}

/** What `git ls-remote --exit-code` ends with if nothing is called so. */
const NO_SUCH_REF = 2;

/**
 * Where two commits have parted. In a shallow clone the history is deepened, in bounded steps, until it is known.
 * Throws UserError if it can not be found.
 */
export async function mergeBase(repository: Repository, head: string, tip: string): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const found = await repository.ask('merge-base', head, tip);
    return found !== undefined && (await isLast(repository, found, { head, tip })) ? found : undefined;
  };
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

/**
 * No later ancestor of both lies behind a cut. A branch that was merged lately leads to an old ancestor of both within
 * a few commits, while the way to the last one is cut off.
 */
async function isLast(
  repository: Repository,
  found: string,
  { head, tip }: { head: string; tip: string },
): Promise<boolean> {
  if (!repository.shallow || found === head || found === tip) return true;
  return !(await isCut(repository, head, tip, `^${found}`));
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
