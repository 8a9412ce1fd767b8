import { plural } from '../../lib/format.js';
import { andMore, type CanaryPlace, type Contamination, type Sighting } from '../../model/checks.js';
import type { Record } from '../../model/record.js';
import type { Check, Finding } from '../check.js';

/** Lines of evidence, one for each sighting. */
const LINES = 9;

export const isolation: Check = {
  id: 'isolation',
  title: () => 'No flow saw the token of another',
  failureTitle: ({ contamination }) =>
    contamination === undefined
      ? 'A flow saw the token of another'
      : `${plural(contamination.contaminated, 'flow')} of ${contamination.searched} saw the token of another`,
  description:
    'Flows are kept apart: no output, response, workspace or returned value of a flow holds the token of another. ' +
    'At least one flow shows its own token, without which nothing could be seen.',
  needs: ['flows', 'tokens'],
  run: ({ contamination }: Record): Finding => {
    if (contamination === undefined) return { outcome: 'inconclusive', evidence: [] };
    return contamination.count === 0 ? apart(contamination) : mixed(contamination);
  },
};

function apart({ searched, own, incomplete }: Contamination): Finding {
  const seen = `${own} of ${plural(searched, 'flow')} showed ${own === 1 ? 'its' : 'their'} own token, none another's`;
  return { outcome: 'pass', evidence: [seen, ...whatWasLeftOut(incomplete)] };
}

function mixed({ count, sightings, incomplete }: Contamination): Finding {
  const shown = sightings.slice(0, LINES);
  const more = count - shown.length;
  return {
    outcome: 'fail',
    evidence: [...shown.map(sentenceOf), ...(more > 0 ? [andMore(more)] : []), ...whatWasLeftOut(incomplete)],
  };
}

function whatWasLeftOut(incomplete: number): string[] {
  return incomplete === 0
    ? []
    : [`of ${plural(incomplete, 'flow')} not everything could be searched: too many files or bytes`];
}

/** `flow 12 (slot 3) saw the token of flow 7 in stdout at byte 1042: "…"`. */
function sentenceOf({ iteration, slot, token, place, where, at, context }: Sighting): string {
  const offset = at === undefined ? '' : ` at byte ${at}`;
  const seen = `flow ${iteration} (slot ${slot}) saw the token of ${ownerOf(token)}`;
  return `${seen} in ${PLACES[place](where ?? '')}${offset}: "${context}"`;
}

function ownerOf(token: string): string {
  const count = token.slice(token.lastIndexOf('-') + 1);
  return count.startsWith('w') ? `warm-up flow ${count.slice(1)}` : `flow ${count}`;
}

const PLACES: Readonly<globalThis.Record<CanaryPlace, (where: string) => string>> = {
  stdout: () => 'stdout',
  stderr: () => 'stderr',
  response: (where) => (where === '' ? 'the response' : `the response to ${where}`),
  file: (where) => `file ${where} of its workspace`,
  'file name': () => 'the name of a file in its workspace',
  'return value': (where) => (where === '' ? 'what it returned' : `what it returned, at ${where}`),
};
