import { describe, expect, test } from '@jest/globals';
import { addedUp, reportedOf, Reports } from '../../src/flows/reported.js';

function reportsOf(...reports: readonly (readonly [name: unknown, value: unknown, unit?: unknown])[]) {
  const all = new Reports();
  for (const [name, value, unit] of reports) all.add(name, value, unit);
  return all.all();
}

describe('the reports of one flow', () => {
  test('are added up by name and unit, in the order in which names came', () => {
    expect(
      reportsOf(['tokens', 400], ['size', 3, 'MB'], ['tokens', 12], ['size', 0.5, 'MB'], ['size', 1, 'KB']),
    ).toEqual([
      { name: 'tokens', value: 412 },
      { name: 'size', value: 3.5, unit: 'MB' },
      { name: 'size', value: 1, unit: 'KB' },
    ]);
  });

  test('may be negative, and zero', () => {
    expect(reportsOf(['balance', -5], ['balance', 2], ['none', 0])).toEqual([
      { name: 'balance', value: -3 },
      { name: 'none', value: 0 },
    ]);
  });

  test('a million of them are one number, to the last digit', () => {
    const all = new Reports();
    for (let count = 0; count < 1_000_000; count += 1) all.add('cost', 0.1, undefined);
    expect(all.all()).toEqual([{ name: 'cost', value: 100_000 }]);
  });

  test('of more than a hundred names one more is kept, so that it is seen that there are more', () => {
    const names = Array.from({ length: 5000 }, (_, index) => [`n${index}`, 1] as const);
    expect(reportsOf(...names)).toHaveLength(101);
    expect(reportsOf(['x'.repeat(1e6), 1])[0]?.name).toHaveLength(201);
  });

  test.each([
    [['tokens', NaN], 'metric(tokens) must be a finite number, not NaN'],
    [['tokens', Infinity], 'metric(tokens) must be a finite number, not Infinity'],
    [['tokens', '12'], 'metric(tokens) must be a finite number, not 12'],
    [['tokens', undefined], 'metric(tokens) must be a finite number, not undefined'],
    [['tokens', 12n], 'metric(tokens) must be a finite number, not 12'],
    [['', 1], 'metric(NAME, VALUE, UNIT) needs a name, not ""'],
    [[undefined, 1], 'metric(NAME, VALUE, UNIT) needs a name, not undefined'],
    [
      ['size', 1, 'Mb'],
      'metric(size): there is no unit Mb; units are none, %, ratio, ns us ms s m h, B KB MB GB',
    ],
    [['rate', 1, '/s'], /^metric\(rate\): there is no unit \/s/],
    [['size', 1, 7], /^metric\(size\): there is no unit 7/],
    [['size', 1, 'toString'], /^metric\(size\): there is no unit toString/],
    [
      ['wait', 1, 'seconds'],
      'metric(wait): there is no unit seconds; units are none, %, ratio, ns us ms s m h',
    ],
  ] as const)('%j is refused', (report, message) => {
    expect(() => reportsOf(report as never)).toThrow(message);
  });

  test('what comes to more than a number can hold is refused, and what was reported before stands', () => {
    const all = new Reports();
    all.add('much', 1e308, undefined);
    expect(() => {
      all.add('much', 1e308, undefined);
    }).toThrow('metric(much): what the flow reported comes to more than a number can hold');
    expect(() => {
      all.add('size', 1e300, 'GB');
    }).toThrow('metric(size)');
    expect(all.all()).toEqual([{ name: 'much', value: 1e308 }]);
  });
});

describe('in base units', () => {
  test.each([
    ['', 12, { value: 12, unit: 'count' }],
    ['%', 20, { value: 0.2, unit: 'ratio' }],
    ['ratio', 0.2, { value: 0.2, unit: 'ratio' }],
    ['ns', 1e6, { value: 1, unit: 'ms' }],
    ['us', 1500, { value: 1.5, unit: 'ms' }],
    ['µs', 1500, { value: 1.5, unit: 'ms' }],
    ['ms', 412, { value: 412, unit: 'ms' }],
    ['s', 2.3, { value: 2300, unit: 'ms' }],
    ['m', 1.5, { value: 90_000, unit: 'ms' }],
    ['h', 1, { value: 3_600_000, unit: 'ms' }],
    ['B', 7, { value: 7, unit: 'bytes' }],
    ['MB', 3, { value: 3e6, unit: 'bytes' }],
    ['GiB', 1, { value: 2 ** 30, unit: 'bytes' }],
  ] as const)('%s', (unit, value, amount) => {
    const report = unit === '' ? { name: 'x', value } : { name: 'x', value, unit };
    expect(reportedOf([report])).toEqual({ metrics: [{ name: 'x', ...amount }] });
  });

  test('one name in units of one kind is one sum; in two kinds it is two, for whoever judges', () => {
    const reports = [
      { name: 'size', value: 1, unit: 'MB' },
      { name: 'size', value: 0.5, unit: 'KB' },
      { name: 'size', value: 3, unit: 's' },
    ];
    expect(reportedOf(reports).metrics).toEqual([
      { name: 'size', value: 1_000_500, unit: 'bytes' },
      { name: 'size', value: 3000, unit: 'ms' },
    ]);
  });

  test('what a host says that is no unit, or no number in the base unit, is told; the rest counts', () => {
    const fine = { name: 'tokens', value: 1 };
    expect(reportedOf([{ name: 'a', value: 1, unit: 'parsec' }, fine])).toEqual({
      metrics: [{ name: 'tokens', value: 1, unit: 'count' }],
      problem: expect.stringMatching(/^metric\(a\): there is no unit parsec; units are none, %, ratio, /),
    });
    expect(reportedOf([{ name: 'a', value: 1e308, unit: 'h' }]).problem).toMatch(/more than a number/);
  });

  test('two attempts of a flow are added up', () => {
    const tokens = { name: 'tokens', value: 0.1, unit: 'count' } as const;
    expect(addedUp([tokens, { ...tokens, value: 0.2 }])).toEqual([{ ...tokens, value: 0.3 }]);
  });
});
