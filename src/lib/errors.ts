/**
 * One thing that the user can mend: what is wrong, where, and what to do next.
 * `where` is a path in the config (`scenarios.checkout.flows`), an input (`input thresholds`) or a file;
 * line and column count from 1.
 */
export interface Problem {
  readonly message: string;
  readonly where?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Where in a text something is: the line counts from 0, the column from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** `file:line:column: where: message`, leaving out what is not known. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  return [place, problem.where, problem.message]
    .filter((part) => part !== undefined && part !== '')
    .join(': ');
}

/**
 * The user's fault, not ours: reported without a stack, exit status 2.
 * Carries every problem that was found, so that one run shows them all.
 */
export class UserError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const all: readonly Problem[] = 'message' in problems ? [problems] : problems;
    super(all.map(formatProblem).join('\n'));
    this.name = 'UserError';
    this.problems = all;
  }
}

/** Reached only if a union grew a member that a switch does not know: a defect of ours. */
export function assertNever(value: never): never {
  throw new Error(`a defect in flowgate: unexpected value ${JSON.stringify(value)}`);
}

/** The message of anything that was thrown, which need not be an Error, nor one of this realm. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
    return isError && typeof thrown.message === 'string' ? thrown.message : String(thrown);
  } catch {
    // An object without a prototype, or one whose toString throws.
    return 'what was thrown has no text';
  }
}

/** Node's code of a system error (`ENOENT`), if what was thrown is one. */
export function codeOf(thrown: unknown): string | undefined {
  const hasCode = typeof thrown === 'object' && thrown !== null && 'code' in thrown;
  return hasCode && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** What interrupts a run that flowgate itself can not go on with. */
export const UNEXPECTED_FAILURE = 'an unexpected failure';
