import { describe, expect, test } from '@jest/globals';
import { makeRepository } from '../repository.js';
import { runCli } from './run-cli.js';

/** Base spends 1000 tokens and scores 80%; rounds are as short as they can be. */
const CONFIG = `version: 1
compare: main
budget: 30s
metrics: {tokens: {unit: count}, score: {better: higher, unit: ratio}}
scenarios:
  shell:
    run: |
      echo "tokens=$(($(cat tokens.txt) + FLOWGATE_ITERATION % 3))" >> "$FLOWGATE_METRICS"
      echo "score=$(cat score.txt)" >> "$FLOWGATE_METRICS"
    stages: [{flows: 2, for: 60ms}]
    thresholds: [metric(tokens).avg <= base + 5%, metric(score).avg >= base - 5%]
`;

describe('what flows report, head against base', () => {
  const repository = makeRepository();
  repository.commit('base', { 'flowgate.yml': CONFIG, 'tokens.txt': '1000', 'score.txt': '0.8' });
  repository.git('checkout', '-q', '-b', 'feature');

  const compared = async (files: Readonly<Record<string, string>>) => {
    repository.commit('head', files);
    const run = await runCli(['run'], { cwd: repository.folder });
    const [scenario] = run.results().scenarios;
    return { ...run, comparison: scenario?.comparison ?? [], reasons: scenario?.reasons ?? [] };
  };

  test('27% more tokens fail, and so does a lower score where more is better', async () => {
    const { status, comparison, reasons } = await compared({ 'tokens.txt': '1270', 'score.txt': '0.6' });
    expect([status, ...comparison.map(({ outcome }) => outcome)]).toEqual([1, 'regression', 'regression']);
    expect(comparison[0]?.change).toBeCloseTo(0.27, 2);
    expect(comparison[1]).toMatchObject({ worse: 'lower', unit: 'ratio' });
    expect(reasons).toEqual([
      expect.stringMatching(/^metric\(tokens\)\.avg is 2[67](\.\d+)?% higher than main /),
      expect.stringMatching(/^metric\(score\)\.avg is 25% lower than main /),
    ]);
  });

  test('the same code passes', async () => {
    const { status, comparison } = await compared({ 'tokens.txt': '1000', 'score.txt': '0.8', other: '' });
    expect([status, ...comparison.map(({ outcome }) => outcome)]).toEqual([
      0,
      'no_regression',
      'no_regression',
    ]);
  });
});
