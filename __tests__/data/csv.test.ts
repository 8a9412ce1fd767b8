import { describe, expect, test } from '@jest/globals';
import { parseCsv } from '../../src/data/csv.js';

/** Fields of each record. */
const fieldsOf = (text: string): string[][] => parseCsv(text).records.map(({ fields }) => [...fields]);

describe('CSV', () => {
  test.each<[string, string, string[][]]>([
    [
      'lines',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'no line break at the end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['CR alone', 'a\r1\r', [['a'], ['1']]],
    [
      'empty fields',
      ',\n,,',
      [
        ['', ''],
        ['', '', ''],
      ],
    ],
    ['spaces, which are of the field', ' a , b ', [[' a ', ' b ']]],
    ['empty lines, which are none', '\n\na\n\n\r\n1\n\n', [['a'], ['1']]],
    ['a quoted empty field, which is a line', 'a\n""\n', [['a'], ['']]],
    ['quoted fields', '"a","b,c"\n', [['a', 'b,c']]],
    ['doubled quotation marks', '"a ""b""",""""\n', [['a "b"', '"']]],
    ['line breaks in a field, as they are', '"a\nb\r\nc\rd",e', [['a\nb\r\nc\rd', 'e']]],
    ['other characters', 'ž,🐎,\0,\t', [['ž', '🐎', '\0', '\t']]],
    ['nothing', '', []],
  ])('%s', (_, text, fields) => {
    expect(parseCsv(text).problems).toEqual([]);
    expect(fieldsOf(text)).toEqual(fields);
  });

  test('a record has the line on which it begins', () => {
    const { records } = parseCsv('a\r\n\r\n"1\n2\r\n3"\n4\n');
    expect(records.map(({ line, fields }) => [line, fields[0]])).toEqual([
      [1, 'a'],
      [3, '1\n2\r\n3'],
      [6, '4'],
    ]);
  });

  test.each([
    ['a\n1"2"\n3', [[2, 'has a quotation mark in a field that does not begin with one']]],
    ['a\n"1" ,2\n3', [[2, 'has text behind the closing quotation mark of a field']]],
    ['a\n\n"1\n2\n3', [[3, 'has a quotation mark that is never closed']]],
    [
      'a\nb"\n"c\nd"e\n"f',
      [
        [2, 'has a quotation mark in a field'],
        [3, 'has text behind'],
        [5, 'has a quotation mark that is never closed'],
      ],
    ],
  ])('%j is told with its line', (text, told) => {
    const { problems } = parseCsv(text);
    expect(problems.map(({ line, message }) => [line, message])).toEqual(
      told.map(([line, message]) => [line, expect.stringContaining(String(message))]),
    );
  });

  test('a long field takes no long time', () => {
    const field = '""'.repeat(2_000_000);
    expect(fieldsOf(`a\n"${field}"`)[1]?.[0]).toHaveLength(2_000_000);
  });
});
