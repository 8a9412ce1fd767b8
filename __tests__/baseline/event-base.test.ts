import { expect, test } from '@jest/globals';
import { baseOfEvent } from '../../src/baseline/event-base.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const repository = { default_branch: 'main' };

test.each([
  [
    'pull_request',
    { pull_request: { base: { sha: A, ref: 'main' }, head: { sha: B } }, repository },
    { kind: 'pull_request', branch: 'main', base: A, head: B },
  ],
  [
    'merge_group',
    { merge_group: { base_sha: A, base_ref: 'refs/heads/main', head_sha: B } },
    { kind: 'merge_group', branch: 'main', base: A },
  ],
  [
    'push',
    { ref: 'refs/heads/main', before: A, after: B, repository },
    { kind: 'push', branch: 'main', before: A, defaultBranch: 'main' },
  ],
  [
    'push',
    { ref: 'refs/heads/new', before: '0'.repeat(40), repository },
    { kind: 'push', branch: 'new', defaultBranch: 'main' },
  ],
  ['push', { ref: 'refs/tags/v1', before: A, repository }, { kind: 'none', defaultBranch: 'main' }],
  ['schedule', { repository }, { kind: 'none', defaultBranch: 'main' }],
  ['', undefined, { kind: 'none' }],
  // What is no commit is never handed to git.
  [
    'pull_request',
    { pull_request: { base: { sha: '--upload-pack=x', ref: 'main' }, head: { sha: B } } },
    { kind: 'none' },
  ],
  ['push', { ref: 'refs/heads/main', before: '--output=x' }, { kind: 'push', branch: 'main' }],
  ['merge_group', { merge_group: 3 }, { kind: 'none' }],
])('%s %j', (name, payload, expected) => {
  expect(baseOfEvent({ name, payload })).toEqual(expected);
});
