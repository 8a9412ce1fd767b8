import { resolve } from 'node:path';
import { UserError } from '../../lib/errors.js';
import { oneLine } from '../../lib/message.js';
import type { Git, GitEnd, GitOptions } from './git.js';

export interface RepositoryOptions {
  /** Absolute: where the scenarios run; the top of the working tree, or a folder in it. */
  readonly workspace: string;
  /** Once it is aborted, running git commands are ended. */
  readonly interrupt: AbortSignal;
}

/** The repository that the workspace is in. git answers all questions; its files are not parsed here. */
export class Repository {
  /** Absolute: the top folder of the working tree. */
  readonly top: string;
  /** The workspace from the top: empty, or `packages/shop`. */
  readonly prefix: string;
  /** The commit that is checked out. */
  readonly head: string;
  /** The clone lacks a part of the history. */
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
    const ask = (...args: string[]): Promise<GitEnd> => program.run(workspace, args, { signal: interrupt });
    const flags = ['--is-inside-work-tree', '--is-shallow-repository', '--show-cdup', '--show-prefix'];
    const about = await ask('rev-parse', ...flags);
    if (about.missing) throw refused('needs git, and there is no program git on the PATH; install it');
    const [inside, shallow, up = '', prefix = ''] = about.stdout.split('\n');
    if (inside === 'false') throw refused(`${workspace} is not in a working tree of git; run it in one`);
    if (about.code !== 0) throw refused(noRepository(about, workspace));
    const head = await ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
    if (head.code !== 0) throw refused(`${workspace} has no commit yet; commit something first`);
    return new Repository(program, interrupt, {
      top: resolve(workspace, up === '' ? '.' : up),
      prefix: prefix.replace(/\/$/, ''),
      head: head.stdout.trim(),
      shallow: shallow === 'true',
    });
  }

  run(args: readonly string[], options: GitOptions = {}): Promise<GitEnd> {
    return this.program.run(this.top, args, { signal: this.interrupt, ...options });
  }

  /** Runs after an interrupt too, so that nothing is left behind. Whether git has done all of it. */
  async tidy(args: readonly string[]): Promise<boolean> {
    return (await this.program.run(this.top, args)).code === 0;
  }

  /** What git prints, without the line's end; undefined if it fails or prints nothing. */
  async ask(...args: readonly string[]): Promise<string | undefined> {
    const { code, stdout } = await this.run(args);
    const answer = stdout.trim();
    return code === 0 && answer !== '' ? answer : undefined;
  }

  /** What has to work: if it does not, throws UserError with what was to be done and git's last line. */
  async must(what: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
    const end = await this.run(args, options);
    if (end.code === 0) return end.stdout;
    throw refused(`${what} failed: ${lastLine(end.stderr)}`);
  }

  /** The commit that a name stands for, if it is here. */
  commit(name: string): Promise<string | undefined> {
    return this.ask('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
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

/** What keeps trees from being compared, as a problem of the user's. */
export function refused(message: string): UserError {
  return new UserError({ where: 'compare', message });
}

/** The last line of git's output that is not empty, for a message. */
export function lastLine(printed: string): string {
  const line = printed
    .split(/[\r\n]+/)
    .map(oneLine)
    .findLast((text) => text !== '');
  return (line ?? 'it said nothing').slice(0, 400);
}

/** A commit as people name it. */
export function short(sha: string): string {
  return sha.slice(0, 7);
}

function noRepository({ stderr }: GitEnd, workspace: string): string {
  if (/dubious ownership/.test(stderr)) {
    const remedy = `git config --global --add safe.directory ${workspace}`;
    return `git refuses to work in ${workspace}, which belongs to somebody else; run: ${remedy}`;
  }
  if (!/not a git repository/.test(stderr)) return `git refuses to work in ${workspace}: ${lastLine(stderr)}`;
  return `compare needs a git repository, and ${workspace} is in none; check one out there, as actions/checkout does`;
}
