import { execFileSync } from 'node:child_process';
import type { Results } from '../model/results.js';

/** The commit and branch that a folder is at; empty outside git. */
export function readGit(cwd: string): Results['git'] {
  const ask = (...args: string[]): string | undefined => {
    try {
      const answer = execFileSync('git', args, {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
      return answer === '' ? undefined : answer;
    } catch {
      // No git, no repository, or no commit yet: there is nothing to say then.
      return undefined;
    }
  };
  const sha = ask('rev-parse', 'HEAD');
  const ref = ask('symbolic-ref', '--short', 'HEAD');
  return { sha, ref };
}
