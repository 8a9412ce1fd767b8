import { describe, expect, test } from '@jest/globals';
import { base, history, NONE } from './parted-branches.js';

describe('a ref', () => {
  test('is a branch, a tag, a commit or an expression', async () => {
    const { repository, sha } = history();
    repository.git('tag', 'v1', sha['one'] ?? '');
    const named = async (ref: string) => (await base(repository, NONE, ref))?.sha;
    expect(await named('feature')).toBe(sha['feature']);
    expect(await named('v1')).toBe(sha['one']);
    expect(await named('HEAD~1')).toBe(sha['two']);
    expect(await named((sha['three'] ?? '').slice(0, 10))).toBe(sha['three']);
  });

  test('that only the remote has is fetched, and the clone keeps its history', async () => {
    const { repository, sha } = history();
    const clone = repository.clone();
    repository.git('tag', 'v2', sha['feature'] ?? '');
    repository.git('branch', 'later', sha['one'] ?? '');
    expect((await base(clone, NONE, 'v2'))?.sha).toBe(sha['feature']);
    expect((await base(clone, NONE, 'later'))?.sha).toBe(sha['one']);
    expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('false');
  });

  test.each([
    ['featrue', 'compare: there is no git ref featrue; did you mean feature?'],
    ['main:refs/heads/x', 'is no name that a remote could know'],
    ['HEAD~9', 'is no name that a remote could know'],
  ])('%s is refused', async (ref, message) => {
    const { repository } = history();
    await expect(base(repository.clone(), NONE, ref)).rejects.toThrow(message);
  });
});

test.each(['HEAD~1', 'a1b2c3d'])('the ref %s takes a history, which a shallow clone has not', async (ref) => {
  const { repository } = history();
  const advice = '; the clone is shallow, give actions/checkout fetch-depth: 0';
  await expect(base(repository.clone(1), NONE, ref)).rejects.toThrow(advice);
  await expect(base(repository.clone(), NONE, ref === 'HEAD~1' ? 'HEAD~9' : ref)).rejects.not.toThrow(advice);
});
