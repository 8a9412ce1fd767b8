import type { Results, Verdict } from '../model/results.js';
import { markup } from './escape.js';
import { COMPARED_STYLE } from './html-compared.js';
import { gateChangesCard } from './gate-changes.js';
import { scenarioSection } from './html-scenario.js';
import { STYLE } from './html-style.js';
import { viewOf, type ScenarioView, type View } from './view.js';

/** Nothing is loaded and nothing is run: the file holds no script, and could not run one. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one self-contained HTML file: to be read without network and without script. */
export function renderHtml(results: Results): string {
  const view = viewOf(results);
  const { cores } = results.environment;
  const title = headingOf(view);
  const sections = [
    gateChangesCard(results.gateChanges),
    ...view.scenarios.map((scenario, index) =>
      scenarioSection(scenario, { cores, id: `scenario-${index + 1}` }),
    ),
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
<style>${STYLE}${isCompared(view) ? COMPARED_STYLE : ''}</style>
</head>
<body>
<header class="page ${view.verdict}">
<p class="brand">flowgate</p>
<h1>${badge(view.verdict)} ${title}</h1>
${view.scenarios.length > 1 ? contents(view.scenarios) : ''}
</header>
<main>
${sections.join('\n')}
</main>
<footer>
${footer(view, results)}
</footer>
</body>
</html>
`;
}

function isCompared({ scenarios }: View): boolean {
  return scenarios.some(({ compared }) => compared !== undefined);
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

function headingOf(view: View): string {
  const [only] = view.scenarios;
  if (view.scenarios.length !== 1 || only === undefined) return markup(view.tally);
  return `${markup(only.name, 80)} ${markup(only.headline.status)}`;
}

function contents(scenarios: readonly ScenarioView[]): string {
  const links = scenarios.map(
    ({ name, verdict, headline }, index) =>
      `<li>${badge(verdict)} <a href="#scenario-${index + 1}">${markup(name, 80)}</a> ${markup(headline.status)}</li>`,
  );
  return `<nav aria-label="Scenarios"><ul>${links.join('')}</ul></nav>`;
}

function footer(view: View, results: Results): string {
  const { run } = view;
  const link =
    run === undefined
      ? ''
      : ` · ${run.prefix} ${run.url === undefined ? run.label : `<a href="${run.url}">${run.label}</a>`}`;
  const { sha } = results.git;
  const commit = sha === undefined ? '' : ` · commit <code>${markup(sha.slice(0, 12))}</code>`;
  const again = view.reproduce === '' ? '' : `<p>Reproduce: <code>${markup(view.reproduce, 1000)}</code></p>`;
  return `<p>${markup(view.machine, 300)}${link}${commit}</p>
${again}
<p>Written by flowgate ${markup(results.flowgate, 40)} at ${markup(results.createdAt, 40)}</p>`;
}
