import { describe, expect, test } from '@jest/globals';
import { renderHtml } from '../../src/report/html.js';
import { aResults, aScenario } from '../fakes/results.js';
import { SAMPLES } from '../fakes/sample-results.js';
import { expectGolden } from '../golden.js';

const OURS = new Set(
  '!doctype html head meta title style body header p h1 h2 h3 span nav ul li a main section div small code strong table thead tbody tr th td details summary svg g rect line path text i meter footer'.split(
    ' ',
  ),
);

/** Every tag of a page as its name and the names of its attributes. */
function tagsOf(page: string): readonly { name: string; attributes: readonly string[] }[] {
  return (page.replace(/<style>.*?<\/style>/su, '').match(/<[^>]*>/gu) ?? []).map((tag) => {
    const [, name = '', rest = ''] = /^<\/?(!?[a-z0-9]+)(.*?)\/?>$/isu.exec(tag) ?? [];
    return {
      name,
      attributes: Array.from(rest.matchAll(/([a-zA-Z-]+)="/gu), ([, attribute = '']) => attribute),
    };
  });
}

describe.each(Object.entries(SAMPLES))('the page on %s', (name, build) => {
  const page = renderHtml(build());

  test('is the golden page', () => {
    expectGolden(`report/page-${name}.html`, page);
  });
  test('loads nothing, runs nothing, and could not', () => {
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(/iu);
    const addresses = Array.from(page.matchAll(/href="([^"]*)"/gu), ([, address = '']) => address);
    expect(
      addresses.filter(
        (address) =>
          !/^(?:#scenario-\d+|https:\/\/github\.com\/octo\/shop\/actions\/runs\/1)$/u.test(address),
      ),
    ).toEqual([]);
  });
  test('has no tag and no attribute that is not ours', () => {
    const tags = tagsOf(page);
    expect(tags.filter((tag) => !OURS.has(tag.name))).toEqual([]);
    expect(
      tags
        .flatMap(({ attributes }) => attributes)
        .filter((attribute) => /^on|^style$|^src/iu.test(attribute)),
    ).toEqual([]);
  });
  test('closes what it opens', () => {
    const open: string[] = [];
    for (const tag of page.replace(/<style>.*?<\/style>/su, '').match(/<[^>]*>/gu) ?? []) {
      const [, slash, name = '', end] = /^<(\/?)(!?[a-z0-9]+).*?(\/?)>$/isu.exec(tag) ?? [];
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (end !== '/' && !['meta', '!doctype'].includes(name)) open.push(name);
    }
    expect(open).toEqual([]);
  });
  test('has no number that is none', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined/u);
  });
});

describe('the timeline of the page', () => {
  test('has a bar for every flow, which the tab key reaches and which tells its story', () => {
    const page = renderHtml(
      aResults({
        scenarios: [aScenario({ failing: { 2: { outcome: 'failed', message: 'boom', exitStatus: 3 } } })],
      }),
    );
    expect(page.match(/<g class="flow [a-z_]+" tabindex="0" role="img" aria-label="flow \d+/gu)).toHaveLength(
      10,
    );
    expect(page).toMatch(/aria-label="flow 2, slot 2: exit status 3 after [^"]*: boom"/u);
  });
  test('of very many flows draws a bounded number, those that failed among them', () => {
    const failing = Object.fromEntries(
      [100, 5000, 9999].map((iteration) => [iteration, { outcome: 'failed' as const, message: 'm' }]),
    );
    const page = renderHtml(aResults({ scenarios: [aScenario({ flows: 4, iterations: 10_000, failing })] }));
    expect(page.match(/<g class="flow/gu)).toHaveLength(2000);
    expect(page.match(/<g class="flow failed"/gu)).toHaveLength(3);
    expect(page.match(/<g class="flow failed" tabindex/gu)).toHaveLength(3);
    expect(page.length).toBeLessThan(2e6);
  });
  test('says so when no flow ran', () => {
    expect(renderHtml(aResults({ scenarios: [aScenario({ ran: 0 })] }))).toContain('No flow ran.');
  });
});

test('a file that gives a slot a number beyond all bounds makes no page beyond all bounds', () => {
  const [flow] = aScenario().flows;
  if (flow === undefined) throw new Error('the fake has flows');
  const flows = [flow, { ...flow, slot: Number.MAX_SAFE_INTEGER }];
  expect(renderHtml(aResults({ scenarios: [{ ...aScenario(), flows }] })).length).toBeLessThan(100_000);
});
