import { execFileSync } from 'node:child_process';
import type { Results } from '../model/results.js';
import type { ComparingProgress, Progress, ProgressView } from '../system/ports.js';
import type { Screen } from './outputs.js';

const DEFAULT_WIDTH = 100;

/** Standard output and standard error of this process; NO_COLOR and FORCE_COLOR are respected (no-color.org). */
export function nodeScreen(): Screen {
  const { stdout, stderr, env } = process;
  // Who reads no further (`| head`) has seen enough; the exit status is still the verdict's.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return {
    write: (text) => {
      stdout.write(text);
    },
    complain: (text) => {
      stderr.write(text);
    },
    live: stderr.isTTY && env.TERM !== 'dumb',
    color: !refused && (stdout.isTTY || wanted),
    width: stdout.isTTY ? stdout.columns : DEFAULT_WIDTH,
  };
}

type Render = (progress: Progress | ComparingProgress) => string;

/** Draws over what it drew before, on standard error, so that a pipe gets the result and nothing else. */
export function liveProgress(screen: Screen, render: Render): ProgressView {
  let drawn = 0;
  const clear = (): void => {
    // Up over the lines of before, then erase everything below (ECMA-48: CUU, ED).
    if (drawn > 0) screen.complain(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  return {
    update: (progress) => {
      clear();
      const text = render(progress);
      screen.complain(`${text}\n`);
      drawn = text.split('\n').length;
    },
    clear,
  };
}

export const noProgress: ProgressView = { update: () => undefined, clear: () => undefined };

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
