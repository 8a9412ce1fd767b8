import { paragraph, sentence } from './corpus.js';
import { readingEase, words } from './text.js';
import { embed, nearest } from './vectors.js';
import type { Vectors } from './vectors.js';

/** Answers that the research crew's model gives, passages in each, and the size of a vector: 8 MB of vectors in all. */
export const SEARCHES = 2;
const PASSAGES = 510;
const DIMENSIONS = 2048;
const KEPT_PASSAGES = 5;

/** Parts that the draft's model streams, each an answer of its own. */
export const PARAGRAPHS = 6;
const SENTENCES = 7;

/** What one search found. */
export interface Finds {
  readonly passages: readonly string[];
  readonly vectors: Vectors;
}

/** What the research crew hands on. The finds live as long as the flow: the style crew looks into them again. */
export interface Notes {
  readonly finds: readonly Finds[];
  readonly quotes: readonly string[];
}

/** Of a model that is `speed` times as fast because it is so much smaller, and finds so many passages fewer. */
export function search(subject: string, random: () => number, speed = 1): Finds {
  const count = Math.max(KEPT_PASSAGES, Math.round(PASSAGES / Math.max(1, speed)));
  const passages = Array.from({ length: count }, () => sentence(subject, random));
  return { passages, vectors: embed(passages, DIMENSIONS) };
}

/** Keeps the passages that are nearest to the subject. */
export function takeNotes(finds: readonly Finds[], subject: string): Notes {
  return { finds, quotes: quote(finds, subject, KEPT_PASSAGES) };
}

function quote(finds: readonly Finds[], text: string, count: number): readonly string[] {
  const best = finds.flatMap(({ passages, vectors }) =>
    nearest(vectors, text, count).map(({ row, cosine }) => ({ passage: passages[row] ?? '', cosine })),
  );
  return best
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count)
    .map(({ passage }) => passage);
}

/** How many words a sentence may have: readers of easy sources get short sentences. */
export function sentenceLimit(notes: Notes): number {
  const ease = readingEase(notes.quotes.join(' ')) ?? 60;
  return Math.max(8, Math.min(20, Math.round(ease / 4)));
}

/** One paragraph of the draft; it closes with a passage that was found for it. */
export function draftParagraph(subject: string, notes: Notes, random: () => number): string {
  const text = paragraph(subject, random, SENTENCES);
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
  const related = quote(notes.finds, body[0] ?? '', 1);
  return [...body, `See also: ${related.join(' ')}`].join('\n\n');
}

function shorten(text: string, limit: number): string {
  return words(text).length > limit ? text.replace(/,.*$/u, '.') : text;
}
