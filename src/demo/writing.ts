import { pick } from './assignment.js';

/*
 * What the crews do with the answers of their models: real work on made-up text, so that memory and CPU are not nil.
 */

/** Searches of the research crew, pages that each finds, and bytes of a page: 8 MB of pages in all. */
export const SEARCHES = 2;
const PAGES = 480;
const PAGE_BYTES = 8192;
const KEPT_PASSAGES = 5;

/** Parts that the draft's model streams, each an answer of its own. */
export const PARAGRAPHS = 6;
const SENTENCES = 7;

/** A page that was found, and the passage of it that the search shows. */
export interface Page {
  readonly passage: string;
  readonly text: Buffer;
}

/** What the research crew hands on. The pages live as long as the flow: other crews look into them again. */
export interface Notes {
  readonly pages: readonly Page[];
  readonly quotes: readonly string[];
}

/** Of a model that is `speed` times as fast because it is so much smaller, and finds so many pages fewer. */
export function search(subject: string, random: () => number, speed = 1): readonly Page[] {
  const count = Math.max(KEPT_PASSAGES, Math.round(PAGES / Math.max(1, speed)));
  const found = Buffer.allocUnsafeSlow(count * PAGE_BYTES);
  return Array.from({ length: count }, (_, at) => {
    const passage = sentence(subject, random);
    return { passage, text: found.subarray(at * PAGE_BYTES, (at + 1) * PAGE_BYTES).fill(`${passage} `) };
  });
}

/** Keeps the passages of the pages that name the subject most often. */
export function takeNotes(pages: readonly Page[], subject: string): Notes {
  return { pages, quotes: passagesOn(subject, pages).slice(0, KEPT_PASSAGES) };
}

function passagesOn(topic: string, pages: readonly Page[]): readonly string[] {
  return pages
    .map(({ passage, text }) => ({ passage, mentions: mentionsOf(topic, text) }))
    .sort((a, b) => b.mentions - a.mentions)
    .map(({ passage }) => passage);
}

function mentionsOf(topic: string, text: Buffer): number {
  let mentions = 0;
  for (let at = text.indexOf(topic); at >= 0; at = text.indexOf(topic, at + topic.length)) mentions += 1;
  return mentions;
}

/** How many words a sentence may have: as many as the passages that were found have in the mean. */
export function sentenceLimit({ pages }: Notes): number {
  const sum = pages.reduce((total, { passage }) => total + words(passage).length, 0);
  return Math.max(8, Math.min(20, Math.round(sum / pages.length)));
}

/** One paragraph of the draft; it closes with a passage that was found for it. */
export function draftParagraph(subject: string, notes: Notes, random: () => number): string {
  const text = Array.from({ length: SENTENCES }, () => sentence(subject, random)).join(' ');
  return `${text} ${notes.quotes[Math.floor(random() * notes.quotes.length)] ?? ''}`;
}

/** Cuts sentences that are longer than the limit at their comma, and puts a related passage below the text. */
export function polish(draft: readonly string[], notes: Notes, limit: number): string {
  const body = draft.map((text) =>
    text
      .split(/(?<=\.)\s/u)
      .map((part) => shorten(part, limit))
      .join(' '),
  );
  const [longest = ''] = words(body[0] ?? '').toSorted((a, b) => b.length - a.length);
  const [related = ''] = passagesOn(longest, notes.pages);
  return [...body, `See also: ${related}`].join('\n\n');
}

function shorten(text: string, limit: number): string {
  return words(text).length > limit ? text.replace(/,.*$/u, '.') : text;
}

/** The words of a text, in lower case, in order. */
export function words(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

/** The share of three-word sequences that occur more than once: 0 for a text that never repeats itself. */
export function repetition(text: string): number {
  const all = words(text);
  const triples = all.slice(2).map((word, at) => `${all[at] ?? ''} ${all[at + 1] ?? ''} ${word}`);
  return triples.length === 0 ? 0 : 1 - new Set(triples).size / triples.length;
}

const ACTORS = ['A reader', 'The author', 'A reviewer', 'The team', 'A newcomer', 'The maintainer'] as const;
const ACTS = [
  'expects',
  'notices',
  'questions',
  'repeats',
  'shortens',
  'keeps',
  'forgets',
  'rewrites',
] as const;
const THINGS = [
  'the shortest sentence',
  'an honest number',
  'the reason behind a choice',
  'one example that runs',
  'the second paragraph',
  'a clear heading',
  'the name of the source',
  'what changed and for whom',
] as const;
const REASONS = [
  'because the rest depends on it',
  'before anything else is read',
  'even when time is short',
  'since nobody else will',
  'as soon as two people work at once',
  'whether or not it was asked for',
] as const;

/** One sentence about a subject; each random number chooses a part of it. */
function sentence(subject: string, random: () => number): string {
  const clause = `${pick(ACTORS, random())} ${pick(ACTS, random())} ${pick(THINGS, random())}`;
  return random() < 0.5
    ? `${clause}, ${pick(REASONS, random())}.`
    : `${clause} in ${subject}, ${pick(REASONS, random())}.`;
}
