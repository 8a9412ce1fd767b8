import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { CREWS } from '../../src/demo/assignment.js';
import { BUG_MEANINGS, BUGS } from '../../src/demo/bugs.js';
import { setup } from '../../src/demo/index.js';
import { objectionOf, play, tokenOf } from './play.js';

const ALL = Array.from({ length: 10 }, (_, at) => at + 1);

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => {
    printed.push(line);
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

const namesOf = (article: string | undefined): readonly string[] =>
  article?.match(/fg-[0-9a-f]+-\d+/gu) ?? [];

test('ten flows at once all succeed, and everything adds up', async () => {
  const { flows, objection } = await play({ flows: 10 });
  expect(flows.map(({ outcome }) => outcome)).toEqual(ALL.map(() => 'ok'));
  expect(objection).toBeUndefined();
});

test('each flow writes an article of its own and prints one line', async () => {
  const { articles } = await play({ flows: 10 });
  for (const iteration of ALL) {
    expect(namesOf(articles.get(tokenOf(iteration)))).toEqual([tokenOf(iteration)]);
  }
  expect(printed).toHaveLength(10);
  expect(new Set(printed.flatMap(namesOf))).toEqual(new Set(ALL.map(tokenOf)));
});

test('each flow passes through the five crews in order', async () => {
  const { steps } = await play({ flows: 2 });
  expect(steps.get(tokenOf(1))).toEqual(CREWS);
  expect(steps.get(tokenOf(2))).toEqual(CREWS);
});

test('the same seed writes the same article', async () => {
  const [first, second] = [await play({ flows: 1, seed: 5 }), await play({ flows: 1, seed: 5 })];
  expect(first.articles.get(tokenOf(1))).toBe(second.articles.get(tokenOf(1)));
});

test('a flow whose model gives up fails by itself, raises an alert, and the books still add up', async () => {
  const { flows, objection, desk } = await play({ flows: 6, seed: 23 });
  const failed = flows.filter(({ outcome }) => outcome === 'failed');
  expect(failed.map(({ iteration, error }) => `${iteration}: ${error ?? ''}`)).toEqual([
    '5: the audience model gave up: overloaded',
  ]);
  expect(desk.alerts.raisedBy('flow failed')).toEqual(new Set(failed.map(({ token }) => token)));
  expect(objection).toBeUndefined();
});

test('an abort ends the waits at once', async () => {
  const abort = new AbortController();
  // At this speed an article takes half an hour: the test ends only if the signal is heard.
  const playing = play({ flows: 3, options: { speed: '0.001' }, signal: abort.signal });
  setTimeout(() => {
    abort.abort(new Error('timed out'));
  }, 20);
  const { flows } = await playing;
  expect(flows.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
});

test.each(Array.from({ length: 20 }, (_, at) => at + 1))(
  'bug race loses updates, and verify says so (seed %i)',
  async (seed) => {
    const { objection } = await play({ flows: 4, seed, options: { bug: 'race' } });
    expect(objection).toContain('flows started: the metrics collector has 1, the recount gives 4');
  },
);

test('bug bleed puts the name of another flow into articles and output', async () => {
  const { articles, objection } = await play({ flows: 10, options: { bug: 'bleed' } });
  const strays = ALL.filter(
    (iteration) => !namesOf(articles.get(tokenOf(iteration))).includes(tokenOf(iteration)),
  );
  expect(strays).toHaveLength(9);
  expect(printed.flatMap(namesOf).filter((token) => token === tokenOf(10))).toHaveLength(10);
  // The books add up: telling whose name is where is the check isolation's.
  expect(objection).toBeUndefined();
});

test('bug leak keeps a megabyte a flow', async () => {
  const { desk, objection } = await play({ flows: 4, options: { bug: 'leak' } });
  const bytes = desk.hoard.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  expect(bytes).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  expect(objection).toBeUndefined();
});

test('a flow that is killed is its own failure alone, and everything adds up', async () => {
  const killed = AbortSignal.timeout(20);
  const { flows, objection } = await play({
    flows: 10,
    options: { speed: '10' },
    signalOf: (iteration) => (iteration === 3 ? killed : undefined),
  });
  expect(flows.filter(({ outcome }) => outcome !== 'ok').map(({ iteration }) => iteration)).toEqual([3]);
  expect(objection).toBeUndefined();
});

test('bug cascade lets the death of one flow be the failure of all', async () => {
  const killed = AbortSignal.timeout(20);
  const { flows, objection } = await play({
    flows: 10,
    options: { bug: 'cascade', speed: '10' },
    signalOf: (iteration) => (iteration === 3 ? killed : undefined),
  });
  expect(flows.map(({ outcome }) => outcome)).toEqual(ALL.map(() => 'failed'));
  expect(flows[2]?.error).toBe('The operation was aborted');
  expect(flows[0]?.error).toBe('the connection to the model is closed');
  expect(objection).toBeUndefined();
});

test('bug stuck keeps a flow that was aborted from ending; the others end', async () => {
  let ended = false;
  const stuck = play({ flows: 1, options: { bug: 'stuck' }, signal: AbortSignal.abort() }).finally(() => {
    ended = true;
  });
  const others = await play({ flows: 1, seed: 2, options: { bug: 'stuck' } });
  expect(others.flows[0]?.outcome).toBe('ok');
  expect(await Promise.race([stuck, new Promise((resolve) => setTimeout(resolve, 50, 'still there'))])).toBe(
    'still there',
  );
  expect(ended).toBe(false);
});

test.each(BUGS)('bug %s is described', (bug) => {
  expect(BUG_MEANINGS[bug]).not.toBe('');
});

test('an unknown bug and a speed that is none are refused', () => {
  const openWith = (options: Record<string, string>) => () => setup({ shared: undefined, seed: 1, options });
  expect(openWith({ bug: 'rase' })).toThrow('the demo has no bug "rase"; it knows race, bleed');
  expect(openWith({ speed: 'fast' })).toThrow('the demo\'s speed is "fast"');
  expect(openWith({ speed: '0' })).toThrow('must be a number above 0');
  expect(openWith({ bug: '' })).not.toThrow();
});

test('a flow that flowgate saw and the collector did not is missed by verify', async () => {
  const { desk, flows } = await play({ flows: 2 });
  const invented = { flow: 3, iteration: 3, token: tokenOf(3), outcome: 'ok', time: 1 } as const;
  expect(objectionOf(desk, [...flows, invented])).toContain(
    'flow 3 was ok and is in the metrics collector not at all',
  );
});
