import { COMMENT_MODES, type CommentMode } from '../config/inputs.js';
import { type Problem, UserError } from '../lib/errors.js';
import { didYouMean } from '../lib/nearest.js';

export interface PublishInputs {
  /** Names, in which `*` stands for anything. */
  readonly artifacts: readonly string[];
  readonly comment: CommentMode;
  readonly commentKey: string | undefined;
  readonly checkName: string | undefined;
}

/** All inputs of publish/action.yml. */
export const PUBLISH_INPUTS = ['artifact', 'comment', 'comment-key', 'check-name', 'github-token'] as const;

/** What artifactName makes. */
const MADE = 'flowgate-*';

/**
 * Throws UserError with every problem.
 * @param get gives the text of an input, empty if it was left out
 * @param given names of the variables that the runner hands inputs over in
 */
export function readPublishInputs(get: (name: string) => string, given: readonly string[]): PublishInputs {
  const read = (name: (typeof PUBLISH_INPUTS)[number]): string | undefined => {
    const text = get(name).trim();
    return text === '' ? undefined : text;
  };
  const asked = read('comment') ?? 'always';
  const comment = COMMENT_MODES.find((mode) => mode === asked);
  const problems = unknownInputs(given);
  if (comment === undefined) {
    const message = `must be one of ${COMMENT_MODES.join(', ')}, not ${asked}${didYouMean(asked, COMMENT_MODES)}`;
    problems.push({ where: 'input comment', message });
  }
  if (problems.length > 0) throw new UserError(problems);
  return {
    artifacts: (read('artifact') ?? MADE)
      .split(/[,\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    comment: comment ?? 'always',
    commentKey: read('comment-key'),
    checkName: read('check-name'),
  };
}

function unknownInputs(given: readonly string[]): Problem[] {
  return given
    .filter((variable) => variable.startsWith('INPUT_'))
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !PUBLISH_INPUTS.some((known) => known === name))
    .map((name) => ({
      where: `input ${name}`,
      message: `there is no such input${didYouMean(name, PUBLISH_INPUTS, `; inputs are ${PUBLISH_INPUTS.join(', ')}`)}`,
    }));
}

/** Whether the name is one of those, in which `*` stands for anything. Time grows with the lengths alone. */
export function isNamed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [first = '', ...rest] = pattern.split('*');
    const last = rest.pop();
    if (last === undefined) return name === first;
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return name.length - last.length >= at && name.endsWith(last);
  });
}
