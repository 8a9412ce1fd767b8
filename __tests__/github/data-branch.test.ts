import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openGitHub } from '../../src/github/open.js';
import { type GitHub, GitHubError } from '../../src/system/github.js';
import { type GitHubServer, startGitHubServer } from '../e2e/github-server.js';

const BRANCH = 'flowgate-data';
const FILE = 'data/history.jsonl';

let server: GitHubServer;
let github: GitHub;

beforeEach(async () => {
  server = await startGitHubServer();
  const silent = (): void => undefined;
  github = openGitHub({
    token: 'ghs_0123456789abcdefghij',
    apiUrl: server.url,
    repository: 'octo/repo',
    logger: { info: silent, debug: silent },
    second: 1,
  });
});

afterEach(async () => {
  await server.close();
});

const commit = (content: string, head?: string) =>
  github.commitFile({ branch: BRANCH, path: FILE, content, message: 'added', head });

describe('a branch of data', () => {
  test('is not there at first, and is made without a parent by the first commit', async () => {
    expect(await github.readBranchFile(BRANCH, FILE)).toBeUndefined();
    expect(await commit('one ü\n')).toBe(true);
    expect(server.git.log(BRANCH)).toMatchObject([{ message: 'added', parents: [] }]);
    const head = server.git.branches.get(BRANCH);
    expect(await github.readBranchFile(BRANCH, FILE)).toEqual({ head, content: 'one ü\n' });
  });

  test('keeps its other files, and its commits follow each other', async () => {
    server.git.push(BRANCH, 'README.md', 'what this is');
    server.git.push(BRANCH, 'data/other.txt', 'kept');
    const tip = await github.readBranchFile(BRANCH, FILE);
    expect(tip).toEqual({ head: server.git.branches.get(BRANCH), content: undefined });
    expect(await commit('one\n', tip?.head)).toBe(true);
    expect(server.git.file(BRANCH, 'README.md')).toBe('what this is');
    expect(server.git.file(BRANCH, 'data/other.txt')).toBe('kept');
    expect(server.git.file(BRANCH, FILE)).toBe('one\n');
    expect(server.git.log(BRANCH)).toHaveLength(3);
  });

  test('is left as it is when it has moved on, or has been made, meanwhile', async () => {
    server.git.meanwhile = () => {
      server.git.push(BRANCH, FILE, 'theirs\n');
    };
    expect(await commit('ours\n')).toBe(false);
    const { head } = (await github.readBranchFile(BRANCH, FILE)) ?? {};
    server.git.push(BRANCH, FILE, 'theirs again\n');
    expect(await commit('ours\n', head)).toBe(false);
    expect(server.git.file(BRANCH, FILE)).toBe('theirs again\n');
  });

  test('whose writing is refused for another reason throws it', async () => {
    const rules = { status: 422, message: 'Repository rule violations found' };
    server.inject({ on: /POST .*\/git\/refs$/, ...rules });
    await expect(commit('one\n')).rejects.toThrow(rules.message);
    server.inject({
      on: /POST .*\/git\/trees/,
      status: 403,
      message: 'Resource not accessible by integration',
    });
    await expect(commit('one\n')).rejects.toBeInstanceOf(GitHubError);
    server.inject({ on: /GET .*\/git\/ref/, status: 403, message: 'Resource not accessible by integration' });
    await expect(github.readBranchFile(BRANCH, FILE)).rejects.toMatchObject({ status: 403 });
  });

  test('a file of two megabytes comes back as it was', async () => {
    const content = 'ä'.repeat(1_000_000);
    await commit(content);
    expect((await github.readBranchFile(BRANCH, FILE))?.content).toBe(content);
  });
});
