import { createContext, Script, type Context } from 'node:vm';

/** ms that a pattern may take; and once it has taken so long, with the next texts. */
const LIMIT = 1000;
const LATER_LIMIT = 100;

/** Steps that take no longer than starting the watchdog that ends a pattern, by far: some 20 ms at worst. */
const FEW_STEPS = 10_000_000;

/** A regular expression that was stopped, as V8's can take longer than anyone waits: /(a+)+$/ over 40 times `a`. */
export class SlowPattern extends Error {}

/** A regular expression for texts that others write. */
export class TextPattern {
  readonly #regExp: RegExp;
  readonly #repetitions: number;
  #limit: number;

  constructor(source: string, flags = '', limit = LIMIT) {
    this.#limit = limit;
    this.#regExp = new RegExp(source, flags);
    this.#repetitions = repetitionsIn(source);
  }

  /** Throws SlowPattern if it does not come to an end. */
  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  /** As of a RegExp. Throws SlowPattern if it does not come to an end. */
  exec(text: string): RegExpExecArray | null {
    const mostSteps = text.length ** (this.#repetitions + 1);
    return mostSteps <= FEW_STEPS ? this.#regExp.exec(text) : this.#execInTime(text);
  }

  /** The event loop stands still while a pattern is tried: neither a timeout nor a signal could end it. */
  #execInTime(text: string): RegExpExecArray | null {
    shared ??= { context: createContext({}), script: new Script('pattern.exec(text)') };
    const { context, script } = shared;
    Object.assign(context, { pattern: this.#regExp, text });
    try {
      return script.runInContext(context, { timeout: this.#limit }) as RegExpExecArray | null;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw thrown;
      const message = `it was stopped after ${this.#limit} ms over ${text.length} characters; simplify it: a repetition of a repetition, as in (a+)+, can take forever`;
      this.#limit = LATER_LIMIT;
      throw new SlowPattern(message);
    } finally {
      Object.assign(context, { text: '' });
    }
  }
}

let shared: { readonly context: Context; readonly script: Script } | undefined;

/**
 * How often a pattern can choose how much it takes: k repetitions one after another have at most n^k ways to match from
 * each place of a text of n characters. Infinite where there may be more: with alternatives, repeated groups and
 * references to groups.
 */
function repetitionsIn(source: string): number {
  if (/\\[1-9k]/.test(source)) return Infinity;
  const bare = source
    .replace(/\\(?:[pPu]\{[^}]*\}|.)/gs, 'x')
    .replace(/\[[^\]]*\]/g, 'x')
    .replace(/\(\?/g, '(');
  if (/\||\)[*+?{]/.test(bare)) return Infinity;
  return (bare.match(/[*+?{]/g) ?? []).length;
}
