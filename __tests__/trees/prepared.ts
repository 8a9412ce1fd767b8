import { test } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import type { Comparing } from '../../src/trees/open.js';
import { makeRepository, type TestRepository } from '../repository.js';

/** Elsewhere processes can not be told from others by what is in their environment. */
export const onLinux = process.platform === 'linux' ? test : test.skip;

export const config = (prepare: string): string => `version: 1
compare: base
prepare: ${prepare}
scenarios:
  s: {run: 'true'}
`;

/** Two commits, of which the file kind tells, and whose trees the command prepares. */
export function repositoryWith(
  prepare: string,
  second: Readonly<Record<string, string>> = {},
): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { '.github/flowgate.yml': config(prepare), kind: 'base' });
  repository.commit('two', { kind: 'head', ...second });
  return repository;
}

export function treesOf({ plan, opponents }: Comparing): { head: string; base: string } {
  const [head] = plan.scenarios;
  if (head === undefined) throw new Error('no scenario');
  const opponent = opponents.of(head);
  if ('absent' in opponent) throw new Error(opponent.absent);
  return { head: head.workingDirectory, base: opponent.plan.workingDirectory };
}

export async function problemOf(opening: Promise<Comparing>): Promise<string> {
  const thrown: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof UserError) return thrown.message;
  throw new Error('it was not refused', { cause: thrown });
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
