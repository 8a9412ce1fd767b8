import { plain } from '../lib/escape.js';
import {
  type Annotation,
  atTerminal,
  block,
  type Block,
  type Blocks,
  code,
  inMarkdown,
  inTiers,
  onPage,
  own,
  TIERS,
  words,
} from '../model/document.js';
import type { GateChange, GateChanges } from '../model/gate-changes.js';

/*
 * What a pull request changes in the gates that judge it. Both configs are hostile text: base's is read from a commit
 * that anybody may have written, head's is the pull request's.
 */

const TITLE = 'This change alters its gates';
const ADVICE = 'The verdict uses the gates of this change: review them as you review its code.';
/** Rows of a comment and of an annotation; results.json has more. */
const SHOWN = 20;
const NONE = 'none';

/** A heading and a table; a small line where base's gates are not known; nothing where they are the same. */
export function gateChangesBlocks(gates: GateChanges | undefined): Blocks {
  const unknown = unknownSentence(gates);
  if (unknown !== undefined) {
    const sentence = [words(unknown, 500)];
    return [
      ...inTiers(TIERS, ...inMarkdown(block.note(sentence))),
      ...onPage(block.part('Gates', [block.text(sentence)])),
      ...atTerminal(block.field('gates', sentence, 500)),
    ];
  }
  if (gates === undefined || gates.changes.length === 0) return [];
  const { changes } = gates;
  const more = moreOf(gates);
  const details = [
    block.text(ADVICE),
    changeTable(gates, changes.slice(0, SHOWN), 'markdown'),
    more === 0 ? undefined : block.note([own(`and ${more} more in results.json`)]),
  ];
  const found = [own(`${TITLE} (base: `), words(baseOf(gates), 80), own(`). ${ADVICE}`)];
  return [
    // The least that is gates is gates in any case.
    ...inTiers(TIERS, ...inMarkdown({ kind: 'heading', standing: 'alert', title: TITLE })),
    ...inTiers(['everything', 'without charts', 'failing rows'], ...inMarkdown(...details)),
    ...onPage(block.part(TITLE, [block.text(ADVICE), changeTable(gates, changes, 'page')])),
    ...atTerminal(
      { kind: 'found', standing: 'alert', name: 'gates', text: found },
      ...block.fields(
        '',
        linesOf(gates).map((line) => [own(line)]),
      ),
    ),
  ];
}

/** In Markdown names are code too, so that nothing in them is taken for a mention or a link. */
function changeTable(
  gates: GateChanges,
  changes: readonly GateChange[],
  medium: 'markdown' | 'page',
): Block | undefined {
  const [name, longest] = medium === 'markdown' ? [code, 200] : [words, 400];
  const shown = (value: string | null) => [value === null ? own(NONE) : code(value, longest)];
  return block.table(
    ['Scenario', 'Setting', { head: [own('Base ('), name(baseOf(gates), 80), own(')')] }, 'This change'],
    changes.map(({ scenario = '', setting, base, head }) => ({
      cells: [[name(scenario, 80)], [name(setting, 80)], shown(base), shown(head)],
    })),
  );
}

/** One warning for all of them. */
export function gateChangesAnnotation(gates: GateChanges | undefined): Annotation | undefined {
  if (gates === undefined || gates.changes.length === 0) return undefined;
  return { level: 'warning', title: `flowgate: ${TITLE}`, message: [ADVICE, ...linesOf(gates)].join('\n') };
}

function linesOf(gates: GateChanges): readonly string[] {
  const more = moreOf(gates);
  return [...gates.changes.slice(0, SHOWN).map(lineOf), ...(more === 0 ? [] : [`and ${more} more`])];
}

function lineOf({ scenario, setting, base, head }: GateChange): string {
  const where = scenario === undefined ? '' : `${plain(scenario, 80)}: `;
  return `${where}${plain(setting, 80)}: ${plain(base ?? NONE)} → ${plain(head ?? NONE)}`;
}

function moreOf({ changes, more = 0 }: GateChanges): number {
  return Math.max(0, changes.length - SHOWN) + more;
}

function baseOf({ base, sha }: GateChanges): string {
  return sha === undefined ? base : `${base}, ${sha.slice(0, 7)}`;
}

function unknownSentence(gates: GateChanges | undefined): string | undefined {
  if (gates?.unknown === undefined) return undefined;
  return `Whether this change alters its gates is not known: the config of the base (${baseOf(gates)}) could not be compared: ${gates.unknown}.`;
}
