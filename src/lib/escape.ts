import { withoutEscapes } from './message.js';

/*
 * What flows print, and every name and message in a results file, is hostile: a flow runs the pull
 * request's code, and a saved file may come from a fork. Nothing of it reaches a reader but through one of these.
 */

/** Longest text that a table cell or a line of a log holds, if nothing else is said. */
export const TEXT_LIMIT = 200;

/** Controls, format characters (bidi overrides, zero-width ones, tags, byte order marks), and what no text may hold. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{NChar}\uFFFC\u115F\u1160\u3164\uFFA0]/gu;
const LONE_SURROGATE = /\p{Cs}/gu;
/** More than two marks on one letter only serve to paint over the lines around it. */
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu;

/**
 * One line of plain text for terminals, logs and annotations, at most `max` characters (code points), cut with `…`.
 * Escape sequences, controls and bidi overrides are gone, and the GitHub runner finds no workflow command in it,
 * wherever it is broken into lines between words: the runner takes `::name::` after leading white space and
 * `##[name]` anywhere in a line (actions/runner, ActionCommand.cs).
 */
export function plain(text: string, max: number = TEXT_LIMIT): string {
  // What is far beyond the cut is not worth cleaning; an escape sequence never needs this much.
  const oneLine = text.slice(0, max * 20 + 10_000).replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/gu, ' ');
  const visible = withoutEscapes(oneLine)
    .replace(INVISIBLE, '')
    .replace(LONE_SURROGATE, '\uFFFD')
    .replace(STACKED_MARKS, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
  return cut(disarm(visible), max);
}

/** Breaks both forms of workflow command with a space that a reader sees. */
function disarm(line: string): string {
  return line
    .replace(/##(?=\[)/gu, '## ')
    .replace(/(?<=^|\s):{2,}/gu, (colons) => Array.from(colons).join(' '));
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const characters = Array.from(text);
  if (characters.length <= max) return text;
  return max < 1
    ? ''
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}

/** Everything that CommonMark, GFM, HTML or a filter of GitHub may take for more than a letter. */
const SPECIAL = /[&<>"'|`\\*_~@#:[\](){}!$]/gu;

/**
 * Text for Markdown and HTML alike: inline, one line, at most `max` characters before escaping.
 * Every special character is an entity, which CommonMark takes literally (spec §6.2); and as cmark-gfm and GitHub
 * look for links, mentions, issues, commits and emoji in the text *after* entities are decoded, `<wbr>` keeps the
 * parts of those in different text nodes. It is empty and leaves nothing behind when the text is copied.
 */
export function html(text: string, max: number = TEXT_LIMIT): string {
  return plain(text, max)
    .split(AUTOLINK_SEAM)
    .map((part) => part.replace(SPECIAL, entity))
    .join('<wbr>');
}

/**
 * Where a text is parted: around @ (e-mail, mention), after # (issue) and `GH-`, around : within a word
 * (protocol, emoji), between www and its dot, and within anything that may be the id of a commit.
 */
const AUTOLINK_SEAM =
  /(?=@)|(?<=@)|(?<=#)|(?<=\bGH)(?=-)|(?=:\S)|(?<=:)(?=\S)|(?<=\bwww)(?=\.)|(?<=\b(?:[0-9a-f]{6})+)(?=[0-9a-f])/giu;

/** A table cell, or any place in Markdown, that shows text as it is: a `<code>` element. Empty text gives nothing. */
export function cell(text: string, max: number = TEXT_LIMIT): string {
  const inner = html(text, max);
  return inner === '' ? '' : `<code>${inner}</code>`;
}

function entity(character: string): string {
  return NAMED[character] ?? `&#${character.codePointAt(0) ?? 0xfffd};`;
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For Mermaid: letters, digits, spaces, dot, dash and underscore of at most `max` characters; never empty. */
export function mermaidLabel(text: string, max = 40): string {
  const safe = plain(text, max)
    .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replace(/-{2,}/gu, '-')
    .replace(/\s+/gu, ' ')
    .trim();
  return safe === '' ? '-' : safe;
}

/** An http(s) address without anything that needs escaping, or undefined: the only links that a report holds. */
export function safeUrl(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[A-Za-z0-9._~/-]*)?$/u.test(url)
    ? url
    : undefined;
}

/**
 * Text for an HTML file of our own, in elements, attributes in double quotes and SVG alike: nothing links or
 * formats there, so that five entities do (and `<wbr>` would be an unknown element within SVG).
 */
export function markup(text: string, max: number = TEXT_LIMIT): string {
  return plain(text, max).replace(/[&<>"']/gu, entity);
}

/** Everything but the characters of XML 1.0 (section 2.2); of the controls, line feeds alone are let through. */
const NO_XML = /[^\n\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** The content of an XML element that keeps its lines, at most `max` characters before escaping. */
export function xmlLines(text: string, max: number): string {
  return cut(text.replace(NO_XML, ''), max).replace(/[&<>"']/gu, entity);
}
