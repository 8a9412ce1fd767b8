import { execFileSync } from 'node:child_process';
import { describe } from '@jest/globals';

/** The interpreter that tests of Python flows use: FLOWGATE_TEST_PYTHON, or python3. */
export const PYTHON = process.env['FLOWGATE_TEST_PYTHON'] ?? 'python3';

const lacking = whyMissing();

/** Tests that need Python 3.9 or later; elsewhere they are reported as skipped, with what is missing. */
export const onPython: (name: string, tests: () => void) => void =
  lacking === undefined
    ? describe
    : (name, tests) => {
        describe.skip(`${name} (skipped: ${lacking})`, tests);
      };

function whyMissing(): string | undefined {
  try {
    const version = execFileSync(PYTHON, ['-c', 'import sys; print(sys.version_info >= (3, 9))'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return version.trim() === 'True' ? undefined : `${PYTHON} is older than Python 3.9`;
  } catch {
    return `there is no ${PYTHON}`;
  }
}
