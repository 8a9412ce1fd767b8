import type { Results } from '../model/results.js';
import { renderBencher, renderBenchmarks } from './benchmarks.js';
import { renderCsv } from './csv.js';
import { renderHtml } from './html.js';
import { renderJunit } from './junit.js';
import { unkeptFlows } from './kept.js';
import { renderComment, renderSummary } from './markdown.js';
import { renderOtlp } from './otlp.js';
import { resultsJson } from './results-json.js';

/** A file that something can be written to. */
export interface Format<T = Results> {
  /** Of the option that bears its name. */
  readonly help: string;
  readonly print: (subject: T) => string;
  /** What the file lacks, in words. */
  readonly lacks?: (subject: T) => string | undefined;
}

/** By the name of their options. */
export type Formats<T> = Readonly<Record<string, Format<T>>>;

const MARKER = '<!-- flowgate -->';

/** What results can be turned into. A format is one entry here. */
export const FORMATS = {
  json: { help: 'write results.json there', print: resultsJson },
  html: { help: 'write the report page there', print: renderHtml },
  markdown: {
    help: 'write the comment there',
    print: (results) => renderComment(results, { marker: MARKER }),
  },
  junit: { help: 'write gates, alerts and checks as JUnit XML there', print: renderJunit },
  csv: { help: 'write one row a flow there', print: renderCsv, lacks: unkeptFlows },
  otlp: {
    help: 'write flows and steps as OpenTelemetry spans (OTLP JSON) there',
    print: renderOtlp,
    lacks: unkeptFlows,
  },
  'github-action-benchmark': {
    help: 'write the metrics of which less is better for github-action-benchmark there',
    print: (results) => renderBenchmarks(results, 'smaller'),
  },
  'github-action-benchmark-bigger': {
    help: 'write the metrics of which more is better for github-action-benchmark there',
    print: (results) => renderBenchmarks(results, 'bigger'),
  },
  bencher: { help: 'write the metrics in Bencher Metric Format there', print: renderBencher },
} satisfies Formats<Results>;

export type FormatName = keyof typeof FORMATS;

/** What the action writes beside results.json, whatever is asked for: by the name of the file. */
export const ACTION_FILES: Readonly<Record<string, Format['print']>> = {
  'report.html': renderHtml,
  'report.md': (results) => renderSummary(results),
  'junit.xml': renderJunit,
};
