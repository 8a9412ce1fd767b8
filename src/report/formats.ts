import type { Results } from '../model/results.js';
import { renderHtml } from './html.js';
import { renderJunit } from './junit.js';
import { renderComment, renderSummary } from './markdown.js';
import { resultsJson } from './results-json.js';

/** What saved results can be turned into. A format is one entry here. */
export interface Format {
  /** Of the option that bears its name. */
  readonly help: string;
  readonly print: (results: Results) => string;
}

const MARKER = '<!-- flowgate -->';

export const FORMATS = {
  json: { help: 'write results.json there', print: resultsJson },
  html: { help: 'write the report page there', print: renderHtml },
  markdown: {
    help: 'write the comment there',
    print: (results) => renderComment(results, { marker: MARKER }),
  },
  junit: { help: 'write gates, alerts and checks as JUnit XML there', print: renderJunit },
} satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;

/** What the action writes beside results.json, whatever is asked for: by the name of the file. */
export const ACTION_FILES: Readonly<Record<string, Format['print']>> = {
  'report.html': renderHtml,
  'report.md': (results) => renderSummary(results),
  'junit.xml': renderJunit,
};
