import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';

/** A real git repository in a temporary folder. */
export interface TestRepository {
  /** Absolute, without links in it. */
  readonly folder: string;
  /** What git prints, without the line's end. */
  git(...args: string[]): string;
  write(files: Readonly<Record<string, string>>): void;
  /** Writes the files and commits all there is; the commit. */
  commit(message: string, files?: Readonly<Record<string, string>>): string;
  /** Another clone; of its last commits only if a depth is given. */
  clone(depth?: number): TestRepository;
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Git as on a fresh machine, whatever this one's user has configured. */
export const GIT_ENV = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
} as const;

/** By one shell: to fork it from a test takes longer than what git does. */
const COMMIT = 'git add --all && git commit --quiet --allow-empty -m "$1" && git rev-parse HEAD';

export function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flowgate-git-')));
  folders.push(folder);
  return folder;
}

export function repositoryAt(folder: string): TestRepository {
  const run = (program: string, args: readonly string[]): string =>
    execFileSync(program, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...GIT_ENV },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const git = (...args: string[]): string => run('git', args);
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  };
  return {
    folder,
    git,
    write,
    commit: (message, files = {}) => {
      write(files);
      return run('sh', ['-c', COMMIT, 'sh', message]);
    },
    clone: (depth) => {
      const to = join(temporary(), 'clone');
      const shallow = depth === undefined ? [] : [`--depth=${depth}`];
      git('clone', '--quiet', ...shallow, `file://${folder}`, to);
      return repositoryAt(to);
    },
  };
}

/** An empty one whose branch is main. */
export function makeRepository(): TestRepository {
  const repository = repositoryAt(temporary());
  repository.git('init', '--quiet', '-b', 'main');
  return repository;
}
