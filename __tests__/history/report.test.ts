import { describe, expect, test } from '@jest/globals';
import { historyOf } from '../../src/history/points.js';
import { historyNotes, historyView } from '../../src/history/report.js';
import { spoken } from '../../src/model/document.js';
import type { Past } from '../../src/model/history.js';
import type { Results } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { pastOf, STEP } from '../fakes/history.js';
import { aResults, aScenario, CORES, editable } from '../fakes/results.js';

const environment = aResults().environment;

/** A run with a peak of so many MB after these. */
function scenario(past: Past, megabytes = 135): ReturnType<typeof makeScenario> {
  // Looking for changes takes thousands of permutations, the same ones for the same runs.
  const key = JSON.stringify([past, megabytes]);
  const made = scenarios.get(key) ?? makeScenario(past, megabytes);
  scenarios.set(key, made);
  return made;
}

const scenarios = new Map<string, ReturnType<typeof makeScenario>>();

function makeScenario(past: Past, megabytes: number) {
  const measured = aScenario({ peakMemory: megabytes * 1e6 });
  const metrics = { ...measured.metrics, peak_memory: { value: megabytes * 1e6, unit: 'bytes' as const } };
  const whole = { ...measured, metrics };
  return { ...whole, history: historyOf(whole, past, { environment }) };
}

const view = (past: Past, megabytes?: number) => historyView(scenario(past, megabytes), CORES);
const results = (past: Past): Results => aResults({ scenarios: [scenario(past)] });

describe('the history in the report', () => {
  test('says what has changed, from when on, and what this run is beside it', () => {
    const [line] = view(pastOf(STEP))?.changed ?? [];
    expect(line).toMatchObject({ title: 'Peak memory', change: 'worse', now: '135 MB' });
    expect(spoken(line?.sentence ?? [])).toBe('120 MB → 134 MB since 0000000, 12 runs ago');
    expect(spoken(view(pastOf(STEP))?.summary ?? [])).toBe(
      'Peak memory 120 MB → 134 MB since 0000000, 12 runs ago',
    );
  });

  test("says so where the runner's image changed between the last run before and the first one after", () => {
    const imagesFrom = (first: number): Past => {
      const past = pastOf(STEP);
      const points = past.points.map((point, index) => ({
        ...point,
        image: index < first ? 'ubuntu24 20260101.1' : 'ubuntu24 20260108.1',
      }));
      return { ...past, points };
    };
    const sentence = (first: number): string => spoken(view(imagesFrom(first))?.changed[0]?.sentence ?? []);
    expect(sentence(30)).toBe(
      "120 MB → 134 MB since 0000000, 12 runs ago, when the runner's image changed too (ubuntu24 20260101.1 → ubuntu24 20260108.1)",
    );
    expect(sentence(29)).toBe('120 MB → 134 MB since 0000000, 12 runs ago');
    expect(sentence(31)).toBe('120 MB → 134 MB since 0000000, 12 runs ago');
  });

  test('says what was expected where this run is none of it', () => {
    expect(view(pastOf(STEP), 150)?.changed[0]?.now).toBe('150 MB, 132 MB to 136 MB expected');
  });

  test('draws low values low and high ones high, and noise flat', () => {
    expect(view(pastOf(STEP))?.changed[0]?.spark).toMatch(/^[▄▅]{28}[█▇]{12}$/u);
    const noise = view(pastOf(STEP.slice(0, 30)))?.steady.find(({ title }) => title === 'Peak memory');
    expect(new Set(noise?.spark)).toEqual(new Set(['█']));
  });

  test('says that nothing has changed, and shows the usual figures', () => {
    const steady = view(pastOf(STEP.slice(0, 30)));
    expect(spoken(steady?.summary ?? [])).toBe('no change in 30 runs');
    expect(steady?.changed).toEqual([]);
    expect(steady?.steady.map(({ title, sentence }) => `${title}: ${spoken(sentence)}`)).toEqual([
      'Success rate: about 100% in 30 runs',
      'Flow time p95: about 2.03 s in 30 runs',
      'Peak memory: about 120 MB in 30 runs',
    ]);
  });

  test('does not call news what has lasted for more than thirty runs', () => {
    const old = [...STEP, ...STEP.slice(30), ...STEP.slice(30)];
    expect(view(pastOf(old))?.changed).toEqual([]);
  });

  test('is one quiet note until there are enough runs', () => {
    const few = scenario(pastOf(STEP.slice(0, 7)));
    expect(historyView(few, CORES)).toBeUndefined();
    expect(historyNotes(few)).toEqual(['history: 7 earlier runs so far; trends are told from 20 on']);
    expect(historyNotes(scenario(pastOf([])))).toEqual([
      'history: no earlier run under this load on the branch flowgate-data yet',
    ]);
    expect(historyNotes(aScenario())).toEqual([]);
  });

  test('stands in the comment, folded under what has changed', () => {
    const comment = renderComment(results(pastOf(STEP)), { marker: '<!-- m -->' });
    expect(comment).toContain(
      '<summary><b>History</b>: Peak memory <b>120 MB → 134 MB</b> since <code>000000<wbr>0</code>, 12 runs ago</summary>',
    );
    expect(comment).toMatch(
      /\| ⚠️ \| Peak memory \| <code>[▁-█]+<\/code> \| <b>120 MB → 134 MB<\/b>.* \| 135 MB \|/u,
    );
  });

  test('stands at the terminal, a line and a sparkline for each change', () => {
    const shown = renderTerminal(results(pastOf(STEP)), { color: false, width: 100 });
    expect(shown).toMatch(
      / {4}history {5}Peak memory: 120 MB → 134 MB since 0000000, 12 runs ago; this run 135 MB\n {16}[▁-█]+\n/u,
    );
  });

  test('stands on the page, with a plot that is named', () => {
    const page = renderHtml(results(pastOf(STEP)));
    expect(page).toContain('<h3>History</h3>');
    expect(page).toContain('aria-label="Peak memory over 42 runs"');
  });

  test('lets no branch and no commit out of its cell', () => {
    const past = pastOf(STEP);
    const hostile = editable(results(past));
    const [only] = hostile.scenarios;
    const change = only?.history?.trends.find(({ metric }) => metric === 'peak_memory')?.change;
    if (change === undefined) throw new Error('no change');
    change.sha = '<b>|`x';
    const comment = renderComment(hostile, { marker: '<!-- m -->' });
    expect(comment).not.toContain('<b>|');
    expect(renderHtml(hostile)).not.toContain('<b>|');
  });
});
