import { describe, expect, test } from '@jest/globals';
import { formatOf, readRows, type RowFormat } from '../../src/data/rows.js';
import { ExactNumber } from '../../src/model/json.js';

const row = (values: object, line?: number): object => (line === undefined ? { values } : { values, line });

test.each([
  ['users.csv', 'csv'],
  ['a.b/USERS.CSV', 'csv'],
  ['users.json', 'json'],
  ['users.jsonl', 'jsonl'],
  ['users.ndjson', 'ndjson'],
  ['users.txt', undefined],
  ['csv', undefined],
  ['users', undefined],
])('%s is of the format %s', (file, format) => {
  expect(formatOf(file)).toBe(format);
});

describe('rows', () => {
  test.each<[string, RowFormat, string, object[]]>([
    [
      'of CSV, each value a text',
      'csv',
      'name,n\nann,007\n"b,\nc",\n',
      [row({ name: 'ann', n: '007' }, 2), row({ name: 'b,\nc', n: '' }, 3)],
    ],
    ['with a byte order mark and CRLF', 'csv', '\uFEFFname\r\nann\r\n', [row({ name: 'ann' }, 2)]],
    ['with spaces around names of columns', 'csv', ' a , b\n 1 ,2', [row({ a: ' 1 ', b: '2' }, 2)]],
    [
      'named as the language names its own',
      'csv',
      '__proto__,constructor\n1,2',
      [row(JSON.parse('{"__proto__":"1","constructor":"2"}') as object, 2)],
    ],
    [
      'of JSON',
      'json',
      '[{"a":"\\u0000","b":[{"c":null}]},\n {}]',
      [row({ a: '\0', b: [{ c: null }] }), row({})],
    ],
    ['of JSON, numbers with their digits', 'json', '[{"a":1.10}]', [row({ a: new ExactNumber('1.10') })]],
    ['of NDJSON', 'ndjson', '\uFEFF{"a":"1"}\r\n\n{"a":"2"}', [row({ a: '1' }, 1), row({ a: '2' }, 3)]],
    ['of JSON lines', 'jsonl', '{"a":true}\n', [row({ a: true }, 1)]],
  ])('%s', (...[, format, text, rows]) => {
    expect(readRows(text, format)).toEqual({ rows, problems: [] });
  });
});

describe('what is wrong with a file', () => {
  test.each<[RowFormat, string, string[]]>([
    ['csv', '', ['is empty; write a line with the names of its columns, and a line for each row']],
    ['json', ' \n', ['is empty; write a list of rows, such as [{"user": "ann"}]']],
    ['ndjson', '', ['is empty; write a row a line, such as {"user": "ann"}']],
    ['csv', 'a,b\n', ['has no rows; write a line with the names of its columns, and a line for each row']],
    ['json', '[]', ['has no rows; write a list of rows, such as [{"user": "ann"}]']],
    [
      'csv',
      'a,b\n1\n1,2\n1,2,3\n',
      ['2: has 1 field, and the header has 2 fields', '4: has 3 fields, and the header has 2 fields'],
    ],
    [
      'csv',
      'a,b,a,,a\n1,2,3,4,5',
      ['1: column 4 has no name', '1: there are several columns "a"; give each a name of its own'],
    ],
    [
      'csv',
      'a,a\n1\n"2',
      [
        '1: there are several columns "a"; give each a name of its own',
        '2: has 1 field, and the header has 2 fields',
        '3: has a quotation mark that is never closed',
      ],
    ],
    ['csv', 'name\nann\n\uFFFD\n', ['3: holds bytes that are not UTF-8; save it as UTF-8']],
    ['json', '{"a":1}', ['is no list; write the rows in [ ], or one a line in a file .ndjson']],
    [
      'json',
      '[{}, 7, [], null]',
      [
        'row 2: is no map of names and values',
        'row 3: is no map of names and values',
        'row 4: is no map of names and values',
      ],
    ],
    ['json', '[\n  {"a": 1},\n  {"a": }\n]', ["3: is not JSON: Object value expected after ':'"]],
    [
      'json',
      '[{"a": 1}',
      ["1: is not JSON: Array item or end of array ']' expected but reached end of input"],
    ],
    ['json', '[{"a": 1, "a": 2}]', ['the key "a" is given twice, with different values']],
    ['json', '['.repeat(1_000_000), ['is nested too deeply']],
    [
      'ndjson',
      '{"a":1}\n7\n{"a"}\n{"a":1,"a":2}\n',
      [
        '2: is no map of names and values',
        "3: is not JSON: Colon ':' expected after property name but got '}'",
        '4: the key "a" is given twice, with different values',
      ],
    ],
    [
      'ndjson',
      `{"a":"1"}\n{"a":"${'x'.repeat(100_000)}"}`,
      ['2: has more than 100 KB as JSON, the most that a row may have'],
    ],
    [
      'json',
      `[{"a":"${'"'.replace('"', '\\u0000').repeat(17_000)}"}]`,
      ['row 1: has more than 100 KB as JSON, the most that a row may have'],
    ],
    ['ndjson', '{}\n'.repeat(100_001), ['has 100001 rows; at most 100000 are read']],
  ])('%s %j', (format, text, told) => {
    const { problems } = readRows(text, format);
    expect(
      problems.map(({ line, message }) => (line === undefined ? message : `${line}: ${message}`)),
    ).toEqual(told);
  });
});
