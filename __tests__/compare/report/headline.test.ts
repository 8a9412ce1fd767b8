import { describe, expect, test } from '@jest/globals';
import { spoken } from '../../../src/model/document.js';
import type { Results } from '../../../src/model/results.js';
import { firstOf, made } from '../../fakes/one-comparison.js';
import { faster } from '../../fakes/sample-comparison.js';

const answer = (results: Results): string => spoken(firstOf(results).compared?.answer.sentence ?? []);
const headline = (results: Results): string => {
  const { status, sentence } = firstOf(results).headline;
  return `${status}: ${spoken(sentence)}`;
};

describe('what a comparison found', () => {
  test('is the headline where all holds', () => {
    const same = { outcome: 'no_regression', change: 0.003, low: -0.009, high: 0.016 } as const;
    expect(headline(made(same, { outcome: 'pass' }))).toMatch(
      /^holds: No regression beyond 5%: flow_time\.p95 \+0\.3% \(99% interval −0\.9% … \+1\.6%\) over 24 pairs; \d+ of \d+ flows were ok/u,
    );
    expect(headline(faster())).toMatch(/^holds, and is faster than main: Faster: flow_time\.p95 −/u);
  });

  test('a check that fails comes before slower, and a comparison that is invalid before what it lacks', () => {
    const checks = [
      { id: 'invariants', level: 'fail', outcome: 'fail', title: 'The invariant is broken', evidence: [] },
    ] as const;
    const results = made({});
    const [scenario] = results.scenarios;
    if (scenario === undefined) throw new Error('no scenario');
    const broken = { ...scenario, checks: checks.map((check) => ({ ...check, evidence: [] })) };
    expect(headline({ ...results, scenarios: [broken] })).toBe(
      'fails a check: The invariant is broken; 1 gate fails too.',
    );
    const invalid = "head's flows changed base's files: flow.sh";
    const changed = made(
      { outcome: 'unresolved', change: null, low: null, high: null, confidence: null, reason: invalid },
      { outcome: 'inconclusive', reason: 'the comparison is invalid' },
      { invalid },
    );
    const [of] = changed.scenarios;
    if (of === undefined) throw new Error('no scenario');
    const inconclusive: Results = { ...changed, scenarios: [{ ...of, verdict: 'inconclusive' }] };
    expect(headline(inconclusive)).toBe(
      "has no valid comparison with main: Head's flows changed base's files: flow.sh; the comparison with main is invalid.",
    );
    expect(answer(inconclusive)).toBe(`Invalid: ${invalid}`);
  });
});
