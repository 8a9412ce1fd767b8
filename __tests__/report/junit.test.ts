import { expect, test } from '@jest/globals';
import { xmlLines } from '../../src/lib/escape.js';
import { seededRandom } from '../../src/lib/random.js';
import type { Results, ScenarioResults } from '../../src/model/results.js';
import { renderJunit } from '../../src/report/junit.js';
import { onPython } from '../e2e/python.js';
import { hostileText } from '../fakes/hostile-text.js';
import { aResults, aScenario, aThreshold } from '../fakes/results.js';
import { HOSTILE_TEXTS, SAMPLES } from '../fakes/sample-results.js';
import { all, type Element, readXml } from './read-xml.js';

function rootOf(results: Results): Element {
  const [root] = readXml([renderJunit(results)]);
  if (root === undefined || typeof root === 'string') throw new Error(String(root));
  return root;
}

/** By name of the case: `passed`, or how it ended and what is said of it. */
function casesOf(change: Partial<ScenarioResults>): Readonly<Record<string, string>> {
  const root = rootOf(aResults({ scenarios: [{ ...aScenario(), ...change }] }));
  return Object.fromEntries(
    all(root, 'testcase').map(({ attributes, children: [only] }) => [
      attributes['name'] ?? '',
      only === undefined ? 'passed' : `${only.tag}: ${only.attributes['message'] ?? ''}`,
    ]),
  );
}

