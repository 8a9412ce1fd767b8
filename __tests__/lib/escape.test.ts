import { describe, expect, test } from '@jest/globals';
import { cell, html, mermaidLabel, plain, safeUrl } from '../../src/lib/escape.js';
import { seededRandom } from '../../src/lib/random.js';
import { hostileText } from '../fakes/hostile-text.js';
import { HOSTILE_TEXTS } from '../fakes/sample-results.js';
import { cmarkMissing, rendered, tables, tags, text, UNLESS_MISSING } from '../report/cmark.js';
import { workflowCommand } from '../report/workflow-command.js';

const random = seededRandom(20260105);
const TEXTS = [...HOSTILE_TEXTS, ...Array.from({ length: 3000 }, () => hostileText(random))];

describe('plain text', () => {
  test.each([
    ['a\nb\r\n\tc', 'a b c'],
    ['\u001B[1;31mred\u001B[0m', 'red'],
    ['\u001B]0;title\u0007rest', 'rest'],
    ['\u001B]8;;http://x\u001B\\link\u001B]8;;\u001B\\', 'link'],
    ['\u009B31mred', 'red'],
    ['user\u202Egnp.exe', 'usergnp.exe'],
    ['a\u0000b\u0007c\u007Fd', 'abcd'],
    ['\uD800x', '\uFFFDx'],
    ['::error::x', ': :error::x'],
    ['  \u200B::error::x', ': :error::x'],
    ['a ::debug::b', 'a : :debug::b'],
    ['std::vector', 'std::vector'],
    ['a ##[error]b', 'a ## [error]b'],
    ['###[error]b', '### [error]b'],
    ['#\u001B[0m#[error]b', '## [error]b'],
    ['#\u200B#\u200B[error]b', '## [error]b'],
    ['', ''],
    ['ordinary text, 5 × é 🎉', 'ordinary text, 5 × é 🎉'],
  ])('of %j is %j', (hostile, expected) => {
    expect(plain(hostile)).toBe(expected);
  });

  test('is cut with an ellipsis, never within a character', () => {
    expect(plain('abcdef', 4)).toBe('abc…');
    expect(plain('abcd', 4)).toBe('abcd');
    expect(plain('🎉🎉🎉🎉', 3)).toBe('🎉🎉…');
    expect(plain('abc', 0)).toBe('');
  });

  test('is quick on a long text, and within its length', () => {
    for (const unit of ['\u001B[', '\u001B]', '::', '##[', ' ', 'a\u0301', '\u001BP']) {
      expect(Array.from(plain(unit.repeat(500_000), 50)).length).toBeLessThanOrEqual(50);
    }
  });

  test('is one line without controls and without a workflow command, wherever words are parted', () => {
    for (const max of [5, 17, 200]) {
      const lines = TEXTS.map((hostile) => plain(hostile, max));
      expect(lines.filter((line) => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(line))).toEqual([]);
      expect(lines.filter((line) => Array.from(line).length > max)).toEqual([]);
      const starts = lines.flatMap((line) => {
        const words = line.split(' ');
        return words.map((_word, index) => words.slice(index).join(' '));
      });
      expect(starts.filter(workflowCommand)).toEqual([]);
    }
  });

  test('of plain text is the same text', () => {
    expect(TEXTS.map((hostile) => plain(plain(hostile)))).toEqual(TEXTS.map((hostile) => plain(hostile)));
  });
});

describe('text for Markdown', () => {
  const UNSAFE = /[<>"'|`\\*_~@#:[\](){}!$\n]/u;

  test('has no special character but in entities and <wbr>', () => {
    const bare = TEXTS.map((hostile) => html(hostile).replace(/&(?:amp|lt|gt|quot|#\d+);|<wbr>/gu, ''));
    expect(bare.filter((line) => UNSAFE.test(line))).toEqual([]);
  });

  test('is a code element in a cell, and nothing if there is no text', () => {
    expect(cell('a|b')).toBe('<code>a&#124;b</code>');
    expect(cell('\u0000')).toBe('');
  });

  (cmarkMissing ? test.skip : test)(`leaves cmark-gfm nothing to change${UNLESS_MISSING}`, () => {
    const rows = TEXTS.map((hostile, index) => `| ${index} | ${cell(hostile)} | ${html(hostile)} | end |`);
    const output = rendered(['| n | code | prose | end |', '|-|-|-|-|', ...rows].join('\n'));
    expect(tables(output)).toEqual([Array.from({ length: TEXTS.length + 1 }, () => 4)]);
    expect(new Set(tags(output))).toEqual(
      new Set([
        '<table>',
        '</table>',
        '<thead>',
        '</thead>',
        '<tbody>',
        '</tbody>',
        '<tr>',
        '</tr>',
        '<th>',
        '</th>',
        '<td>',
        '</td>',
        '<code>',
        '</code>',
        '<wbr>',
      ]),
    );
    const cells = (output.match(/<td>.*?<\/td>/gsu) ?? []).map(text);
    expect(cells).toEqual(
      TEXTS.flatMap((hostile, index) => [`${index}`, plain(hostile), plain(hostile), 'end']),
    );
  });

  test('keeps what GitHub would link in different text nodes', () => {
    const nodes = TEXTS.flatMap((hostile) =>
      text(
        html(hostile)
          .replace(/<wbr>/gu, '\u0001')
          .replace(/&#(\d+);/gu, (_match, code: string) => String.fromCodePoint(Number(code))),
      ).split('\u0001'),
    );
    const linked = /@\w|#\d|\bGH-\d|\bwww\.|\w:\/\/|:\w+:|\b[0-9a-f]{7,40}\b/iu;
    expect(nodes.filter((node) => linked.test(node))).toEqual([]);
  });
});

describe('a Mermaid label', () => {
  test('is made of safe characters and never empty', () => {
    const safe = /^[\p{L}\p{N} ._-]{1,40}$/u;
    expect(TEXTS.map((hostile) => mermaidLabel(hostile)).filter((label) => !safe.test(label))).toEqual([]);
  });
});

describe('a link', () => {
  test('is taken only if nothing in it needs escaping', () => {
    expect(safeUrl('https://github.com/octo/shop/actions/runs/1')).toBe(
      'https://github.com/octo/shop/actions/runs/1',
    );
    expect(safeUrl('http://ghes.example:8443/o/r')).toBe('http://ghes.example:8443/o/r');
    for (const url of [
      'javascript:alert(1)',
      'https://x.example/)[y](z',
      'https://u@x.example/',
      'https://x/ y',
      '//x',
      undefined,
    ]) {
      expect(safeUrl(url)).toBeUndefined();
    }
  });
});

test('control strings that never end take no longer than any other text', () => {
  const started = performance.now();
  for (let round = 0; round < 20; round++) plain('\u009D'.repeat(14_000));
  expect(performance.now() - started).toBeLessThan(1000);
});
