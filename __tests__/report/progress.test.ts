import { describe, expect, test } from '@jest/globals';
import { renderProgress, renderProgressLine } from '../../src/report/progress.js';
import type { Progress } from '../../src/system/ports.js';
import { expectGolden } from '../golden.js';
import { workflowCommand } from './workflow-command.js';

const endless: Progress = {
  scenario: 'checkout',
  flows: 10,
  elapsed: 41_000,
  done: 152,
  inFlight: 10,
  failed: 3,
  rate: 3.8,
  memory: 412e6,
  memoryHistory: [60e6, 180e6, 290e6, 400e6, 428e6, 431e6, 420e6, 412e6],
  cpu: 0.22,
  cpuHistory: [0.05, 0.23, 0.18, 0.08, 0.07, 0.08, 0.08, 0.22],
};

const RUNNING: Progress = { ...endless, total: 240 };

const STATES: Readonly<Record<string, Progress>> = {
  running: RUNNING,
  starting: {
    ...RUNNING,
    elapsed: 0,
    done: 0,
    failed: 0,
    rate: 0,
    memory: 0,
    memoryHistory: [],
    cpu: 0,
    cpuHistory: [],
  },
  'by-duration': { ...endless, duration: 60_000 },
  'without-end': endless,
  'past-its-end': { ...RUNNING, done: 241, elapsed: 4_000_000 },
  hostile: { ...RUNNING, scenario: '::error::x\u001B[2J\nsecond | line ##[group]' },
};

describe.each(Object.entries(STATES))('progress of a run that is %s', (name, progress) => {
  test('is the golden text', () => {
    expectGolden(`report/progress-${name}.txt`, renderProgress(progress, { color: false, width: 80 }) + '\n');
  });
  test('is the golden text in colour', () => {
    expectGolden(
      `report/progress-${name}-colour.txt`,
      renderProgress(progress, { color: true, width: 80 }) + '\n',
    );
  });
  test.each([20, 40, 60, 80, 120, 200])('keeps within %i columns, of which 40 are the least', (width) => {
    const lines = renderProgress(progress, { color: false, width }).split('\n');
    expect(lines.filter((line) => Array.from(line).length > Math.max(40, width))).toEqual([]);
  });
  test('is one line of plain text for a log', () => {
    const line = renderProgressLine(progress);
    expect(line).not.toMatch(/[\n\u001B]/u);
    expect(workflowCommand(line)).toBe(false);
  });
});

test('what is left follows from the pace so far', () => {
  expect(renderProgressLine({ ...RUNNING, elapsed: 10_000, done: 60, total: 240 })).toContain('left 0:30');
  expect(renderProgressLine({ ...endless, duration: 60_000 })).toContain('left 0:19');
  expect(renderProgressLine({ ...RUNNING, done: 0 })).not.toContain('left');
});

test('the bar is as full as the share that is done', () => {
  const bar = (done: number): string =>
    /[█░]{8,}/u.exec(renderProgress({ ...RUNNING, done }, { color: false, width: 80 }))?.[0] ?? '';
  expect(bar(0)).toMatch(/^░+$/u);
  expect(bar(240)).toMatch(/^█+$/u);
  expect(bar(120)).toMatch(/^(█+)(░+)$/u);
  expect(bar(120).indexOf('░')).toBe(bar(120).length / 2);
});
