import { describe, expect, test } from '@jest/globals';
import { parseQuantity, valueFor } from '../../src/lib/quantity.js';
import type { Unit } from '../../src/model/metrics.js';

/** The value in the base unit, or the message. */
function read(text: string, unit: Unit, metric = 'm'): number | string {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return parsed.message;
  const fitted = valueFor(parsed.quantity, metric, unit);
  return fitted.ok ? fitted.value : fitted.message;
}

describe('every unit becomes its base unit', () => {
  test.each<[string, Unit, number]>([
    ['90%', 'ratio', 0.9],
    ['7%', 'ratio', 0.07],
    ['99.95%', 'ratio', 0.9995],
    ['0.9', 'ratio', 0.9],
    ['.5', 'ratio', 0.5],
    ['1', 'ratio', 1],
    ['100%', 'ratio', 1],
    ['250ns', 'ms', 0.00025],
    ['5us', 'ms', 0.005],
    ['5\u00b5s', 'ms', 0.005],
    ['5\u03bcs', 'ms', 0.005],
    ['800ms', 'ms', 800],
    // In floating point 2.01 · 1000 is 2009.9999999999998.
    ['2.01s', 'ms', 2010],
    ['1.5m', 'ms', 90_000],
    ['2h', 'ms', 7_200_000],
    ['1e3ms', 'ms', 1000],
    ['0', 'ms', 0],
    ['0', 'bytes', 0],
    ['12B', 'bytes', 12],
    ['5KB', 'bytes', 5000],
    ['500 MB', 'bytes', 500e6],
    ['1.1GB', 'bytes', 1_100_000_000],
    ['1KiB', 'bytes', 1024],
    ['1MiB', 'bytes', 1_048_576],
    ['2GiB', 'bytes', 2_147_483_648],
    ['3', 'count', 3],
    ['4', 'per_second', 4],
    ['4/s', 'per_second', 4],
    ['300/min', 'per_second', 5],
    ['5MB/min', 'bytes_per_minute', 5e6],
    ['5 MB / min', 'bytes_per_minute', 5e6],
    ['1KiB/s', 'bytes_per_minute', 61_440],
    ['0', 'bytes_per_minute', 0],
  ])('%s as %s is %d', (text, unit, value) => {
    expect(read(text, unit)).toBe(value);
  });
});

describe('a unit that does not fit names both and shows how to write it', () => {
  test.each<[string, Unit, string]>([
    ['5MB', 'ms', 'm is a time; 5MB is a size; write it as 5s or 500ms'],
    ['5', 'ms', 'm is a time; 5 needs a unit: write 5s or 5ms'],
    ['5s', 'bytes', 'm is a size; 5s is a time; write it as 500MB or 2GiB'],
    ['5', 'bytes', 'm is a size; 5 needs a unit: write 5MB or 5KB'],
    ['5s', 'count', 'm is a count; 5s is a time; write it as 5'],
    ['5%', 'count', 'm is a count; 5% is a percentage; write it as 5'],
    ['5s', 'ratio', 'm is a share; 5s is a time; write it as 90% or 0.9'],
    ['5MB', 'bytes_per_minute', 'm is a size per time; 5MB is a size; write it as 5MB/min'],
    ['5MB/s', 'bytes', 'm is a size; 5MB/s is a size per time; write it as 500MB or 2GiB'],
    ['5ms', 'per_second', 'm is a rate; 5ms is a time; write it as 5/s or 300/min'],
    ['90', 'ratio', 'm is a share; 90 is more than all; did you mean 90%?'],
    ['150%', 'ratio', 'm is a share; 150% is more than all; a share is at most 100%'],
  ])('%s for %s', (text, unit, message) => {
    expect(read(text, unit)).toBe(message);
  });
});

describe('what is no quantity says why', () => {
  test.each([
    ['NaN', 'NaN is no number'],
    ['nan%', 'nan% is no number'],
    ['Infinity', 'Infinity is no number'],
    ['fast', 'fast is no number; write a number and a unit'],
    ['%', '% is no number; write a number and a unit'],
    ['-5ms', '-5ms is negative; a limit is 0 or more'],
    ['+5ms', '+5ms has a sign; write 5ms'],
    ['5sec', 'there is no unit sec; did you mean s?'],
    ['5parsec', 'there is no unit parsec; units are % · ns us ms s m h · B KB MB GB KiB MiB GiB · /s /min'],
    ['5mb', 'there is no unit mb; did you mean MB?'],
    ['5M', 'there is no unit M; did you mean MB?'],
    ['5min', 'there is no unit min; did you mean m?'],
    ['5kib', 'there is no unit kib; did you mean KiB?'],
    ['5MB/hour', 'there is no unit MB/hour'],
    ['5s or so', 'unexpected "or so" after 5s'],
    ['5.', 'unexpected "." after 5'],
    ['5.5.5s', 'unexpected ".5s" after 5.5'],
    ['1m30s', 'unexpected "30s" after 1m'],
    ['1_000ms', '1_000 has separators; write 1000'],
    ['1,000ms', '1,000 has separators; write 1000'],
    ['1e999s', '1e999 is too large a number'],
  ])('%s', (text, message) => {
    expect(read(text, 'ms')).toEqual(expect.stringContaining(message));
  });
});
