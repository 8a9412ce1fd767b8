import { resolve } from 'node:path';
import { UserError } from '../errors.js';
import type { Git, GitEnd, GitOptions } from '../ports/git.js';
import { lastOf } from './said.js';

/** What `git worktree` and `--porcelain` are taken for granted from. */
const OLDEST = [2, 20] as const;

export interface RepositoryOptions {
  /** Absolute: where the scenarios run; the top of the working tree, or a folder in it. */
  readonly workspace: string;
  /** Nothing is waited for any more once it is aborted. */
  readonly interrupt: AbortSignal;
}

/** The repository that the workspace is in. Its questions are answered by git; nothing of git's is parsed elsewhere. */
export class Repository {
  /** Absolute: the top folder of the working tree. */
  readonly top: string;
  /** The workspace from the top: empty, or `packages/shop`. */
  readonly prefix: string;
  /** The commit that is checked out. */
  readonly head: string;
  /** Not all of its history is here. */
  readonly shallow: boolean;

  private constructor(
    private readonly program: Git,
    private readonly interrupt: AbortSignal,
    facts: Pick<Repository, 'top' | 'prefix' | 'head' | 'shallow'>,
  ) {
    this.top = facts.top;
    this.prefix = facts.prefix;
    this.head = facts.head;
    this.shallow = facts.shallow;
  }

  /** Throws UserError where there is nothing that could be compared, and says what to do. */
  static async open(program: Git, { workspace, interrupt }: RepositoryOptions): Promise<Repository> {
    const ask = (args: readonly string[]): Promise<GitEnd> =>
      program.run(workspace, args, { signal: interrupt });
    checkVersion(await ask(['--version']));
    const flags = ['--is-bare-repository', '--is-inside-work-tree', '--is-shallow-repository'];
    const about = await ask(['rev-parse', ...flags, '--show-cdup', '--show-prefix']);
    if (about.code !== 0) throw refused(noRepository(about, workspace));
    const [bare, inside, shallow, up = '', prefix = ''] = about.stdout.split('\n');
    if (bare === 'true')
      throw refused(`${workspace} is a bare repository: it has no working tree to compare`);
    if (inside !== 'true') throw refused(`${workspace} is not in a working tree of git; run it in one`);
    const head = await ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
    if (head.code !== 0) throw refused(`${workspace} has no commit yet; commit something first`);
    const top = resolve(workspace, up === '' ? '.' : up);
    return new Repository(program, interrupt, {
      top,
      prefix: prefix.replace(/\/$/, ''),
      head: head.stdout.trim(),
      shallow: shallow === 'true',
    });
  }

  run(args: readonly string[], options: GitOptions & { readonly folder?: string } = {}): Promise<GitEnd> {
    const { folder = this.top, ...rest } = options;
    return this.program.run(folder, args, { signal: this.interrupt, ...rest });
  }

  /** After an interrupt too: what is left behind is removed. Whether git has done all of it. */
  async tidy(args: readonly string[]): Promise<boolean> {
    return (await this.program.run(this.top, args)).code === 0;
  }

  /** What git prints, without the line's end; undefined if it says no or nothing. */
  async ask(...args: readonly string[]): Promise<string | undefined> {
    const { code, stdout } = await this.run(args);
    const answer = stdout.trim();
    return code === 0 && answer !== '' ? answer : undefined;
  }

  /** What has to work: throws UserError with what was to be done and git's last words if it does not. */
  async must(what: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
    const end = await this.run(args, options);
    if (end.code === 0) return end.stdout;
    throw refused(`${what} failed: ${lastOf(end.stderr)}`);
  }

  /** The commit that a name stands for, if it is here. */
  commit(name: string): Promise<string | undefined> {
    return this.ask('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  }

  async has(sha: string): Promise<boolean> {
    return (await this.run(['cat-file', '-e', `${sha}^{commit}`])).code === 0;
  }

  /** Paths of all files in a commit, from the top. */
  async filesOf(sha: string): Promise<ReadonlySet<string>> {
    const listed = await this.must('git ls-tree', ['ls-tree', '-r', '-z', '--name-only', '--full-tree', sha]);
    return new Set(listed.split('\0').filter((path) => path !== ''));
  }

  /** As the commit itself names them: in a shallow clone they need not be here. */
  async parents(sha: string): Promise<readonly string[]> {
    const { stdout } = await this.run(['cat-file', 'commit', sha]);
    const [header = ''] = stdout.split('\n\n');
    return [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent ?? '');
  }

  /** `origin`, or else the first; undefined if there is none. */
  async remote(): Promise<string | undefined> {
    const names = (await this.ask('remote'))?.split('\n') ?? [];
    return names.includes('origin') ? 'origin' : names[0];
  }
}

/** What keeps trees from being compared, in the words of a problem. */
export function refused(message: string): UserError {
  return new UserError({ where: 'compare', message });
}

function checkVersion({ code, stdout, missing, stderr }: GitEnd): void {
  if (missing) throw refused('needs git, and there is no program git on the PATH; install it');
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (code !== 0 || major === undefined || minor === undefined) {
    throw refused(`git --version failed: ${lastOf(stderr)}`);
  }
  const [oldestMajor, oldestMinor] = OLDEST;
  const version = [Number(major), Number(minor)] as const;
  const fits = version[0] > oldestMajor || (version[0] === oldestMajor && version[1] >= oldestMinor);
  if (!fits) throw refused(`git ${major}.${minor} is too old; it takes ${OLDEST.join('.')} or later`);
}

function noRepository({ stderr }: GitEnd, workspace: string): string {
  if (/dubious ownership/.test(stderr)) {
    const remedy = `git config --global --add safe.directory ${workspace}`;
    return `git refuses to work in ${workspace}, which belongs to somebody else; run: ${remedy}`;
  }
  if (!/not a git repository/.test(stderr)) return `git refuses to work in ${workspace}: ${lastOf(stderr)}`;
  return `compare needs a git repository, and ${workspace} is in none; check one out there, as actions/checkout does`;
}
