import { describe, expect, test } from '@jest/globals';
import { Alerts, MetricsCollector, ModelConnection, QualityGate, Sessions } from '../../src/demo/shared.js';
import {
  type Page,
  polish,
  repetition,
  search,
  sentenceLimit,
  takeNotes,
  words,
} from '../../src/demo/writing.js';
import { seededRandom } from '../../src/lib/random.js';

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
    alerts.raise('flow failed', 'a');
    alerts.raise('flow failed', 'b');
    alerts.raise('flow failed', 'a');
    expect([...alerts.raisedBy('flow failed')]).toEqual(['a', 'b']);
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
  test('marks what repeats itself, and counts what it saw', () => {
    const gate = new QualityGate();
    expect(gate.review('The cat sat. The dog ran.').repeatsItself).toBe(false);
    expect(gate.review('We say it all. '.repeat(10)).repeatsItself).toBe(true);
    expect(gate.reviewed()).toBe(2);
  });

  test('refuses an empty article', () => {
    expect(() => new QualityGate().review(' … ')).toThrow('the article is empty');
  });
});

describe('text', () => {
  test('words are in lower case, with their apostrophes', () => {
    expect(words("It's 2 Números, not one.")).toEqual(["it's", '2', 'números', 'not', 'one']);
  });

  test('repetition is the share of phrases that come again', () => {
    expect(repetition('one two three four')).toBe(0);
    // Triples: abc bca cab abc: one of four comes again.
    expect(repetition('a b c a b c')).toBe(0.25);
    expect(repetition('a b')).toBe(0);
  });
});

describe('research', () => {
  const subject = 'tests as a description';
  const bytesOf = (pages: readonly Page[]) => pages.reduce((sum, { text }) => sum + text.byteLength, 0);
  const page = (passage: string): Page => ({ passage, text: Buffer.from(`${passage} `.repeat(3)) });

  test('finds 4 MB of pages, and fewer of a model that is faster', () => {
    expect(bytesOf(search(subject, seededRandom(3)))).toBe(480 * 8192);
    expect(bytesOf(search(subject, seededRandom(3), 5))).toBe(96 * 8192);
    expect(search(subject, seededRandom(3), 1000)).toHaveLength(5);
  });

  test('keeps the passages of the pages that name the subject most often', () => {
    const pages = [...search(subject, seededRandom(3)), ...search(subject, seededRandom(4))];
    const { quotes } = takeNotes(pages, subject);
    expect(quotes).toHaveLength(5);
    for (const quote of quotes) expect(quote).toContain(subject);
  });

  test('sets the length of a sentence, to which style cuts before it adds a related passage', () => {
    const pages = [
      page('One two three four five six seven eight nine ten.'),
      page('Four or five of eight, is it?'),
    ];
    const notes = { pages, quotes: [] };
    expect(sentenceLimit(notes)).toBe(9);
    const draft = ['One two three, four. One two three four five, or six.'];
    expect(polish(draft, notes, 5)).toBe(
      `One two three, four. One two three four five.\n\nSee also: ${pages[0]?.passage ?? ''}`,
    );
  });
});
