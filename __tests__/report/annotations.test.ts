import { describe, expect, test } from '@jest/globals';
import { annotations } from '../../src/report/annotations.js';
import { aResults, aScenario } from '../fakes/results.js';
import { SAMPLES, several } from '../fakes/sample-results.js';
import { workflowCommand } from './workflow-command.js';

const of = (name: string) => annotations(SAMPLES[name]?.() ?? aResults());

describe('the annotations', () => {
  test('are one error for gates and checks, one warning for alerts', () => {
    expect(of('fail')).toEqual([
      {
        level: 'error',
        title: 'checkout fails a check',
        message:
          'Something is left behind: 2 processes outlived their flow: node worker.js (flow 3, flow 8)\nflow_time.p95 2.85 s, the gate is < 2.5 s',
      },
      { level: 'warning', title: 'checkout: 1 alert', message: 'peak_memory 431 MB, the alert is < 400 MB' },
    ]);
  });

  test('are warnings where the verdict is only advice', () => {
    const failed = { ...(SAMPLES['fail']?.() ?? aResults()), advisory: true as const };
    expect(annotations(failed).map(({ level, title }) => [level, title])).toEqual([
      ['warning', 'checkout fails a check (advisory)'],
      ['warning', 'checkout: 1 alert'],
    ]);
  });

  test('are none where everything holds', () => {
    expect(of('pass')).toEqual([]);
  });

  test('are errors where there is no data, or the run was cut short', () => {
    expect(of('inconclusive')).toEqual([
      {
        level: 'error',
        title: 'upload is inconclusive',
        message: 'memory_growth no data (there is no service), the gate is < 5 MB/min',
      },
    ]);
    expect(of('interrupted')).toEqual([
      { level: 'error', title: 'soak was interrupted', message: 'SIGTERM ended the run' },
    ]);
  });

  test('give the reasons of a verdict that nothing else explains', () => {
    const [only] = annotations(
      aResults({ scenarios: [aScenario({}, { verdict: 'inconclusive', reasons: ['no flow was started'] })] }),
    );
    expect(only).toEqual({
      level: 'error',
      title: 'checkout is inconclusive',
      message: 'no flow was started',
    });
  });

  test('are at most one a scenario and level', () => {
    const all = annotations(several(3)).map(
      ({ level, title }) => `${level} ${title.split(/[ :]/u)[0] ?? ''}`,
    );
    expect(all).toEqual(['error checkout', 'warning checkout', 'warning search']);
  });

  test('are plain text that holds no workflow command, in a bounded number of lines', () => {
    for (const { title, message } of [...of('hostile'), ...of('compared-hostile')]) {
      const lines = [title, ...message.split('\n')];
      expect(lines.length).toBeLessThanOrEqual(22);
      expect(lines.filter(workflowCommand)).toEqual([]);
      expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});
