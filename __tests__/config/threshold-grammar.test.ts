import { describe, expect, test } from '@jest/globals';
import { parseThreshold } from '../../src/config/threshold-grammar.js';
import {
  DEFAULT_GATES,
  defaultGates,
  parseThresholds,
  readThresholdText,
  splitThresholds,
} from '../../src/config/thresholds.js';
import { type MetricDefinition, METRICS } from '../../src/model/metrics.js';

/** `column: message` of every problem. */
function problems(text: string): string[] {
  const result = parseThreshold(text, 'fail');
  return result.ok ? [] : result.problems.map(({ column, message }) => `${column}: ${message}`);
}

describe('an expression becomes a threshold', () => {
  test.each([
    ['success_rate >= 99%', { metric: 'success_rate', op: '>=', limit: 0.99 }],
    ['flow_time.p95<800ms', { metric: 'flow_time', stat: 'p95', op: '<', limit: 800 }],
    ['flow_time.p99.9 <= 2s', { metric: 'flow_time', stat: 'p99.9', op: '<=', limit: 2000 }],
    [
      'step(draft).med > 1ms',
      {
        metric: 'step',
        label: 'draft',
        stat: 'med',
        op: '>',
        limit: 1,
      },
    ],
    [
      'step( place order, a < b ).max < 1s',
      {
        metric: 'step',
        label: 'place order, a < b',
        stat: 'max',
        op: '<',
        limit: 1000,
      },
    ],
    ['failed == 0', { metric: 'failed', op: '==', limit: 0 }],
    [
      'metric(tokens).sum < 50000',
      { metric: 'metric', label: 'tokens', stat: 'sum', op: '<', limit: 50_000 },
    ],
    ['metric(size).p95 < 3MB', { metric: 'metric', label: 'size', stat: 'p95', op: '<', limit: 3e6 }],
    ['metric(wait).max <= 2.3s', { metric: 'metric', label: 'wait', stat: 'max', op: '<=', limit: 2300 }],
    ['metric(hit rate).avg >= 90%', { metric: 'metric', label: 'hit rate', op: '>=', limit: 0.9 }],
    ['metric(speedup).avg >= 1.5', { metric: 'metric', label: 'speedup', op: '>=', limit: 1.5 }],
    [
      'metric(tokens).sum <= base + 5%',
      { metric: 'metric', label: 'tokens', stat: 'sum', limit: { base: 'relative', delta: 0.05 } },
    ],
    ['throughput >= 120/min', { metric: 'throughput', op: '>=', limit: 2 }],
    ['memory_growth < 5MB/min', { metric: 'memory_growth', op: '<', limit: 5e6 }],
    [
      'flow_time.p95 <= base + 5%',
      {
        metric: 'flow_time',
        stat: 'p95',
        op: '<=',
        limit: { base: 'relative', delta: 0.05 },
      },
    ],
    [
      'peak_memory <= base + 150%',
      { metric: 'peak_memory', op: '<=', limit: { base: 'relative', delta: 1.5 } },
    ],
    [
      'peak_memory < base-10MB',
      { metric: 'peak_memory', op: '<', limit: { base: 'absolute', delta: -10e6 } },
    ],
    ['success_rate >= base', { metric: 'success_rate', op: '>=', limit: { base: 'absolute', delta: 0 } }],
  ])('%s', (text, expected) => {
    expect(parseThreshold(text, 'warn')).toMatchObject({
      ok: true,
      threshold: { ...expected, level: 'warn' },
    });
  });

  test('the expression keeps the unit that was written and loses the spaces that mean nothing', () => {
    const canonical = (text: string) => {
      const result = parseThreshold(text, 'fail');
      return result.ok ? result.threshold.expression : result.problems;
    };
    expect(canonical('  flow_time . p95<=1.5 m ')).toBe('flow_time.p95 <= 1.5m');
    expect(canonical('step( a b ).p99.90 < 5\u00b5s')).toBe('step(a b).p99.9 < 5\u00b5s');
    expect(canonical('peak_memory<base+10 MiB')).toBe('peak_memory < base + 10MiB');
    expect(canonical('memory_growth\t<\t5 MB / min')).toBe('memory_growth < 5MB/min');
  });

  test('the amount is kept as it was written, for whoever prints it', () => {
    const written = (text: string) => {
      const result = parseThreshold(text, 'fail');
      return result.ok ? result.threshold.written : result.problems;
    };
    expect(written('flow_time.p95 < 2.50 s')).toEqual({ number: '2.50', unit: 's' });
    expect(written('success_rate >= 0.9')).toEqual({ number: '0.9', unit: '' });
    expect(written('memory_growth <= base + 5 MB / min')).toEqual({ number: '5', unit: 'MB/min' });
    expect(written('success_rate >= base')).toBeUndefined();
  });

  test('every metric of the table can be gated, by the way it is written', () => {
    const limits = {
      ms: '5s',
      bytes: '5MB',
      ratio: '5%',
      count: '5',
      per_second: '5/s',
      bytes_per_minute: '5MB/min',
    };
    for (const [id, definition] of Object.entries<MetricDefinition>(METRICS)) {
      const label = 'labelled' in definition ? (id === 'efficiency' ? '(50)' : '(x)') : '';
      const stat = definition.shape === 'distribution' ? '.p95' : '';
      const limit = definition.unit === undefined ? '5' : limits[definition.unit];
      expect(problems(`${id}${label}${stat} < ${limit}`)).toEqual([]);
    }
  });
});

