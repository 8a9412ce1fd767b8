import { describe, expect, test } from '@jest/globals';
import { renderTerminal } from '../../src/report/terminal.js';
import { SAMPLES } from '../fakes/sample-results.js';
import { expectGolden } from '../golden.js';
import { workflowCommand } from './workflow-command.js';

describe.each(Object.entries(SAMPLES))('the terminal report on %s', (name, build) => {
  test('is the golden text', () => {
    expectGolden(`report/terminal-${name}.txt`, renderTerminal(build(), { color: false, width: 80 }) + '\n');
  });
  test('is the golden text in colour', () => {
    expectGolden(
      `report/terminal-${name}-colour.txt`,
      renderTerminal(build(), { color: true, width: 80 }) + '\n',
    );
  });
  test('is the same text in colour and without', () => {
    const colour = renderTerminal(build(), { color: true, width: 100 });
    expect(colour.replace(new RegExp('\u001B\\[\\d+m', 'gu'), '')).toBe(
      renderTerminal(build(), { color: false, width: 100 }),
    );
  });
  test.each([40, 80, 120])('keeps within %i columns, but for the line that is to be copied', (width) => {
    const lines = renderTerminal(build(), { color: false, width })
      .split('\n')
      .filter((line) => !line.startsWith('    reproduce '));
    expect(lines.filter((line) => Array.from(line).length > width)).toEqual([]);
  });
  test('holds no workflow command', () => {
    expect(renderTerminal(build(), { color: false, width: 80 }).split('\n').filter(workflowCommand)).toEqual(
      [],
    );
  });
});

test('a width that is not known or not usable does not break the report', () => {
  for (const width of [NaN, 0, -1, Infinity]) {
    expect(renderTerminal(SAMPLES['fail']?.() as never, { color: false, width })).toContain('fails a check');
  }
});
