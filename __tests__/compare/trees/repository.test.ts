import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Git, type GitEnd, gitProgram } from '../../../src/compare/trees/git.js';
import { Repository } from '../../../src/compare/trees/repository.js';
import { makeRepository, temporary } from '../../repository.js';

const open = (workspace: string, git: Git = gitProgram): Promise<Repository> =>
  Repository.open(git, { workspace, interrupt: new AbortController().signal });

/** A git that answers so, whatever it is asked. */
function answering(end: Partial<GitEnd>): Git {
  return { run: () => Promise.resolve({ code: 0, stdout: '', stderr: '', ...end }) };
}

test('a repository is known from its top and from a folder in it', async () => {
  const repository = makeRepository();
  const head = repository.commit('one', { 'packages/shop/a': '1' });
  expect(await open(repository.folder)).toMatchObject({ top: repository.folder, prefix: '', head });
  expect(await open(join(repository.folder, 'packages/shop'))).toMatchObject({
    top: repository.folder,
    prefix: 'packages/shop',
    shallow: false,
  });
});

test('what is no repository with a commit is refused, each in its own words', async () => {
  const nowhere = temporary();
  await expect(open(nowhere)).rejects.toThrow(
    `compare: compare needs a git repository, and ${nowhere} is in none; check one out there, as actions/checkout does`,
  );
  const empty = makeRepository();
  await expect(open(empty.folder)).rejects.toThrow('has no commit yet; commit something first');
  await expect(open(join(empty.folder, '.git'))).rejects.toThrow('is not in a working tree of git');
  const bare = join(temporary(), 'bare');
  mkdirSync(bare);
  empty.git('init', '-q', '--bare', bare);
  await expect(open(bare)).rejects.toThrow('is not in a working tree of git; run it in one');
});

test.each<[string, Git]>([
  [
    'compare: needs git, and there is no program git on the PATH; install it',
    answering({ code: undefined, missing: true }),
  ],
  [
    'git refuses to work in /w, which belongs to somebody else; run: git config --global --add safe.directory /w',
    answering({ code: 128, stderr: "fatal: detected dubious ownership in repository at '/w'\n" }),
  ],
])('%s', async (message, git) => {
  await expect(open('/w', git)).rejects.toThrow(message);
});

test('a program git that is not there is known as such', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = temporary();
  try {
    expect(await gitProgram.run(temporary(), ['--version'])).toMatchObject({
      code: undefined,
      missing: true,
    });
  } finally {
    process.env['PATH'] = path;
  }
});

test('which repository is meant is said by the folder, also where a hook of git has started us', async () => {
  const repository = makeRepository();
  const head = repository.commit('one', { a: '1' });
  process.env['GIT_DIR'] = join(temporary(), 'elsewhere');
  try {
    expect(await open(repository.folder)).toMatchObject({ top: repository.folder, head });
  } finally {
    delete process.env['GIT_DIR'];
  }
});
