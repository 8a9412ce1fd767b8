import type { Calibration } from '../model/calibration.js';
import { calibrationView, type CalibrationBlock } from './calibration.js';
import { machineOf } from './environment.js';
import { html } from './escape.js';

/** The report in GitHub's Markdown, with a newline at the end. */
export function renderCalibrationMarkdown(calibration: Calibration): string {
  const sections = calibrationView(calibration).flatMap(({ title, blocks }) => [
    `## ${html(title)}`,
    ...blocks.map(markdownOf),
  ]);
  return `${['# Calibration', ...sections, html(machineOf(calibration))].join('\n\n')}\n`;
}

function markdownOf(block: CalibrationBlock): string {
  switch (block.kind) {
    case 'text':
      return html(block.text, 1000);
    case 'table':
      return [
        `**${html(block.title)}**\n`,
        row(block.head),
        `|${block.head.map((_, index) => (index === 0 ? ':--' : '--:')).join('|')}|`,
        ...block.rows.map(row),
      ].join('\n');
    case 'code':
      return ['```yaml', block.text.trimEnd().replaceAll('```', ''), '```'].join('\n');
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((text) => html(text)).join(' | ')} |`;
}
