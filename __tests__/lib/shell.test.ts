import { expect, test } from '@jest/globals';
import { argvOf } from '../../src/lib/shell.js';

test.each([
  ['bash -eo pipefail', ['bash', '-eo', 'pipefail', '-c', 'CMD']],
  ['bash -e', ['bash', '-e', '-c', 'CMD']],
  ['sh', ['sh', '-c', 'CMD']],
  ['  dash   -e ', ['dash', '-e', '-c', 'CMD']],
  ['python3', ['python3', '-c', 'CMD']],
  ['python3 -c', ['python3', '-c', 'CMD']],
  ['node -e', ['node', '-e', 'CMD']],
  ['/usr/bin/node --no-warnings --eval', ['/usr/bin/node', '--no-warnings', '--eval', 'CMD']],
  ['pwsh -NoProfile -Command', ['pwsh', '-NoProfile', '-Command', 'CMD']],
  ['cmd /c', ['cmd', '/c', 'CMD']],
])('shell: %s', (shell, argv) => {
  expect(argvOf({ shell, command: 'CMD' })).toEqual(argv);
});
