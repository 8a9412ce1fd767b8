import { markup } from '../lib/escape.js';
import {
  type Block,
  type Blocks,
  type Column,
  type Section,
  type Segment,
  shown,
  spaced,
  type Standing,
  type Table,
  type Text,
  type Title,
} from '../model/document.js';
import type { Results, Verdict } from '../model/results.js';
import { type Document, documentOf, type ScenarioDocument, sectionsOf } from './document.js';
import { STYLE } from './html-style.js';

/** Nothing is loaded and nothing is run: the file holds no script, and could not run one. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one self-contained HTML file: to be read without network and without script. */
export function renderHtml(results: Results): string {
  const document = documentOf(results);
  const { verdict, scenarios, before } = document;
  const title = inline(document.title);
  const sections = [
    printed(before),
    ...scenarios.map((scenario, index) => scenarioSection(scenario, `scenario-${index + 1}`)),
  ].filter((section) => section !== '');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} · flowgate</title>
<style>${STYLE}${styleOf(scenarios)}</style>
</head>
<body>
<header class="page ${verdict}">
<p class="brand">flowgate</p>
<h1>${badge(verdict)} ${title}</h1>
${scenarios.length > 1 ? contents(scenarios) : ''}
</header>
<main>
${sections.join('\n')}
</main>
<footer>
${footer(document)}
</footer>
</body>
</html>
`;
}

function styleOf(scenarios: readonly ScenarioDocument[]): string {
  const styles = scenarios.flatMap(({ sections }) => sections.map(({ style }) => style ?? ''));
  return [...new Set(styles)].join('');
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'pass',
  warn: 'alert',
  fail: 'fail',
  inconclusive: 'inconclusive',
};

function badge(verdict: Verdict): string {
  return `<span class="badge ${verdict}">${VERDICT_WORDS[verdict]}</span>`;
}

function contents(scenarios: readonly ScenarioDocument[]): string {
  const links = scenarios.map(
    ({ name, verdict, status }, index) =>
      `<li>${badge(verdict)} <a href="#scenario-${index + 1}">${markup(name, 80)}</a> ${markup(status)}</li>`,
  );
  return `<nav aria-label="Scenarios"><ul>${links.join('')}</ul></nav>`;
}

function footer({ machine, run, sha, reproduce, flowgate, createdAt }: Document): string {
  const link =
    run === undefined
      ? ''
      : ` · ${run.prefix} ${run.url === undefined ? run.label : `<a href="${run.url}">${run.label}</a>`}`;
  const commit = sha === undefined ? '' : ` · commit <code>${markup(sha.slice(0, 12))}</code>`;
  const again = reproduce === '' ? '' : `<p>Reproduce: <code>${markup(reproduce, 1000)}</code></p>`;
  return `<p>${markup(machine, 300)}${link}${commit}</p>
