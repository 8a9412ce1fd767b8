import pc from 'picocolors';
import type { Results } from '../model/results.js';
import { gateChangesLines } from './gate-changes.js';
import { usableWidth } from './lines.js';
import { scenarioLines } from './terminal-scenario.js';
import { palette } from './terminal-block.js';
import { plain } from './escape.js';
import { viewOf } from './view.js';

/**
 * The report for a terminal or a job's log, in lines of at most `width` characters (40 … 120) but for the command that
 * reproduces it; no newline at the end.
 * No line of it is a workflow command, whatever the flows printed.
 */
export function renderTerminal(results: Results, options: { color: boolean; width: number }): string {
  const view = viewOf(results);
  const width = usableWidth(options.width);
  const paint = palette(pc.createColors(options.color), width);
  const lines = view.scenarios.flatMap((scenario) => ['', ...scenarioLines(scenario, paint)]);
  if (view.scenarios.length !== 1) lines.push('', paint.verdict(view.verdict, `flowgate: ${view.tally}`));
  lines.push(...gateChangesLines(results.gateChanges, paint));
  const run = view.run === undefined ? '' : `, ${view.run.prefix} ${view.run.label}`;
  lines.push('', ...paint.field('machine', plain(`${view.machine}${run}`, 300).split(/(?<=,) /u), ' '));
  // Not wrapped or cut, however long it is: it is there to be copied.
  if (view.reproduce !== '') lines.push(`    ${paint.dim('reproduce   ')}${plain(view.reproduce, 1000)}`);
  return lines.join('\n');
}
