import { describe, expect, test } from '@jest/globals';
import { byteLength, renderComment, renderSummary } from '../../src/report/markdown.js';
import { resultsSchema, type Results } from '../../src/model/results.js';
import { aResults, aScenario } from '../fakes/results.js';
import { SAMPLES, several } from '../fakes/sample-results.js';
import { expectGolden } from '../golden.js';
import { cmarkMissing, rendered, tables, tags, UNLESS_MISSING } from './cmark.js';

const MARKER = '<!-- flowgate:ci/gate -->';
const testWithCmark = cmarkMissing ? test.skip : test;

function sample(name: string): Results {
  return SAMPLES[name]?.() ?? aResults();
}

describe.each(Object.entries(SAMPLES))('a report on %s', (name, build) => {
  test('is made of valid results', () => {
    expect(() => resultsSchema.parse(build())).not.toThrow();
  });
  test('is the golden comment', () => {
    expectGolden(`report/comment-${name}.md`, renderComment(build(), { marker: MARKER }));
  });
  test('is the golden summary', () => {
    expectGolden(`report/summary-${name}.md`, renderSummary(build()));
  });
  test('is the same for a file that was saved and read again', () => {
    const again = resultsSchema.parse(JSON.parse(JSON.stringify(build())));
    expect(renderSummary(again)).toBe(renderSummary(build()));
  });
  testWithCmark(`has whole tables and no tag that is not ours${UNLESS_MISSING}`, () => {
    const markdown = renderComment(build(), { marker: MARKER });
    const output = rendered(markdown);
    expectWholeTables(markdown, output);
    expect(new Set(tags(output).map(bare))).toEqual(
      new Set(
        tags(output)
          .map(bare)
          .filter((tag) => OURS.has(tag)),
      ),
    );
  });
});

const OURS = new Set(
  'h3 h4 p b code sub br wbr table thead tbody tr th td details summary pre ul li a'
    .split(' ')
    .flatMap((tag) => [`<${tag}>`, `</${tag}>`])
    .concat(
      MARKER,
      '<a href="https://github.com/octo/shop/actions/runs/1">',
      '<pre>',
      '<code class="language-mermaid">',
    ),
);

/** Without the alignment that GFM gives to cells. */
function bare(tag: string): string {
  return tag.replace(/ align="(?:left|right|center)"/u, '');
}

/** Each table of the Markdown is one of the HTML, with as many rows, and as many cells in each as its first line has. */
function expectWholeTables(markdown: string, output: string): void {
  const expected = markdown
    .split('\n\n')
    .filter((block) => block.startsWith('|'))
    .map((block) => block.split('\n'))
    .map((lines) => lines.slice(1).map(() => (lines[1]?.split('|').length ?? 0) - 2));
  expect(expected.length).toBeGreaterThan(0);
  expect(tables(output)).toEqual(expected);
}

describe('a comment', () => {
  test('begins with its marker, then the verdict, then the sentence and the table', () => {
    const [first, second, , sentence, , head] = renderComment(sample('fail'), { marker: MARKER }).split('\n');
    expect(first).toBe(MARKER);
    expect(second).toBe('### ❌ flowgate: <b>checkout</b> fails a check');
    expect(sentence).toContain('1 gate fails too');
    expect(head).toBe('| | Metric | This change | Gate |');
  });

  test('says that the default gates are in force only when they are', () => {
    const words = 'the default gates are in force';
    expect(renderComment(sample('pass'), { marker: MARKER })).toContain(words);
    expect(renderComment(sample('fail'), { marker: MARKER })).not.toContain(words);
  });

  test('on several scenarios has one table of them all before the scenarios themselves', () => {
    const comment = renderComment(several(), { marker: MARKER });
    expect(comment.indexOf('| Scenario |')).toBeLessThan(comment.indexOf('#### ❌ <b>checkout</b>'));
    expect(comment.match(/^#### /gmu)).toHaveLength(3);
  });

  test('gives every chart in text too', () => {
    const comment = renderComment(sample('fail'), { marker: MARKER });
    expect(comment.match(/^```mermaid$/gmu)).toHaveLength(3);
    expect(comment).toMatch(
      /In flight `[▁-█]+` at most 10 · Memory `[▁-█]+` .* → 431 MB · CPU `[▁-█]+` peak 23% of 4 cores/u,
    );
  });

  test('on flows of which none ran has no chart and no broken table', () => {
    const empty = aScenario({ iterations: 10, ran: 0 });
    const comment = renderComment(
      aResults({
        scenarios: [{ ...empty, monitor: { ...empty.monitor, samples: [] }, metrics: {}, checks: [] }],
      }),
      { marker: MARKER },
    );
    expect(comment).not.toContain('mermaid');
    expect(comment).not.toMatch(/NaN|undefined|Infinity/u);
  });
});

describe('a comment that does not fit', () => {
  const full = renderComment(sample('fail'), { marker: MARKER });
  const at = (limit: number): string => renderComment(sample('fail'), { marker: MARKER, limit });

  test('is whole up to the last byte, and first loses its charts', () => {
    expect(at(byteLength(full))).toBe(full);
    const smaller = at(byteLength(full) - 1);
    expect(smaller).not.toContain('mermaid');
    expect(smaller).toContain('All metrics');
    expect(smaller).toContain('shortened to fit');
  });

  test('then tells the rows and checks that do not hold, and last the verdict with its link', () => {
    const failing = at(1400);
    expect(failing).toContain('Flow time p95');
    expect(failing).toContain('Something is left behind');
    expect(failing).not.toContain('Success rate');
    const verdict = at(500);
    expect(verdict).not.toContain('|');
    expect(verdict).toContain('checkout</b> fails a check');
    expect(verdict).toContain('[#1234](https://github.com/octo/shop/actions/runs/1)');
  });

  testWithCmark(`is never cut within a table, whatever the limit${UNLESS_MISSING}`, () => {
    for (let limit = 700; limit < byteLength(full) + 200; limit += 397) {
      const comment = at(limit);
      expect(byteLength(comment)).toBeLessThanOrEqual(limit);
      if (comment.includes('\n|')) expectWholeTables(comment, rendered(comment));
    }
  });

  test.each([3, 60, 1000])('keeps the limit of GitHub with %i scenarios', (count) => {
    const comment = renderComment(several(count), { marker: MARKER });
    expect(byteLength(comment)).toBeLessThanOrEqual(65_536);
    expect(comment.split('\n')[1]).toBe(`### ❌ flowgate: 1 of ${count} scenarios fails`);
    expect(comment).toContain('Something is left behind');
  });

  test('counts bytes, as characters beyond ASCII are more than one', () => {
    const wide = aScenario(
      {},
      {
        problems: Array.from({ length: 10 }, (_unused, index) => `${index}${'漢'.repeat(390)}`),
        verdict: 'fail',
      },
    );
    const results = aResults({ scenarios: [wide] });
    const whole = renderComment(results, { marker: MARKER });
    const limit = whole.length + 1000;
    expect(byteLength(whole)).toBeGreaterThan(limit);
    expect(byteLength(renderComment(results, { marker: MARKER, limit }))).toBeLessThanOrEqual(limit);
  });
});

test('a summary has a limit of its own, and no marker', () => {
  expect(renderSummary(sample('fail'))).toMatch(/^### ❌/u);
  expect(byteLength(renderSummary(several(1000)))).toBeLessThanOrEqual(1024 * 1024);
  expect(byteLength(renderSummary(sample('fail'), { limit: 3000 }))).toBeLessThanOrEqual(3000);
});
