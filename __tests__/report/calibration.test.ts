import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { calibrationSchema, type ScenarioCalibration } from '../../src/model/calibration.js';
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

  const [checkout, ...others] = calibrationSample().scenarios;
  if (checkout?.starts === undefined) throw new Error('the sample has starts');
  const { starts, suggestion } = checkout;
  const markdownWith = (scenario: Partial<ScenarioCalibration>) =>
    renderCalibrationMarkdown({
      ...calibrationSample(),
      scenarios: [{ ...checkout, ...scenario }, ...others],
    });

  test('says that keeping one start is safe where it is, and how small a change is then seen', () => {
    const metrics = starts.metrics.slice(0, 1).map((metric) => ({ ...metric, smallest: 0.041 }));
    const text = markdownWith({ starts: { ...starts, metrics, keep: { safe: true, startSpread: 0.006 } } });
    expect(text).toContain(
      'services&#58; keep is safe here without a start-spread&#58; two starts of the same code hardly ever come as far ' +
        'apart as a limit. A comparison of 1 min then sees changes above 4.1% in flow&#95;time.med.',
    );
    expect(text).not.toContain('the config needs start-spread');
  });

  test('says what is missing where there were too few starts', () => {
    const text = markdownWith({ starts: { starts: 3, rounds: 5, time: 130_000, metrics: [] } });
    expect(text).toContain('it takes five that nobody disturbs, and there were 3.');
    expect(text).not.toContain('start-spread');
  });

  test('says nothing of starts where nothing starts but the flows', () => {
    expect(markdownWith({ starts: undefined })).not.toMatch(/start-spread|starts of the same code/u);
  });

  test('its snippet keeps services where the config does, with the spread that limits allow for', () => {
    const snippetOf = (scenario: Partial<ScenarioCalibration>): unknown => {
      const scenarios = [{ ...checkout, ...scenario }];
      const code = calibrationBlocks({ ...calibrationSample(), scenarios }).find(
        (one) => one?.kind === 'code',
      );
      return parse(code?.kind === 'code' ? code.text : '');
    };
    const kept = {
      services: 'keep',
      suggestion: suggestion && { ...suggestion, startSpread: 0.021 },
    } as const;
    expect(snippetOf(kept)).toMatchObject({
      compare: { ref: 'base', services: 'keep', 'start-spread': '2.1%' },
    });
    expect(snippetOf({ services: 'keep' })).toMatchObject({ compare: { ref: 'base', services: 'keep' } });
    expect(snippetOf({ services: 'keep' })).not.toHaveProperty(['compare', 'start-spread']);
  });

  test('of an interrupted one says so', () => {
    const [, first] = calibrationBlocks({ ...calibrationSample(), interrupted: 'SIGINT' });
    expect(first).toMatchObject({ text: expect.stringContaining('Interrupted by SIGINT') });
  });

  test('the sample holds to the schema', () => {
    expect(calibrationSchema.safeParse(calibrationSample()).error).toBeUndefined();
  });
});
