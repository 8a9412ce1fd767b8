/** What the demo can be told to do wrong; each is one that only shows, or only hurts, when flows run together. */
export const BUGS = ['race', 'bleed', 'leak', 'orphan', 'cascade', 'stuck'] as const;

export type Bug = (typeof BUGS)[number];

/** What each bug does, for `--help` and the docs. */
export const BUG_MEANINGS: Readonly<Record<Bug, string>> = {
  race: 'the metrics collector reads, waits and writes: updates are lost',
  bleed: 'the byline comes from a shared "current user": articles name another flow',
  leak: 'each flow keeps 1 MiB forever',
  orphan: 'flows 1, 6, 11 … leave a process behind (it ends by itself after 60 s)',
  cascade: 'a flow that is killed breaks the connection that all share: the others on it fail with it',
  stuck: 'a flow that is killed never ends and keeps its session: those that need it next wait for ever',
};

/**
 * The bug that the options ask for, undefined if they ask for none.
 * Throws an Error that lists the known ones if there is no such bug.
 */
export function bugOf(options: Readonly<Record<string, string>>): Bug | undefined {
  const wanted = options['bug'];
  if (wanted === undefined || wanted === '') {
    return undefined;
  }
  const bug = BUGS.find((known) => known === wanted);
  if (bug === undefined) {
    throw new Error(`the demo has no bug "${wanted}"; it knows ${BUGS.join(', ')}`);
  }
  return bug;
}
