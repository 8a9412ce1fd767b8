import type { ComparedCommits } from '../../model/comparison.js';
import { lastLine, refused, type Repository, short } from './repository.js';

/** ms that one fetch may take. */
const FETCH_TIMEOUT = 5 * 60_000;

const CHECKOUT = 'give actions/checkout fetch-depth: 0';

/** Why a commit cannot be had. */
export interface Missing {
  /** Follows the name of what is missing. */
  readonly why: string;
  /** The remote was reached, and does not give such a commit. */
  readonly gone: boolean;
}

/** Fetches a commit that is not here: that one alone if the clone is shallow. Undefined if it is here then. */
export async function fetchIfMissing(repository: Repository, sha: string): Promise<Missing | undefined> {
  if ((await repository.commit(sha)) !== undefined) return undefined;
  const missing = `(${short(sha)}) is not in this clone`;
  const remote = await repository.remote();
  if (remote === undefined) {
    return { why: `${missing}, and there is no remote to fetch it from`, gone: false };
  }
  const end = await fetchFrom(repository, remote, sha);
  if (end.code === 0 && (await repository.commit(sha)) !== undefined) return undefined;
  const why = `${missing}, and could not be fetched from ${remote}: ${remedyFor(end.stderr)}`;
  return { why, gone: GONE.test(end.stderr) };
}

/** What git's servers, and git itself in older protocols, say where they do not give a commit. */
const GONE =
  /not our ref|unadvertised object|no such remote ref|couldn't find remote ref|want [0-9a-f]+ not valid/i;

/** As `fetchIfMissing`; throws UserError if the commit cannot be had. */
export async function fetchCommit(repository: Repository, sha: string, what: string): Promise<void> {
  const missing = await fetchIfMissing(repository, sha);
  if (missing !== undefined) throw refused(`${what} ${missing.why}`);
}

/** The commit, or why it was not fetched. */
export type Fetched = { readonly sha: string } | { readonly why: string };

/** Names that are no expression (`HEAD~2`, `v1^{}`) and no refspec that would write a ref here (`a:b`). */
const NAME = /^[^\s~^:?*[\\+]+$/;

/** Fetches a ref by its name. */
export async function fetchRef(repository: Repository, ref: string): Promise<Fetched> {
  if (!NAME.test(ref)) return { why: `${ref} is no name that a remote could know` };
  const remote = await repository.remote();
  if (remote === undefined) return { why: 'there is no remote to fetch it from' };
  const end = await fetchFrom(repository, remote, ref);
  const sha = end.code === 0 ? await repository.commit('FETCH_HEAD') : undefined;
  return sha === undefined ? { why: remedyFor(end.stderr) } : { sha };
}

/**
 * Where the remote's branch is now. The remote is asked for its tip before anything is fetched: to fetch one commit alone
 * would cut off the history of a commit that is here.
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
  return sha !== undefined && (await repository.commit(sha)) !== undefined
    ? { sha }
    : fetchRef(repository, ref);
}

/** What `git ls-remote --exit-code` ends with if nothing is called so. */
const NO_SUCH_REF = 2;

/** One commit where the clone is shallow; with --depth a whole clone would lose what it has. */
function fetchFrom(repository: Repository, remote: string, ref: string) {
  const depth = repository.shallow ? ['--depth=1'] : [];
  return repository.run(['fetch', '--quiet', '--no-tags', ...depth, remote, ref], { timeout: FETCH_TIMEOUT });
}

function remedyFor(stderr: string): string {
  const denied = /could not read Username|Authentication failed|Permission denied|terminal prompts disabled/i;
  if (denied.test(stderr)) {
    return `git has no permission to read there (persist-credentials: false?); ${CHECKOUT}, which fetches all of it`;
  }
  if (/Could not resolve host|unable to access|Could not read from remote/i.test(stderr)) {
    return `the remote can not be reached (${lastLine(stderr)}); ${CHECKOUT}`;
  }
  return lastLine(stderr);
}

/** For what takes more history than a shallow clone has; empty in a whole clone, or where `why` has said it. */
export function shallowAdvice({ shallow }: Repository, why: string): string {
  return shallow && !why.includes(CHECKOUT) ? `; the clone is shallow, ${CHECKOUT}` : '';
}

/**
 * Where two commits have parted. A shallow clone may hold an older common ancestor and not the last one: there only an
 * answer that is one of the two is taken. Throws UserError if it is not known.
 */
export async function mergeBase(repository: Repository, head: string, tip: string): Promise<string> {
  const { shallow } = repository;
  const found = await repository.ask('merge-base', head, tip);
  if (found !== undefined && (!shallow || found === head || found === tip)) return found;
  const unknown = `where ${short(head)} and ${short(tip)} have parted is not known`;
  if (shallow) throw refused(`${unknown} in this shallow clone; ${CHECKOUT}`);
  throw refused(`${unknown}: they share no history; name a ref to compare with`);
}

/** Commits that are listed. */
const MOST = 50;
/** Characters of a subject or a name. */
const LONGEST = 200;

/**
 * The commits that head has and base has not, newest first; unknown in a shallow clone, which may lack some of them and
 * list others that base has too. Subjects are as their authors wrote them: they are escaped where they are shown.
 */
export async function commitsBetween(
  repository: Repository,
  base: string,
  head: string,
): Promise<ComparedCommits | undefined> {
  if (repository.shallow && base !== head) {
    return { total: 0, list: [], unknown: 'the clone is shallow (fetch-depth: 0 shows them)' };
  }
  const range = `${base}..${head}`;
  const total = Number(await repository.ask('rev-list', '--count', range));
  if (!Number.isSafeInteger(total)) return undefined;
  const args = ['log', '-z', `--max-count=${MOST}`, '--format=%H%x00%s%x00%an', range, '--'];
  const { stdout } = await repository.run(args);
  const fields = stdout === '' ? [] : stdout.replace(/\0$/, '').split('\0');
  const list = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [sha = '', subject = '', author = ''] = fields.slice(at, at + 3);
    list.push({ sha, subject: subject.slice(0, LONGEST), author: author.slice(0, LONGEST) });
  }
  return { total, list };
}
