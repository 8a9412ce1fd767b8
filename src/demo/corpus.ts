import { pick } from './pick.js';

/** What the articles are about. */
export const SUBJECTS = [
  'release notes that people read',
  'error messages that say what to do next',
  'the first hour with a new tool',
  'incident reports without blame',
  'documentation as part of the change',
  'reviews that teach',
  'tests as a description',
  'names that outlive their authors',
] as const;

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
export function sentence(subject: string, random: () => number): string {
  const clause = `${pick(ACTORS, random())} ${pick(ACTS, random())} ${pick(THINGS, random())}`;
  return random() < 0.5
    ? `${clause}, ${pick(REASONS, random())}.`
    : `${clause} in ${subject}, ${pick(REASONS, random())}.`;
}

export function paragraph(subject: string, random: () => number, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(subject, random)).join(' ');
}
