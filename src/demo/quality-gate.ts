import { readingEase, repetition, words } from './text.js';

/** Below this, Flesch calls a text "very difficult". */
const HARDEST = 30;
/** Sentences are made of few parts here, so that most phrases come back: an article may say three in four again. */
const MOST_REPETITION = 0.75;

export interface Review {
  readonly words: number;
  /** Flesch reading ease. */
  readonly ease: number;
  /** Share of repeated phrases, 0…1. */
  readonly repetition: number;
  readonly hardToRead: boolean;
  readonly repeatsItself: boolean;
}

/** The gate that every article passes through; keeps a running mean and variance of what it saw. */
export class QualityGate {
  private count = 0;
  private mean = 0;
  private squares = 0;

  /** Throws if there is nothing to review. */
  review(article: string): Review {
    const ease = readingEase(article);
    if (ease === undefined) {
      throw new Error('the article is empty');
    }
    const share = repetition(article);
    this.remember(ease);
    return {
      words: words(article).length,
      ease,
      repetition: share,
      hardToRead: ease < HARDEST,
      repeatsItself: share > MOST_REPETITION,
    };
  }

  reviewed(): number {
    return this.count;
  }

  /** Mean and variance of the reading ease so far; the variance is 0 for fewer than two reviews. */
  ease(): { readonly mean: number; readonly variance: number } {
    return { mean: this.mean, variance: this.count < 2 ? 0 : this.squares / (this.count - 1) };
  }

  /** Welford's update (Technometrics 1962): one pass, and no sum that grows. */
  private remember(ease: number): void {
    this.count += 1;
    const before = ease - this.mean;
    this.mean += before / this.count;
    this.squares += before * (ease - this.mean);
  }
}
