import { describe, expect, test } from '@jest/globals';
import { resultsSchema, type Results, type ScenarioResults } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { aResults, aScenario } from '../fakes/results.js';

const NONE = { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 0, untraced: 0 };
const INJECTED = {
  faults: [],
  counts: [
    { kind: 'kill' as const, times: 30, flows: 30 },
    { kind: 'reset' as const, times: 9, flows: 8 },
  ],
  spared: 4,
  untraced: 0,
  notes: [],
};

/** A run of 1000 flows of which 38 were hit. */
function faulted(change: Partial<ScenarioResults> = {}): Results {
  const scenario = aScenario(
    {},
    {
      counts: { ok: 962, failed: 8, timed_out: 0, killed: 30, dropped: 0 },
      hits: { ...NONE, failed: 8, killed: 30 },
      waves: [1, 2, 3].map((wave) => ({
        wave,
        kind: wave === 2 ? ('faulted' as const) : ('clean' as const),
        from: wave * 100,
        to: wave * 100 + 90,
      })),
      injected: INJECTED,
      ...change,
    },
  );
  const results = aResults({ scenarios: [scenario] });
  expect(() => resultsSchema.parse(results)).not.toThrow();
  return results;
}

const terminal = (results: Results): string => renderTerminal(results, { color: false, width: 120 });

describe('faults in the reports', () => {
  test.each([
    ['comment', (results: Results) => renderComment(results, { marker: '' })],
    ['page', renderHtml],
    ['terminal', terminal],
  ])('the %s says whom they hit, and whom the gates judge', (_, render) => {
    const text = render(faulted()).replaceAll(/\s+/gu, ' ');
    expect(text).toMatch(
      /38 flows were hit by faults on purpose: 30 killed, 8 failed(; | )gates judge the 962 others/u,
    );
    expect(text).toContain('1 wave with faults among 2 clean ones');
    expect(text).toContain('4 flows drawn to be killed had ended before');
    expect(text).toContain('962 of 962 flows');
    expect(text).toContain('that no fault hit');
    expect(text).toMatch(/killed.{1,40}30.{1,40}30.{1,60}connection reset.{1,40}9.{1,40}8/u);
  });

  test('flows that were hit are not among those that ended badly', () => {
    const [scenario] = faulted().scenarios;
    const flows = (scenario?.flows ?? []).map((flow, index) =>
      index < 2
        ? {
            ...flow,
            outcome: 'killed' as const,
            ...(index === 0 ? { hit: { kind: 'kill' as const, at: 1 } } : {}),
          }
        : flow,
    );
    const errors = [{ type: 'x', count: 1, sample: 'x', flows: [2] }];
    expect(terminal(faulted({ flows, errors }))).toMatch(/killed: flow 2\b(?!, )/u);
  });

  test('what could not be traced is said, and how it could be', () => {
    const change = { hits: { ...NONE, ok: 5, untraced: 5 }, injected: { ...INJECTED, untraced: 3 } };
    const text = terminal(faulted(change));
    expect(text).toContain('5 flows were hit by faults on purpose: 5 ok all the same');
    expect(text).toContain('3 faults could not be traced to a flow');
    expect(text).toContain('FLOWGATE_TOKEN');
  });

  test('a fault of which nobody knows whom it hit is not said to have hit nobody', () => {
    const counts = [
      { kind: 'down' as const, times: 5, flows: 0 },
      { kind: 'reset' as const, times: 2, flows: 1 },
    ];
    const results = faulted({ injected: { ...INJECTED, counts } });
    expect(terminal(results)).toContain('down 5 ×, connection reset 2 × on 1 flow');
    expect(renderHtml(results)).toContain('not known');
    expect(renderComment(results, { marker: '' })).not.toContain('on 0 flows');
  });

  test('nobody hit is said too; a run without faults says nothing', () => {
    expect(terminal(faulted({ hits: NONE }))).toContain('no flow was hit by a fault');
    expect(terminal(aResults())).not.toContain('fault');
  });
});
