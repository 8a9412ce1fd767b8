import { spawnSync } from 'node:child_process';

/*
 * GitHub's own Markdown renderer, as Debian packages it. Tests that need it are skipped where it is not installed, and
 * say so in their name.
 */

const EXTENSIONS = ['table', 'autolink', 'strikethrough', 'tagfilter'].flatMap((name) => ['-e', name]);

export const cmarkMissing = spawnSync('cmark-gfm', ['--version']).error !== undefined;

/** `test`, or a skipped one whose name gives the reason. */
export const UNLESS_MISSING = cmarkMissing ? ' (skipped: cmark-gfm is not installed)' : '';

/** HTML with raw elements kept, as on GitHub. */
export function rendered(markdown: string): string {
  const { stdout, error, status } = spawnSync('cmark-gfm', ['--unsafe', ...EXTENSIONS], {
    input: markdown,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`cmark-gfm ended with ${status ?? 'a signal'}`);
  return stdout;
}

/** Names of all opening tags, in order; attributes are kept, as none of ours has to have one but links. */
export function tags(html: string): readonly string[] {
  return html.match(/<[a-z!/][^>]*>/giu) ?? [];
}

/** Rows of each table, each row with its number of cells. */
export function tables(html: string): readonly (readonly number[])[] {
  const found = html.match(/<table>.*?<\/table>/gsu) ?? [];
  return found.map((table) =>
    (table.match(/<tr>.*?<\/tr>/gsu) ?? []).map((row) => row.match(/<t[hd][ >]/gu)?.length ?? 0),
  );
}

/** The text that a reader sees. */
export function text(html: string): string {
  return html
    .replace(/<[^>]*>/gu, '')
    .replace(/&lt;/gu, '<')
    .replace(/&gt;/gu, '>')
    .replace(/&quot;/gu, '"')
    .replace(/&amp;/gu, '&');
}
