import { expect, test } from '@jest/globals';
import { baseOfEvent } from '../../../src/compare/trees/event-base.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const repository = { default_branch: 'main' };

test.each([
  [
    'pull_request',
    { pull_request: { base: { sha: A, ref: 'main' }, head: { sha: B } }, repository },
    { kind: 'pull_request', branch: 'main', base: A, head: B },
  ],
  ...['pull_request_target', 'pull_request_review'].map(
    (name) =>
      [
        name,
        { pull_request: { base: { sha: A, ref: 'main' }, head: { sha: B } }, repository },
        { kind: 'pull_request', branch: 'main', base: A, head: B },
      ] as const,
  ),
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
  ['push', { ref: 'refs/tags/v1', before: A, repository }, { kind: 'other', defaultBranch: 'main' }],
  ['workflow_dispatch', { ref: 'refs/heads/new', repository }, { kind: 'other', defaultBranch: 'main' }],
  ['workflow_dispatch', undefined, { kind: 'other' }],
  ['', undefined, { kind: 'none' }],
  // What is no commit is never handed to git.
  [
    'pull_request',
    { pull_request: { base: { sha: '--upload-pack=x', ref: 'main' }, head: { sha: B } } },
    { kind: 'other' },
  ],
  ['push', { ref: 'refs/heads/main', before: '--output=x' }, { kind: 'push', branch: 'main' }],
  ['merge_group', { merge_group: 3 }, { kind: 'other' }],
])('%s %j', (name, payload, expected) => {
  expect(baseOfEvent({ name, ref: 'refs/heads/new', payload })).toEqual(expected);
});

// GitHub gives a schedule no repository.
test.each([
  ['refs/heads/develop', { kind: 'other', defaultBranch: 'develop' }],
  [undefined, { kind: 'other' }],
])('a schedule on %s runs on the default branch', (ref, expected) => {
  expect(baseOfEvent({ name: 'schedule', ref, payload: { schedule: '0 0 * * *' } })).toEqual(expected);
});