${again}
<p>Written by flowgate ${markup(flowgate, 40)} at ${markup(createdAt, 40)}</p>`;
}

/** One scenario: the sentence, the gates, the pictures, and all that the comment folds. */
function scenarioSection(scenario: ScenarioDocument, id: string): string {
  const parts = [
    `<h2>${markup(scenario.name, 80)} <small>${scenario.load}</small></h2>`,
    `<p class="lead">${inline(scenario.lead)}</p>`,
    ...columnsOf(sectionsOf(scenario, 'page')),
  ];
  return `<section id="${id}">\n${parts.filter((part) => part !== '').join('\n')}\n</section>`;
}

/** Sections one below the other; those of half the width that follow each other stand side by side. */
function columnsOf(sections: readonly Section[]): readonly string[] {
  const parts: string[] = [];
  let side: string[] = [];
  const close = (): void => {
    if (side.length > 0) parts.push(`<div class="columns">${side.join('')}</div>`);
    side = [];
  };
  for (const { blocks, half = false } of sections) {
    if (half) {
      side.push(printed(blocks));
    } else {
      close();
      parts.push(printed(blocks));
    }
  }
  close();
  return parts;
}

function printed(blocks: Blocks, isInCard = false): string {
  return shown(blocks, 'page')
    .map((block) => blockMarkup(block, isInCard))
    .join('');
}

function blockMarkup(block: Block, isInCard: boolean): string {
  switch (block.kind) {
    case 'text':
      return `<p>${inline(block.text, block.max)}</p>`;
    case 'heading':
      return `<h2>${inline(block.title)}</h2>`;
    case 'note':
      return block.list === true
        ? `<div class="note">${list(block.texts)}</div>`
        : block.texts.map((text) => `<p class="note">${inline(text)}</p>`).join('');
    case 'list':
      return `${block.title === undefined ? '' : `<p>${block.title}:</p>`}${list(block.items)}`;
    case 'table':
      return tableMarkup(block);
    case 'drawing':
      return block.svg();
    case 'part': {
      const title = `${titleMarkup(block.title)}${block.summary === undefined ? '' : `: ${inline(block.summary)}`}`;
      const body = printed(block.blocks, true);
      if (block.folded === true) {
        const kind = isInCard ? '' : ' class="card"';
        return `<details${kind}><summary>${title}</summary>${body}</details>`;
      }
      return body === '' ? '' : `<div class="card"><h3>${title}</h3>${body}</div>`;
    }
    case 'code':
    case 'field':
    case 'items':
    case 'found':
      return '';
  }
}

const TEXT = 400;
const CELL = 200;

function list(items: readonly Text[]): string {
  return `<ul>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
}

function titleMarkup(title: Title): string {
  return typeof title === 'string' ? title : inline(title);
}

function inline(text: Text, max: number = TEXT): string {
  return typeof text === 'string' ? markup(text, max) : text.map(segmentMarkup).join('');
}

function segmentMarkup({ text, style, max, drawing }: Segment): string {
  if (drawing !== undefined) return drawing;
  const escaped = markup(text, typeof max === 'number' ? max : TEXT);
  switch (style) {
    case 'own':
      return text.replaceAll('\n', '<br>');
    case 'bar':
      return `<meter max="1" value="${markup(text)}" aria-hidden="true"></meter>`;
    case 'aside':
      return ` <span class="soft">(${escaped})</span>`;
    case 'small':
      return `<span class="soft">${escaped}</span>`;
    case 'code':
    case 'spark':
      return `<code>${escaped}</code>`;
    case 'strong':
      return text.trim() === '' ? text : `<strong>${spaced(text, max, escaped)}</strong>`;
    case undefined:
      return text.trim() === '' ? text : spaced(text, max, escaped);
  }
}

const MARKS: Readonly<Record<Standing, readonly [sign: string, word: string]>> = {
  fail: ['✗', 'fails'],
  inconclusive: ['?', 'no data'],
  unresolved: ['~', 'unresolved'],
  alert: ['!', 'alert'],
  pass: ['✓', 'holds'],
  plain: ['', ''],
};

function mark(standing: Standing): string {
  const [sign, word] = MARKS[standing];
  return sign === ''
    ? '<td></td>'
    : `<td class="mark ${standing}"><span role="img" aria-label="${word}">${sign}</span></td>`;
}

function tableMarkup({ columns, rows }: Table): string {
  const isMarked = rows.some(({ standing }) => standing !== undefined);
  const heads = columns.map(
    ({ head, align }) =>
      `<th scope="col"${align === 'right' ? ' class="number"' : ''}>${titleMarkup(head)}</th>`,
  );
  const lines = rows.map(({ standing = 'plain', cells }) => {
    const shownCells = columns.map((column, index) => cellMarkup(cells[index] ?? '', column));
    return `<tr>${isMarked ? mark(standing) : ''}${shownCells.join('')}</tr>`;
  });
  const first = isMarked ? '<th scope="col"></th>' : '';
  return `<div class="scroll"><table><thead><tr>${first}${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

function cellMarkup(text: Text, { align, unbroken }: Column): string {
  const kind = unbroken === 'page' ? ' class="metric"' : align === 'right' ? ' class="number"' : '';
  return `<td${kind}>${inline(text, CELL)}</td>`;
}
