import { capital } from './compared-answer.js';
import { intervalHead, intervalCell, type ComparedLine } from './compared-line.js';
import type { ComparedView } from './compared.js';
import { cell, html } from './escape.js';
import { blocks, folded, inline, MARKS, table, type Column } from './markdown-block.js';
import type { Tier } from './tiers.js';

const left = (head: string): Column => ({ head, align: 'left' });
const right = (head: string): Column => ({ head, align: 'right' });
const MARK: Column = { head: '', align: 'center' };

/** The answer in one sentence, and what else rose. */
export function comparedBlock(compared: ComparedView | undefined, tier: Tier): string | undefined {
  if (compared === undefined) return undefined;
  const answer = `<b>${compared.verb} ${html(compared.base)}</b>: ${inline(compared.answer.sentence)}.`;
  if (tier === 'failing rows') return answer;
  return blocks(answer, alsoRose(compared), growth(compared), note(compared));
}

function alsoRose({ alsoRose: lines }: ComparedView): string | undefined {
  if (lines.length === 0) return undefined;
  return blocks(
    table(
      [left('Also rose'), right('Change'), right('Interval'), right('Difference')],
      lines.map(({ metric, change, interval, amount }) => [cell(metric), change, interval, amount]),
    ),
    '<sub>Exploratory: what rose with it need not be why.</sub>',
  );
}

function growth({ growth: sentences }: ComparedView): string | undefined {
  if (sentences.length === 0) return undefined;
  return sentences.map((sentence) => `- ${html(capital(sentence), 300)}`).join('\n');
}

function note({ defaultGates }: ComparedView): string | undefined {
  return defaultGates
    ? '<sub>No threshold hangs on the base: the default gates of a comparison are in force.</sub>'
    : undefined;
}

/** The table with how it was measured, and the commits. */
export function comparedFolds(compared: ComparedView | undefined): readonly string[] {
  if (compared === undefined) return [];
  return [figures(compared), commits(compared)].filter((part) => part !== undefined);
}

function figures({ lines, facts }: ComparedView): string | undefined {
  if (lines.length === 0) return undefined;
  const [first = ''] = facts;
  const head = intervalHead(lines);
  return folded(
    `<b>Comparison</b>${first === '' ? '' : `: ${html(first, 300)}`}`,
    blocks(
      table(
        [
          MARK,
          left('Metric'),
          right('Base'),
          right('Head'),
          right('Change'),
          right(head),
          left('Outcome'),
          left('Gate'),
        ],
        lines.map((line) => row(line, head)),
      ),
      facts.length < 2
        ? undefined
        : `<sub>${facts
            .slice(1)
            .map((fact) => html(fact))
            .join(' · ')}</sub>`,
    ),
  );
}

function row(line: ComparedLine, head: string): readonly string[] {
  const { standing, metric, base, head: after, change, outcome, detail, limit, level } = line;
  const strong = standing === 'fail' || standing === 'alert' ? `<b>${change}</b>` : change;
  return [
    MARKS[standing],
    cell(metric),
    base,
    after,
    strong,
    intervalCell(line, head),
    detail === undefined ? outcome : `${outcome} (${html(detail, 150)})`,
    level === 'warn' ? `${html(limit)} (alert)` : html(limit),
  ];
}

function commits({ commits: view }: ComparedView): string | undefined {
  if (view === undefined) return undefined;
  if (view.list.length === 0) return `<sub>${html(view.title, 300)}</sub>`;
  const lines = view.list.map(
    ({ sha, subject, author }) => `- ${cell(sha)} ${html(subject, 100)} <sub>${html(author, 40)}</sub>`,
  );
  const more = view.more > 0 ? [`- and ${view.more} more`] : [];
  return folded(`<b>${view.title}</b>`, [...lines, ...more].join('\n'));
}