describe('a problem says what, where and what to write', () => {
  test.each([
    ['flow_tme.p95 < 5s', ['1: there is no metric flow_tme; did you mean flow_time?']],
    ['  Flow_Time.p95 < 5s', ['3: there is no metric Flow_Time; did you mean flow_time?']],
    [
      'flow_time < 5s',
      [
        '1: flow_time needs a stat, as in flow_time.p95; stats are avg, min, med, max, and pN such as p95 or p99.9',
      ],
    ],
    ['flow_time.mean < 5s', ['1: flow_time has no stat mean; did you mean avg?']],
    [
      'flow_time.sum < 5s',
      ['1: flow_time has no stat sum; stats are avg, min, med, max, and pN such as p95 or p99.9'],
    ],
    [
      'metric(tokens) < 5',
      [
        '1: metric needs a stat, as in metric(tokens).sum; stats are avg, min, med, max, sum, and pN such as p95 or p99.9',
      ],
    ],
    ['metric.sum < 5', ['1: metric needs a name: write metric(NAME), as in metric(tokens).sum']],
    [
      'metric(tokens).sum < 5/s',
      ['22: metric(tokens).sum is what flows report: a count, a share, a time or a size; 5/s is a rate'],
    ],
    ['flow_time.maxx < 5s', ['1: flow_time has no stat maxx; did you mean max?']],
    ['flow_time.p101 < 5s', ['1: p101 is no percentile; the N of pN goes from 0 to 100']],
    ['success_rate.p95 > 5%', ['1: success_rate is one value and has no .p95; write success_rate']],
    ['step.p95 < 5s', ['1: step needs a name: write step(NAME), as in step(draft).p95']],
    ['step().p95 < 5s', ['1: step needs a name: write step(NAME), as in step(draft).p95']],
    ['peak_memory(x) < 5MB', ['1: peak_memory takes no name in parentheses']],
    [
      'flow_time().p95 < 5s',
      ['1: the name of a part is missing in flow_time(); write flow_time(NAME), or flow_time of all'],
    ],
    ['step(draft.p95 < 5s', ['5: "(" is never closed; write step(NAME)']],
    ['total_time < 5MB', ['14: total_time is a time; 5MB is a size; write it as 5s or 500ms']],
    ['total_time < 5', ['14: total_time is a time; 5 needs a unit: write 5s or 5ms']],
    ['total_time = 5s', ['12: there is no operator =; did you mean ==?']],
    ['total_time => 5s', ['12: there is no operator =>; did you mean >=?']],
    ['total_time \u2264 5s', ['12: there is no operator \u2264; did you mean <=?']],
    ['total_time != 5s', ['12: there is no operator !=; operators are < <= > >= ==']],
    ['total_time <', ['13: the limit is missing after <']],
    ['< 5s', ['1: the metric is missing; write METRIC OP LIMIT']],
    ['total_time < 5s please', ['14: unexpected "please" after 5s']],
    ['total_time < 5s < 6s', ['14: unexpected "< 6s" after 5s']],
    ['total_time < NaN', ['14: NaN is no number']],
    ['total_time < -5s', ['14: -5s is negative; a limit is 0 or more']],
    ['total_time < base + 5MB', ['21: total_time is a time; 5MB is a size; write it as 5s or 500ms']],
    [
      'total_time < bas + 5%',
      ['14: what head is compared with is called base, not bas; did you mean base + 5%?'],
    ],
    [
      'total_time < origin/main  +5%',
      ['14: what head is compared with is called base, not origin/main; did you mean base + 5%?'],
    ],
    ['total_time < base +', ['20: the quantity is missing after base +']],
    ['total_time < base * 2', ['19: unexpected "* 2" after base; write base, base + 5% or base - 5%']],
    ['total_time < baseline', ['14: baseline is no number; write a number and a unit']],
    [
      'total_time',
      ['11: there is no operator after total_time; write METRIC OP LIMIT with one of < <= > >= =='],
    ],
    [
      'total_tme under 5s',
      [
        '1: there is no metric total_tme; did you mean total_time?',
        '10: there is no operator after total_tme; write METRIC OP LIMIT with one of < <= > >= ==',
      ],
    ],
    ['', ['1: is empty; write METRIC OP LIMIT or remove it']],
  ])('%s', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test('a name that resembles none is answered with all of them', () => {
    expect(problems('quux < 5s')[0]).toMatch(
      /^1: there is no metric quux; metrics are success_rate, .*knee$/,
    );
  });

  test('all problems of an expression are reported at once', () => {
    expect(problems('flow_time.p101 => 5MB')).toEqual([
      '1: p101 is no percentile; the N of pN goes from 0 to 100',
      '16: there is no operator =>; did you mean >=?',
      '19: flow_time is a time; 5MB is a size; write it as 5s or 500ms',
    ]);
  });

  test('an unknown metric does not make its unit wrong as well', () => {
    expect(problems('flow_tme.p95 < 5MB')).toHaveLength(1);
  });

  test('names of the language (constructor, __proto__) are no metrics', () => {
    expect(problems('constructor < 5')).toHaveLength(1);
    expect(problems('__proto__ < 5')).toHaveLength(1);
    expect(problems('flow_time.constructor < 5s')).toHaveLength(1);
    expect(problems('total_time < 5constructor')).toHaveLength(1);
  });

  test('hostile text neither throws nor takes long', () => {
    for (const piece of ['(', ')', 'step(', '<', ' ', '9', 'a.', '(()', '\u0000', '💥', '5s,']) {
      expect(parseThreshold(piece.repeat(20_000), 'fail').ok).toBe(false);
    }
  });
});

describe('a list of thresholds', () => {
  test('reports the problems of all entries, with their index, and keeps what is right', () => {
    const { thresholds, problems: found } = parseThresholds(
      ['success_rate >= 90%', null, 'flow_tme.p95 < 5s', '  ', 'total_time < 5MB'],
      'fail',
    );
    expect(thresholds.map(({ expression }) => expression)).toEqual(['success_rate >= 90%']);
    expect(found).toEqual([
      { index: 1, column: 1, message: 'is empty; write METRIC OP LIMIT or remove the line' },
      {
        index: 2,
        column: 1,
        message: '"flow_tme.p95 < 5s": there is no metric flow_tme; did you mean flow_time?',
      },
      { index: 3, column: 1, message: 'is empty; write METRIC OP LIMIT or remove the line' },
      {
        index: 4,
        column: 14,
        message: '"total_time < 5MB": total_time is a time; 5MB is a size; write it as 5s or 500ms',
      },
    ]);
  });

  test('a text holds one a line, or several with commas that are in no label', () => {
    const text = '\n# gates\na < 1, step(x, y).p95 < 2\n   # more\n b < 3\n\n';
    expect(splitThresholds(text)).toEqual([
      { text: 'a < 1', line: 2, column: 1 },
      { text: 'step(x, y).p95 < 2', line: 2, column: 8 },
      { text: 'b < 3', line: 4, column: 2 },
    ]);
  });

  test('a place left empty between two commas is an empty entry', () => {
    expect(splitThresholds('a < 1,, b < 2').map(({ text }) => text)).toEqual(['a < 1', '', 'b < 2']);
  });

  test.each([
    ['between two entries', 'a < 1\n\nb < 2'],
    ['several, with spaces and tabs', '\n \n a < 1 \n\t\n  \n b < 2\n\n'],
    ['of Windows', '\r\na < 1\r\n\r\n  \r\nb < 2\r\n'],
    ['around a comment', 'a < 1\n\n# why\n\nb < 2'],
  ])('blank lines are skipped: %s', (_, text) => {
    expect(splitThresholds(text).map((entry) => entry.text)).toEqual(['a < 1', 'b < 2']);
  });

  test.each(['', '  ', '\n\n', '\r\n \r\n', '# a comment', ' # one\n\n#two', ',,'])(
    'a text with nothing in it holds no threshold: %j',
    (text) => {
      expect(readThresholdText(text, 'fail')).toEqual([]);
    },
  );

  test.each([
    ['commas', `a < 1${','.repeat(250_000)}`],
    ['commas in a label that is never closed', `step(${','.repeat(250_000)}`],
    ['parentheses', '(,'.repeat(125_000)],
  ])('a long text is split in one pass: %s', (_, text) => {
    const found = splitThresholds(text);
    expect(found.map((entry) => entry.text).join(',').length).toBeGreaterThan(100_000);
  });

  test('the default gates are the four of the contract', () => {
    expect(defaultGates().map(({ expression }) => expression)).toEqual([...DEFAULT_GATES]);
    expect(defaultGates().map(({ limit }) => limit)).toEqual([0.9, 30_000, 500e6, 0.8]);
  });
});
