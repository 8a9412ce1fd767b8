import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { calibrationSchema } from '../../src/model/calibration.js';
import {
  calibrationBlocks,
  renderCalibrationMarkdown,
  renderCalibrationTerminal,
} from '../../src/report/calibration.js';
import { calibrationSample } from '../fakes/calibration.js';
import { expectGolden } from '../golden.js';

describe('the report of a calibration', () => {
  test('at a terminal', () => {
    expectGolden(
      'report/calibration.txt',
      `${renderCalibrationTerminal(calibrationSample(), { color: false, width: 100 })}\n`,
    );
  });

  test('at a narrow one has a line for each cell of what is too wide', () => {
    const text = renderCalibrationTerminal(calibrationSample(), { color: false, width: 50 });
    expect(text).toContain(
      [
        '    slowed by           5%',
        '      found             2 of 3',
        '      of all, at least  13.5%',
        '      replayed          65%',
      ].join('\n'),
    );
  });

  test('in Markdown', () => {
    expectGolden('report/calibration.md', renderCalibrationMarkdown(calibrationSample()));
  });

  test('its snippet is YAML of a config, without what could not be suggested', () => {
    const code = calibrationBlocks(calibrationSample()).find((block) => block?.kind === 'code');
    expect(parse(code?.kind === 'code' ? code.text : '')).toEqual({
      compare: 'base',
      budget: '60s',
      scenarios: {
        checkout: {
          thresholds: ['flow_time.med <= base + 4%', 'cpu_per_flow <= base + 3.5%', 'success_rate >= base'],
        },
      },
    });
  });

  test('of an interrupted one says so', () => {
    const [, first] = calibrationBlocks({ ...calibrationSample(), interrupted: 'SIGINT' });
    expect(first).toMatchObject({ text: expect.stringContaining('Interrupted by SIGINT') });
  });

  test('the sample holds to the schema', () => {
    expect(calibrationSchema.safeParse(calibrationSample()).error).toBeUndefined();
  });
});
