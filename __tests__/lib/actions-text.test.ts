import { expect, test } from '@jest/globals';
import { inert } from '../../src/lib/message.js';

/** As the runner reads a line (ActionCommand.cs): trimmed at its start, or `##[` anywhere; what is invisible is nothing. */
function obeyed(line: string): boolean {
  const visible = line.replaceAll(/[\p{C}\p{M}]/gu, '');
  return visible.trimStart().startsWith('::') || visible.includes('##[');
}

test.each([
  '::error::x',
  '  \t::set-output name=a::b',
  'fine\n::add-mask::x',
  'fine\r::add-mask::x',
  'fine\r\n ::stop-commands::x',
  '\u0085::error::x',
  '\u200b::error::x',
  ':\u200d:error::x',
  '\ufeff::error::x',
  '##[error]x',
  'text ##[set-env name=a]b',
  '#\u200b#[error]x',
  '####[error]x',
])('%j is no command afterwards, and is still to be read', (text) => {
  expect(text.split(/\r\n|\n|\r/).some(obeyed)).toBe(true);
  const shown = inert(text);
  expect(shown.split(/\r\n|\n|\r/).some(obeyed)).toBe(false);
  expect(shown).toContain(text.replace(/^[^]*[:\]]/, ''));
});

test.each(['a::b', 'std::vector', 'x ::y', '# [x]', '#1', '\u001b[1mtable\u001b[0m │ 12 %'])(
  '%j stays as it is',
  (text) => {
    expect(inert(text)).toBe(text);
  },
);
