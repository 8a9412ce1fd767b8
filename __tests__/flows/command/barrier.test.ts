import { describe, expect, test } from '@jest/globals';
import { mayWaitInShell } from '../../../src/flows/command/barrier.js';

describe('who waits at the barrier already started', () => {
  test.each([
    'bash',
    'bash -c',
    'bash -eo pipefail',
    '/bin/bash -e',
    'bash --noprofile --norc -eo pipefail',
    'bash -eu -o pipefail -c',
  ])('%s', (shell) => {
    expect(mayWaitInShell({ shell, env: { PATH: '/bin' } })).toBe(true);
  });

  test.each([
    ['sh', 'reads no startup file'],
    ['dash -e', 'reads no startup file'],
    ['python3 -c', 'is no shell'],
    ['bash -x', 'would print the startup file'],
    ['bash -euxo pipefail', 'would print the startup file'],
    ['bash --posix', 'reads no startup file'],
    ['bash -p', 'reads no startup file'],
    ['bash -l', 'reads other files first'],
    ['sudo bash', 'may keep its environment from it'],
  ])('not %s: it %s', (shell) => {
    expect(mayWaitInShell({ shell, env: {} })).toBe(false);
  });

  test.each(['BASH_ENV', 'SHELLOPTS', 'BASHOPTS'])('not a bash whose user has set %s', (name) => {
    expect(mayWaitInShell({ shell: 'bash', env: { [name]: '' } })).toBe(false);
  });
});
