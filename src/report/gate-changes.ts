import type { GateChange, GateChanges } from '../model/gate-changes.js';
import { cell, html, markup, plain } from './escape.js';
import { card, table as htmlTable } from './html-table.js';
import { blocks, table, type Column } from './markdown-block.js';
import type { Tier } from './tiers.js';
import type { Annotation } from './annotations.js';
import type { Palette } from './terminal-block.js';

/*
 * What a pull request changes in the gates that judge it. Both configs are hostile text: base's is read from a commit
 * that anybody may have written, head's is the pull request's.
 */

const TITLE = 'This change alters its gates';
const ADVICE = 'The verdict uses the gates of this change: review them as you review its code.';
/** Rows of a comment and of an annotation; results.json has more. */
const SHOWN = 20;
const NONE = 'none';

const left = (head: string): Column => ({ head, align: 'left' });

/** A heading and a table; one small line where base's gates are not known; nothing where they are the same. */
export function gateChangesMarkdown(told: GateChanges | undefined, tier: Tier): string | undefined {
  const unknown = unknownSentence(told);
  if (unknown !== undefined) return `<sub>${html(unknown, 500)}</sub>`;
  if (told === undefined || told.changes.length === 0) return undefined;
  // The least that is told is taken whatever its length.
  if (tier === 'verdict') return `#### ⚠️ ${TITLE}`;
  const rows = told.changes
    .slice(0, SHOWN)
    .map(({ scenario = '', setting, base, head }) => [
      cell(scenario, 80),
      cell(setting, 80),
      base === null ? NONE : cell(base),
      head === null ? NONE : cell(head),
    ]);
  return blocks(
    `#### ⚠️ ${TITLE}`,
    html(ADVICE),
    table(
      [left('Scenario'), left('Setting'), left(`Base (${cell(baseOf(told), 80)})`), left('This change')],
      rows,
    ),
    moreOf(told) === 0 ? undefined : `<sub>and ${moreOf(told)} more in results.json</sub>`,
  );
}

export function gateChangesLines(told: GateChanges | undefined, paint: Palette): readonly string[] {
  const unknown = unknownSentence(told);
  if (unknown !== undefined) return ['', ...paint.titled('gates', plain(unknown, 500))];
  if (told === undefined || told.changes.length === 0) return [];
  return [
    '',
    ...paint.found('alert', 'gates', `${TITLE} (base: ${plain(baseOf(told), 80)}). ${ADVICE}`),
    ...linesOf(told).flatMap((line) => paint.titled('', line)),
  ];
}

export function gateChangesCard(told: GateChanges | undefined): string {
  const unknown = unknownSentence(told);
  if (unknown !== undefined) return card('Gates', `<p>${markup(unknown, 500)}</p>`);
  if (told === undefined || told.changes.length === 0) return '';
  const shown = (text: string | null): string => (text === null ? NONE : `<code>${markup(text, 400)}</code>`);
  const rows = told.changes.map(
    ({ scenario = '', setting, base, head }) =>
      `<tr><td>${markup(scenario, 80)}</td><td>${markup(setting, 80)}</td><td>${shown(base)}</td><td>${shown(head)}</td></tr>`,
  );
  const heads = ['Scenario', 'Setting', `Base (${markup(baseOf(told), 80)})`, 'This change'];
  return card(TITLE, `<p>${ADVICE}</p>${htmlTable(heads, rows)}`);
}

/** One warning for all of them. */
export function gateChangesAnnotation(told: GateChanges | undefined): Annotation | undefined {
  if (told === undefined || told.changes.length === 0) return undefined;
  return { level: 'warning', title: `flowgate: ${TITLE}`, message: [ADVICE, ...linesOf(told)].join('\n') };
}

function linesOf(told: GateChanges): readonly string[] {
  const more = moreOf(told);
  return [...told.changes.slice(0, SHOWN).map(lineOf), ...(more === 0 ? [] : [`and ${more} more`])];
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

function unknownSentence(told: GateChanges | undefined): string | undefined {
  if (told?.unknown === undefined) return undefined;
  return `Whether this change alters its gates is not known: the config of the base (${baseOf(told)}) could not be compared: ${told.unknown}.`;
}
