import { describe, expect, test } from '@jest/globals';
import type { LadderResults } from '../../src/model/ladder.js';
import type { Results } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { ladderResults, stoppedLadderResults } from '../fakes/sample-ladder.js';

/** The same results with a part of their ladder changed. */
function changed(change: (ladder: LadderResults) => Partial<LadderResults>): Results {
  const results = ladderResults();
  return {
    ...results,
    scenarios: results.scenarios.map(({ ladder, ...rest }) =>
      ladder === undefined ? rest : { ...rest, ladder: { ...ladder, ...change(ladder) } },
    ),
  };
}

const terminal = (results: Results) => renderTerminal(results, { color: false, width: 120 });

describe('a ladder in the reports', () => {
  test('says what the resources are at N, and what other sizes would take', () => {
    const sentence = 'memory = 45 MB + 9.8 MB·N, CPU = 1% + 1.5%·N of 4 cores, threads = 7 + 2·N';
    expect(terminal(ladderResults())).toContain(sentence);
    expect(renderComment(ladderResults(), { marker: '' })).toContain(sentence);
    // 45 MB + 9.8 MB·500, (1% + 1.5%·500) of 4 cores, 7 + 2·500
    expect(terminal(ladderResults())).toContain('at 500: 4.95 GB, 30 cores, 1007 threads');
  });

  test('draws measured throughput and law, in Mermaid and for the page, and in text', () => {
    const comment = renderComment(ladderResults(), { marker: '' });
    expect(comment).toMatch(
      /x-axis "flows at once" \[1, 2, 5, 10, 20, 50\]\n.*\n {2}bar \[4, .*\n {2}line \[4, /u,
    );
    expect(comment).toMatch(/Throughput `[▁-█]{6}` 4\/s → 47\.8\/s/u);
    const page = renderHtml(ladderResults());
    expect(page.match(/<title>[\d.]+\/s with \d+ at once<\/title>/gu)).toHaveLength(6);
    expect(page).toContain('<g class="law"><path');
    expect(page).toContain('>knee 37<');
  });

  test('that a gate has stopped begin with the limit', () => {
    const comment = renderComment(stoppedLadderResults(), { marker: '' });
    expect(comment).toContain('<b>capacity</b> stops at 20 at once');
    expect(comment).toContain('holds up to 10 at once; at 20 ');
  });

  test('a slope that falls has a minus of its own', () => {
    const results = changed(({ model }) => ({ model: { ...model, memory: { a: 50e6, b: -2e6 } } }));
    expect(terminal(results)).toContain('memory = 50 MB − 2 MB·N');
  });

  test('without a model predicts nothing, without rungs shows nothing', () => {
    expect(terminal(changed(() => ({ model: {} })))).not.toMatch(/predicted|at N /u);
    const none = changed(() => ({ rungs: [] }));
    expect(terminal(none)).not.toContain('at once  throughput');
    expect(renderComment(none, { marker: '' })).not.toContain('<b>Ladder</b>');
    expect(renderHtml(none)).not.toContain('<h3>Ladder</h3>');
  });

  test('without a law draws what was measured', () => {
    const results = changed(({ rungs }) => ({ rungs: rungs.slice(0, 2) }));
    const [scenario] = results.scenarios;
    delete scenario?.ladder?.usl;
    expect(renderHtml(results)).not.toContain('<g class="law">');
    expect(renderComment(results, { marker: '' })).toMatch(/bar \[4, 7\.76\]\n```/u);
  });
});
