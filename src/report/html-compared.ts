import { capital } from './compared-answer.js';
import { intervalCell, intervalHead, type ComparedLine } from './compared-line.js';
import type { CommitsView, ComparedView } from './compared.js';
import { markup } from './escape.js';
import { effectPlot } from './html-compared-plot.js';
import { pairsPlot } from './html-compared-pairs.js';
import { card, inline, list, mark, table } from './html-table.js';

/** What a comparison adds to the look of the page. */
export const COMPARED_STYLE = `
.mark.unresolved { color: var(--warn); } .zero { stroke: var(--soft); }
.effect, .pairs { --tint: var(--soft); } .effect.fail, .pairs.fail { --tint: var(--fail); } .effect.pass, .pairs.pass { --tint: var(--pass); }
.effect.alert, .effect.unresolved, .pairs.alert, .pairs.unresolved { --tint: var(--warn); } .effect.inconclusive { --tint: var(--unsure); }
.effect { outline: none; } .effect:focus .span, .effect:hover .span { stroke-width: 6; }
.span { stroke: var(--tint); stroke-width: 3; } .point { fill: var(--tint); stroke: var(--card); } .dot { fill: var(--tint); }
.pairs .limit { stroke-width: 1; stroke-dasharray: 6 4; } .pairs-title { margin-top: 18px; } .metric code { white-space: nowrap; }
.dropped-pair { fill: none; stroke: var(--soft); } .limit { stroke: var(--fail); stroke-width: 2; } .margin { stroke: var(--soft); stroke-width: 2; stroke-dasharray: 2 3; }
.legend .key { display: inline-block; width: 0; height: 14px; margin-right: 8px; vertical-align: -2px; border-left: 2px solid var(--fail); }
.legend .key.soft { border-left: 2px dashed var(--soft); }
.legend .key.hollow { width: 8px; height: 8px; border: 1px solid var(--soft); vertical-align: 0; }
`;

/** The answer, the pictures, the table, and how it was measured. */
export function comparedCard(compared: ComparedView | undefined): string {
  if (compared === undefined) return '';
  const { verb, base, answer, lines, growth, defaultGates, facts } = compared;
  return card(
    `${verb} ${markup(base)}`,
    [
      `<p>${inline(answer.sentence)}.</p>`,
      `${alsoRose(compared)}${growth.length === 0 ? '' : list(growth.map(capital))}`,
      effects(lines),
      figures(lines),
      pairs(compared),
      defaultGates
        ? '<p class="note">No threshold hangs on the base: the default gates of a comparison are in force.</p>'
        : '',
      facts.length === 0 ? '' : `<p class="note">${facts.map((fact) => markup(fact, 300)).join(' · ')}</p>`,
      commits(compared.commits),
    ].join('\n'),
  );
}

function alsoRose({ alsoRose: lines }: ComparedView): string {
  if (lines.length === 0) return '';
  const rows = lines.map(({ metric, change, interval, amount }) => {
    const numbers = [change, interval, amount].map((text) => `<td class="number">${text}</td>`).join('');
    return `<tr><td class="metric"><code>${markup(metric, 60)}</code></td>${numbers}</tr>`;
  });
  const figures = table(['Also rose', ['Change'], ['Interval'], ['Difference']], rows);
  return `${figures}<p class="note">Exploratory: what rose with it need not be why.</p>`;
}

function effects(lines: readonly ComparedLine[]): string {
  const plot = effectPlot(lines);
  if (plot === '') return '';
  const relative = lines.some(({ source }) => source.scale === 'relative');
  const margin = relative
    ? '<li><span class="key soft"></span>margin: the whole interval has to be beyond it</li>'
    : '';
  return `${plot}<ul class="legend"><li><span class="key"></span>limit: the estimate has to reach it to fail</li>${margin}</ul>`;
}

function figures(lines: readonly ComparedLine[]): string {
  if (lines.length === 0) return '';
  const head = intervalHead(lines);
  const rows = lines.map((line) => {
    const numbers = [line.base, line.head, line.change, intervalCell(line, head)]
      .map((text) => `<td class="number">${text}</td>`)
      .join('');
    const detail =
      line.detail === undefined ? '' : ` <span class="soft">(${markup(line.detail, 150)})</span>`;
    const alert = line.level === 'warn' ? ' (alert)' : '';
    return `<tr>${mark(line.standing)}<td class="metric"><code>${markup(line.metric, 60)}</code></td>${numbers}<td>${line.outcome}${detail}</td><td>${markup(line.limit)}${alert}</td></tr>`;
  });
  return table(['', 'Metric', ['Base'], ['Head'], ['Change'], [head], 'Outcome', 'Gate'], rows);
}

function pairs({ lines, source }: ComparedView): string {
  const plot = pairsPlot(lines, source);
  if (plot === '') return '';
  const dropped = source.pairs.some((pair) => pair.dropped !== undefined)
    ? '<ul class="legend"><li><span class="key hollow"></span>dropped: does not count</li></ul>'
    : '';
  return `<h3 class="pairs-title">Pair by pair</h3>${plot}${dropped}`;
}

function commits(view: CommitsView | undefined): string {
  if (view === undefined) return '';
  if (view.list.length === 0) return `<p class="note">${markup(view.title, 300)}</p>`;
  const lines = view.list.map(
    ({ sha, subject, author }) =>
      `<li><code>${markup(sha, 7)}</code> ${markup(subject, 100)} <span class="soft">${markup(author, 40)}</span></li>`,
  );
  const more = view.more > 0 ? `<li>and ${view.more} more</li>` : '';
  return `<details><summary>${markup(view.title, 300)}</summary><ul>${lines.join('')}${more}</ul></details>`;
}
