/** A piece of a sentence; the text is as it came, each renderer escapes it in its own way. */
export interface Segment {
  readonly text: string;
  /** `code`: a name or what somebody wrote; `strong`: the figure that matters. */
  readonly style?: 'code' | 'strong';
}

export type Sentence = readonly Segment[];

export const code = (text: string): Segment => ({ text, style: 'code' });
export const strong = (text: string): Segment => ({ text, style: 'strong' });
export const words = (text: string): Segment => ({ text });

/** The bare text of a sentence. */
export function spoken(sentence: Sentence): string {
  return sentence.map(({ text }) => text).join('');
}
