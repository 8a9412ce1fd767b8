import type { Finding } from './finding.js';
import { tooFewForTop } from './ladder.js';
import { parseThreshold } from './threshold-grammar.js';
import { splitThresholds, type TextPlace } from './thresholds.js';

type Raw = Readonly<Record<string, unknown>>;

/** Other ways to say how many run at once. */
const OTHER_LOADS = ['flows', 'rate', 'stages'];

/** What a ladder and the other keys of its scenario say of each other. */
export function ladderRules(path: Finding['path'], scenario: Raw): Finding[] {
  if (!('ladder' in scenario)) return [];
  const others = OTHER_LOADS.filter((key) => key in scenario).map((key) => ({
    path,
    key,
    message: `${key} and ladder are given; keep one`,
  }));
  if ('abort-delay' in scenario) {
    others.push({
      path,
      key: 'abort-delay',
      message: 'abort-delay delays nothing on a ladder: a rung is judged at its end',
    });
  }
  const { ladder, iterations } = scenario;
  if (!isLadder(ladder)) return others;
  const tooFew =
    typeof iterations === 'number' && 'iterations' in scenario ? tooFewForTop(ladder, iterations) : undefined;
  return [
    ...others,
    ...(tooFew === undefined ? [] : [{ path: [...path, 'iterations'], message: tooFew }]),
    ...['thresholds', 'alerts'].flatMap((key) => missingRungs([...path, key], scenario[key], ladder)),
  ];
}

/** `efficiency(30)` where no rung has 30 flows would never have data. */
function missingRungs(path: Finding['path'], value: unknown, ladder: readonly number[]): Finding[] {
  const entries = expressionsOf(path, value);
  return entries.flatMap(({ text, ...where }) => {
    const parsed = parseThreshold(text, 'fail');
    if (!parsed.ok || parsed.threshold.metric !== 'efficiency') return [];
    const { label = '' } = parsed.threshold;
    if (ladder.some((flows) => String(flows) === label)) return [];
    const message = `"${text}": the ladder has no rung with ${label} at once; rungs are ${ladder.join(', ')}`;
    return [{ ...where, message }];
  });
}

interface Expression {
  readonly text: string;
  readonly path: Finding['path'];
  readonly place: TextPlace;
}

/** Every expression that is text, wherever in a list or a text it stands. */
function expressionsOf(path: Finding['path'], value: unknown): readonly Expression[] {
  if (typeof value === 'string') {
    return splitThresholds(value).map(({ text, line, column }) => ({ text, path, place: { line, column } }));
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown, index): readonly Expression[] => {
    const place = { line: 0, column: 1 };
    if (typeof entry === 'string') return [{ text: entry, path: [...path, index], place }];
    const text = typeof entry === 'object' && entry !== null && 'expr' in entry ? entry.expr : undefined;
    return typeof text === 'string' ? [{ text, path: [...path, index, 'expr'], place }] : [];
  });
}

function isLadder(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((flows) => typeof flows === 'number');
}
