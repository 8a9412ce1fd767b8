import { describe, expect, test } from '@jest/globals';
import type { GateChanges } from '../../src/model/gate-changes.js';
import { annotations } from '../../src/report/annotations.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment, renderSummary } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { aResults } from '../fakes/results.js';
import { HOSTILE_TEXTS } from '../fakes/sample-results.js';

const TITLE = 'This change alters its gates';

function told(
  gateChanges?: Partial<GateChanges>,
): Record<'comment' | 'summary' | 'terminal' | 'page', string> {
  const results = aResults(
    gateChanges === undefined ? {} : { gateChanges: { base: 'main', changes: [], ...gateChanges } },
  );
  return {
    comment: renderComment(results, { marker: '<!-- m -->' }),
    summary: renderSummary(results),
    terminal: renderTerminal(results, { color: false, width: 120 }),
    page: renderHtml(results),
  };
}

const lowered = { scenario: 'a', setting: 'failed', base: 'failed <= 0', head: null };

describe('gates that a change alters', () => {
  test('are told with both values in every report, and as one warning', () => {
    for (const text of Object.values(told({ changes: [lowered] }))) {
      expect(text).toContain(TITLE);
      expect(text).toMatch(/failed (<|&lt;)= 0/);
    }
    const results = aResults({ gateChanges: { base: 'main', changes: [lowered] } });
    expect(annotations(results)).toEqual([
      {
        level: 'warning',
        title: `flowgate: ${TITLE}`,
        message: expect.stringContaining('a: failed: failed <= 0 → none') as unknown,
      },
    ]);
  });

  test('come before the figures that they judge', () => {
    const { comment } = told({ changes: [lowered] });
    expect(comment.indexOf(TITLE)).toBeLessThan(comment.indexOf('success'));
  });

  test('are not told where they are the same, or nobody asked', () => {
    for (const gateChanges of [undefined, {}]) {
      for (const text of Object.values(told(gateChanges))) expect(text).not.toMatch(/gates are|alters/);
    }
    expect(annotations(aResults({ gateChanges: { base: 'main', changes: [] } }))).toEqual([]);
  });

  test('that are not known are one sentence, and no warning', () => {
    for (const text of Object.values(told({ unknown: 'it has no config' }))) {
      expect(text).toContain('not known');
      expect(text).not.toContain(`⚠️ ${TITLE}`);
    }
  });

  test('are bounded: a comment of any size still fits, and says how many there are', () => {
    const all = HOSTILE_TEXTS.join(' ').slice(0, 300);
    const changes = Array.from({ length: 100 }, () => ({
      scenario: all,
      setting: all,
      base: all,
      head: all,
    }));
    const { comment } = told({ changes, more: 50 });
    expect(comment.length).toBeLessThan(65_536);
    expect(comment).toContain(TITLE);
    expect(told({ changes: Array.from({ length: 30 }, () => lowered), more: 5 }).comment).toContain(
      'and 15 more',
    );
  });
});