onPython('the XML', () => {
  test('is green, and red, and neither, as the verdict of each scenario is', () => {
    const samples = Object.entries(SAMPLES).map(([name, make]) => [name, make()] as const);
    const roots = readXml(samples.map(([, results]) => renderJunit(results)));
    const wrong = samples.flatMap(([name, { scenarios }], index) => {
      const root = roots[index];
      if (root === undefined || typeof root === 'string') return [`${name}: ${String(root)}`];
      const suites = all(root, 'testsuite');
      return scenarios.flatMap(({ verdict }, each) => {
        const { failures, errors } = suites[each]?.attributes ?? {};
        const said = failures !== '0' ? 'fail' : errors !== '0' ? 'inconclusive' : 'pass or warn';
        const meant = verdict === 'pass' || verdict === 'warn' ? 'pass or warn' : verdict;
        return said === meant ? [] : [`${name}: ${verdict}, but ${said}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('counts what it holds', () => {
    const wrong = all(rootOf(SAMPLES['several']?.() ?? aResults()), 'testsuite').filter((suite) => {
      const count = (tag: string): string => String(all(suite, tag).length);
      const { tests, failures, errors, skipped } = suite.attributes;
      return (
        tests !== count('testcase') ||
        failures !== count('failure') ||
        errors !== count('error') ||
        skipped !== count('skipped')
      );
    });
    expect(wrong).toEqual([]);
  });

  test('has a case for each gate, alert and check, with what is wrong as its message', () => {
    const scenario = aScenario();
    expect(
      casesOf({
        verdict: 'fail',
        reasons: ['flow_time.p95 is above its gate'],
        thresholds: [
          aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 }),
          aThreshold(scenario, 'flow_time.p95 < 1s', { limit: 1000 }),
          aThreshold(scenario, 'peak_memory < 400MB', { limit: 400e6, level: 'warn' }),
          aThreshold(scenario, 'memory_growth < 1MB/min', { limit: 1e6 }),
        ],
        checks: [
          {
            id: 'isolation',
            level: 'fail',
            outcome: 'fail',
            title: 'Flows see each other',
            evidence: ['a', 'b'],
          },
          { id: 'monitoring', level: 'warn', outcome: 'inconclusive', title: 'Gaps', evidence: [] },
          { id: 'growth', level: 'off', outcome: 'fail', title: 'It grows', evidence: [] },
        ],
      }),
    ).toEqual({
      run: 'passed',
      'success_rate >= 90%': 'passed',
      'flow_time.p95 < 1s': expect.stringMatching(/^failure: flow_time\.p95 [\d.]+ s, the gate is < 1 s$/),
      'peak_memory < 400MB (alert)': expect.stringMatching(/^skipped: peak_memory .* the alert is < 400 MB$/),
      'memory_growth < 1MB/min': expect.stringMatching(/^error: .*there is no service/),
      'check isolation': 'failure: Flows see each other: a; b',
      'check monitoring': 'skipped: Gaps',
    });
  });

  test.each<[string, Partial<ScenarioResults>, string]>([
    ['setup failed', { verdict: 'fail', reasons: ['no'], problems: ['no'] }, 'failure: no'],
    [
      'it was interrupted',
      { verdict: 'inconclusive', reasons: ['interrupted'], interrupted: 'SIGINT' },
      'error: interrupted',
    ],
    ['only the verdict is bad', { verdict: 'fail', reasons: ['limits'], checks: [] }, 'failure: limits'],
    ['nothing was judged', { checks: [] }, 'skipped: nothing was judged: there is no gate and no check'],
  ])('tells of the run itself if %s', (_name, change, said) => {
    expect(casesOf(change)['run']).toBe(said);
  });

  test('is no green file where no scenario was run', () => {
    const root = rootOf(aResults({ verdict: 'inconclusive', scenarios: [] }));
    expect(all(root, 'error').map(({ attributes }) => attributes['message'])).toEqual([
      'no scenario was run',
    ]);
  });

  test.each([
    ['warn', 'skipped'],
    ['fail', 'error'],
  ] as const)('shows what a comparison left open as it counts: on-inconclusive %s', (answer, kind) => {
    const [open] = SAMPLES['unresolved']?.().scenarios ?? [];
    if (open?.compared === undefined) throw new Error('the sample compares');
    const compared = { ...open.compared, onUnresolved: answer };
    const cases = casesOf({ ...open, compared, verdict: answer === 'fail' ? 'inconclusive' : 'warn' });
    const kinds = Object.values(cases).filter((said) => said.startsWith(kind));
    expect(kinds.length).toBeGreaterThan(0);
  });

  test('has two names for one gate that is given twice', () => {
    const scenario = aScenario();
    const gate = aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 });
    expect(Object.keys(casesOf({ thresholds: [gate, gate] })).slice(0, 3)).toEqual([
      'run',
      'success_rate >= 90%',
      'success_rate >= 90% (2)',
    ]);
  });

  test('is XML whatever flows and files say, and holds no element of theirs', () => {
    const random = seededRandom(5);
    const texts = [
      ...HOSTILE_TEXTS,
      ']]><failure/>',
      '\uFFFE\uFFFF\u{1FFFF}\uD800',
      '',
      ...Array.from({ length: 100 }, () => hostileText(random, 20)),
    ];
    const of = (text: string): Results =>
      aResults({
        reproduce: text,
        scenarios: [
          {
            ...aScenario(),
            name: text,
            work: text,
            startedAt: text,
            verdict: 'fail',
            reasons: [text],
            problems: [text],
            checks: [
              { id: 'isolation', level: 'fail', outcome: 'fail', title: text, evidence: [text, text] },
            ],
          },
        ],
      });
    const roots = readXml(texts.map((text) => renderJunit(of(text))));
    const wrong = roots.flatMap((root, index) => {
      if (typeof root === 'string') return [`${JSON.stringify(texts[index])}: ${root}`];
      const [suite] = all(root, 'testsuite');
      const isAsMeant =
        all(root, 'failure').length === 2 &&
        all(root, 'testcase').length === 2 &&
        suite?.attributes['name'] !== '';
      return isAsMeant ? [] : [JSON.stringify(texts[index])];
    });
    expect(wrong).toEqual([]);
  });

  test('keeps every character that XML has, and no other', () => {
    const random = seededRandom(9);
    const texts = Array.from({ length: 100 }, () =>
      Array.from({ length: 40 }, () =>
        String.fromCodePoint(Math.floor(random() ** 3 * (random() < 0.5 ? 0x110000 : 0x300))),
      ).join(''),
    );
    const roots = readXml(texts.map((text) => `<a>${xmlLines(text, 1000)}</a>`));
    // Written out another way than in the code: by code point.
    const isKept = (character: string): boolean => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x20) return code === 0x0a;
      if ((code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000)) return false;
      return code !== 0xfffe && code !== 0xffff;
    };
    expect(roots.map((root) => (typeof root === 'string' ? root : root.text))).toEqual(
      texts.map((text) => Array.from(text).filter(isKept).join('')),
    );
  });
});

test('a text beyond its bound is cut before it is escaped', () => {
  expect(xmlLines('&&&&', 3)).toBe('&amp;&amp;…');
});
