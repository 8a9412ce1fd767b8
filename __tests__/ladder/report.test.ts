import { describe, expect, test } from '@jest/globals';
import type { LadderResults } from '../../src/model/ladder.js';
import type { Results } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { editable } from '../fakes/results.js';
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

const character = (_: string, code: string) => String.fromCharCode(Number(code));
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

  describe('where a line does not fit', () => {
    const bend = { at: 4, below: 1, above: 0 };
    const pool = changed(({ model, provisioning }) => ({
      model: { ...model, threads: { a: 7, b: 0.4, bend } },
      provisioning: provisioning.map((size) => ({ ...size, threads: null })),
    }));
    const words =
      'threads: a line does not fit (1 per flow up to 4 at once, 0 beyond), so nothing is predicted';

    test('says so with both slopes, at the terminal, in the comment and on the page', () => {
      const text = terminal(pool).replace(/\s+/gu, ' ');
      expect(text).toContain(words);
      expect(renderComment(pool, { marker: '' }).replace(/&#(\d+);/gu, character)).toContain(words);
      expect(renderHtml(pool)).toContain(words);
    });

    test('predicts the other resources, and not that one', () => {
      expect(terminal(pool)).toMatch(/at 500: 4\.95 GB, 30 cores\n/u);
      expect(renderComment(pool, { marker: '' })).toContain(
        '| At once, predicted | Memory | CPU |\n|--:|--:|--:|\n| 100 | ',
      );
      const [, table = ''] = renderHtml(pool).split('At once, predicted');
      expect(table.slice(0, table.indexOf('</table>'))).not.toMatch(/Threads|no data/u);
    });

    test('draws no line of a resource: the plot is of throughput alone', () => {
      const paths = (results: Results) => renderHtml(results).match(/<g class="law"><path/gu);
      expect(paths(pool)).toHaveLength(1);
      expect(paths(pool)).toEqual(paths(ladderResults()));
    });

    test('for no resource shows no table of predictions', () => {
      const none = changed(({ provisioning }) => ({
        model: {
          memory: { a: 1e6, b: 1e6, bend: { at: 5, below: 18.1e6, above: -26e3 } },
          cpu: { a: 0.1, b: 0.1, bend: { at: 10, below: 0.02, above: 0.001 } },
          threads: { a: 7, b: 0.4, bend },
        },
        provisioning: provisioning.map((size) => ({ ...size, memory: null, cpu: null, threads: null })),
      }));
      expect(terminal(none)).not.toContain('predicted  ');
      expect(renderComment(none, { marker: '' })).not.toContain('At once, predicted');
      expect(renderHtml(none)).not.toContain('At once, predicted');
      expect(terminal(none).replace(/\s+/gu, ' ')).toContain(
        'memory: a line does not fit (18.1 MB per flow up to 5 at once, −26 KB beyond), so nothing is predicted',
      );
    });
  });

  test('without a law draws what was measured', () => {
    const results = editable(changed(({ rungs }) => ({ rungs: rungs.slice(0, 2) })));
    const [scenario] = results.scenarios;
    delete scenario?.ladder?.usl;
    expect(renderHtml(results)).not.toContain('<g class="law">');
    expect(renderComment(results, { marker: '' })).toMatch(/bar \[4, 7\.76\]\n```/u);
  });
});
