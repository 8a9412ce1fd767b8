import { describe, expect, test } from '@jest/globals';
import { Alerts } from '../../src/demo/alerts.js';
import { MetricsCollector } from '../../src/demo/collector.js';
import { ModelConnection } from '../../src/demo/model.js';
import { QualityGate } from '../../src/demo/quality-gate.js';
import { Sessions } from '../../src/demo/sessions.js';
import { readingEase, repetition, words } from '../../src/demo/text.js';
import { embed, nearest } from '../../src/demo/vectors.js';

const entry = (token: string) => ({ token, iteration: 1, words: 10, bylines: [token] });

describe('metrics collector', () => {
  test('keeps every update of flows that report at once', async () => {
    const collector = new MetricsCollector({ atomic: true });
    await Promise.all(['a', 'b', 'c'].map((token) => collector.finished(entry(token))));
    expect(collector.snapshot()).toMatchObject({ finished: 3, words: 30 });
    expect(collector.snapshot().entries.map(({ token }) => token)).toEqual(['a', 'b', 'c']);
  });

  test('loses all but one of them when it is not atomic', async () => {
    const collector = new MetricsCollector({ atomic: false });
    await Promise.all(['a', 'b', 'c'].map((token) => collector.finished(entry(token))));
    expect(collector.snapshot()).toMatchObject({ finished: 1, words: 10 });
  });

  test('counts the answers of each crew', async () => {
    const collector = new MetricsCollector({ atomic: true });
    await collector.answered('draft');
    await collector.answered('draft');
    await collector.answered('style');
    expect(collector.snapshot().answers).toEqual({ draft: 2, style: 1 });
  });
});

describe('alerts', () => {
  test('are one a rule and flow', () => {
    const alerts = new Alerts();
    expect([alerts.raise('flow failed', 'a'), alerts.raise('flow failed', 'a')]).toEqual([true, false]);
    expect(alerts.raise('hard to read', 'a')).toBe(true);
    expect(alerts.raisedBy('flow failed')).toEqual(new Set(['a']));
    expect(alerts.raisedBy('repeats itself')).toEqual(new Set());
  });
});

describe('model connection', () => {
  const { signal } = new AbortController();
  const failing = { crew: 'draft', latency: 1, signal, failsAt: 0.5 };

  test('outlives a model that gave up', async () => {
    const line = new ModelConnection({ drains: false }).open();
    await expect(line.ask(failing)).rejects.toThrow('the draft model gave up');
    await expect(line.ask({ ...failing, failsAt: undefined })).resolves.toBeUndefined();
  });

  test('outlives a flow that is aborted in the middle of an answer', async () => {
    const model = new ModelConnection({ drains: true });
    const waiting = model.open().ask({ crew: 'style', latency: 5, signal });
    const aborted = { ...failing, failsAt: undefined, signal: AbortSignal.abort() };
    await expect(model.open().ask(aborted)).rejects.toThrow('aborted');
    await expect(waiting).resolves.toBeUndefined();
  });

  test('that does not drain fails those who are on its line then, and not those who come later', async () => {
    const model = new ModelConnection({ drains: false });
    const line = model.open();
    const waiting = line.ask({ crew: 'style', latency: 5, signal });
    const aborted = { ...failing, failsAt: undefined, signal: AbortSignal.abort() };
    await Promise.all([
      expect(line.ask(aborted)).rejects.toThrow('aborted'),
      expect(waiting).rejects.toThrow('the connection to the model is closed'),
    ]);
    await expect(line.ask({ ...failing, failsAt: undefined })).rejects.toThrow('closed');
    await expect(model.open().ask({ ...failing, failsAt: undefined })).resolves.toBeUndefined();
  });
});

describe('sessions', () => {
  test('of one worker are entered one after another, those of others at once', async () => {
    const sessions = new Sessions();
    const leave = await sessions.enter(1);
    let entered = false;
    const next = sessions.enter(1).then(() => {
      entered = true;
    });
    await sessions.enter(2);
    expect(entered).toBe(false);
    leave();
    await next;
    expect(entered).toBe(true);
  });
});

describe('quality gate', () => {
  test('reviews words, ease and repetition', () => {
    const review = new QualityGate().review('The cat sat. The dog ran.');
    // 6 words of one syllable in 2 sentences: 206.835 − 1.015·3 − 84.6·1.
    expect(review).toMatchObject({ words: 6, repetition: 0, hardToRead: false, repeatsItself: false });
    expect(review.ease).toBeCloseTo(119.19, 2);
  });

  test('marks what is hard to read and what repeats itself', () => {
    const gate = new QualityGate();
    expect(
      gate.review('Organisational interoperability necessitates multidimensional considerations.').hardToRead,
    ).toBe(true);
    expect(gate.review('We say it all. '.repeat(10)).repeatsItself).toBe(true);
  });

  test('keeps mean and variance of all that it saw', () => {
    const gate = new QualityGate();
    const eases = ['The cat sat.', 'The yellow cat sat there.', 'A reader expects a number.'].map(
      (text) => gate.review(text).ease,
    );
    const mean = eases.reduce((sum, ease) => sum + ease, 0) / 3;
    const variance = eases.reduce((sum, ease) => sum + (ease - mean) ** 2, 0) / 2;
    expect(gate.ease().mean).toBeCloseTo(mean, 9);
    expect(gate.ease().variance).toBeCloseTo(variance, 9);
    expect(gate.reviewed()).toBe(3);
  });

  test('refuses an empty article', () => {
    expect(() => new QualityGate().review(' … ')).toThrow('the article is empty');
  });
});

describe('text', () => {
  test('words are in lower case, with their apostrophes', () => {
    expect(words("It's 2 Números, not one.")).toEqual(["it's", '2', 'números', 'not', 'one']);
  });

  test('longer words and sentences are harder to read', () => {
    expect(readingEase('The cat sat.')).toBeGreaterThan(readingEase('The animal remained seated.') ?? NaN);
    expect(readingEase('')).toBeUndefined();
  });

  test('repetition is the share of phrases that come again', () => {
    expect(repetition('one two three four')).toBe(0);
    // Triples: abc bca cab abc: one of four comes again.
    expect(repetition('a b c a b c')).toBe(0.25);
    expect(repetition('a b')).toBe(0);
  });
});

describe('vectors', () => {
  test('have length 1, and a text is nearest to itself', () => {
    const texts = ['the reason behind a choice', 'one example that runs', 'a clear heading'];
    const vectors = embed(texts, 64);
    const [best] = nearest(vectors, 'one example that runs', 1);
    expect(best?.row).toBe(1);
    expect(best?.cosine).toBeCloseTo(1, 5);
  });

  test('of a text without words are zero', () => {
    expect(embed(['…'], 4).values).toEqual(new Float32Array(4));
  });
});
