import type { Results } from '../model/results.js';
import type { Annotation } from './runner.js';

/** What turns results into text, each a pure function of src/report. */
export interface Renderers {
  /** The comment, beginning with its marker; at most 65,536 characters. */
  comment(results: Results, options: { marker: string }): string;
  /** Markdown of at most `limit` bytes and characters; with charts if nothing is said. */
  summary(results: Results, options: { limit: number; charts?: boolean }): string;
  terminal(results: Results): string;
  html(results: Results): string;
  annotations(results: Results): readonly Annotation[];
}
