import { block, type Block, code, own, words } from '../model/document.js';
import type { AcceptanceResult } from '../model/accept.js';
import type { ScenarioResults } from '../model/results.js';

/** A line for each entry of `accept`: what it has accepted and why, or why it has no effect. */
export function acceptNotes({ acceptances = [] }: ScenarioResults): readonly (Block | undefined)[] {
  return acceptances.map(({ metric, reason, outcome, note = 'no reason was given' }) =>
    block.text(
      outcome === 'accepted'
        ? [own('Accepted by this change: '), code(metric, 200), own(': '), words(reason, 400)]
        : [own('accept of '), code(metric, 200), own(` ${EFFECTS[outcome]}: `), words(note, 400)],
    ),
  );
}

const EFFECTS: Readonly<Record<Exclude<AcceptanceResult['outcome'], 'accepted'>, string>> = {
  unused: 'has no effect',
  stale: 'no longer counts',
  unknown: 'does not count',
};
