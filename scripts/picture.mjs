/*
 * A picture of Markdown as GitHub shows it, or of an HTML file as a browser does:
 *
 *   node scripts/picture.mjs comment.md comment.png [--width 920] [--height 1400] [--dark] [--folded]
 *   node scripts/picture.mjs report.html report.png [--width 390] [--dark]
 *
 * Markdown goes through cmark-gfm (GitHub's renderer), then headless Chromium. Mermaid blocks stay code. Details are
 * open unless --folded. Needs the Debian packages cmark-gfm, chromium and fonts-noto-color-emoji.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const EXTENSIONS = ['table', 'autolink', 'strikethrough', 'tagfilter'].flatMap((name) => ['-e', name]);

/** The measures of github-markdown-css, as far as a comment uses them. */
const STYLE = `
  :root { color-scheme: light dark; --text: #1f2328; --back: #fff; --line: #d1d9e0; --soft: #f6f8fa; --code: #818b981f; --link: #0969da; }
  @media (prefers-color-scheme: dark) {
    :root { --text: #f0f6fc; --back: #0d1117; --line: #3d444d; --soft: #151b23; --code: #656c7633; --link: #4493f8; }
  }
  body { margin: 0; padding: 24px; background: var(--back); color: var(--text); }
  body { font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji"; }
  article { border: 1px solid var(--line); border-radius: 6px; padding: 16px; }
  h3 { font-size: 1.25em; margin: 0 0 16px; font-weight: 600; } h4 { font-size: 1em; margin: 24px 0 16px; font-weight: 600; }
  p, table, pre, ul { margin: 0 0 16px; } ul { padding-left: 2em; }
  table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto; }
  th, td { border: 1px solid var(--line); padding: 6px 13px; } th { font-weight: 600; }
  tr:nth-child(2n) td { background: var(--soft); }
  code, pre { font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
  code { font-size: 85%; background: var(--code); padding: .2em .4em; border-radius: 6px; }
  pre { font-size: 85%; background: var(--soft); padding: 16px; border-radius: 6px; overflow: auto; }
  pre code { background: none; padding: 0; font-size: 100%; }
  a { color: var(--link); } details { margin-bottom: 16px; } summary { cursor: pointer; } sub { font-size: 75%; line-height: 0; }
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '920' },
    height: { type: 'string', default: '1400' },
    dark: { type: 'boolean', default: false },
    folded: { type: 'boolean', default: false },
  },
});
const [source, target] = positionals;
if (source === undefined || target === undefined) {
  console.error(
    'usage: node scripts/picture.mjs FILE.md|FILE.html PICTURE.png [--width N] [--height N] [--dark] [--folded]',
  );
  process.exit(2);
}

const folder = mkdtempSync(path.join(tmpdir(), 'flowgate-picture-'));
try {
  const page = source.endsWith('.md') ? writePage(readFileSync(source, 'utf8')) : path.resolve(source);
  run('chromium', [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
    ...(values.dark ? ['--blink-settings=preferredColorScheme=0'] : []),
    `--user-data-dir=${path.join(folder, 'profile')}`,
    `--screenshot=${path.resolve(target)}`,
    `--window-size=${values.width},${values.height}`,
    `file://${page}`,
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function writePage(markdown) {
  const rendered = run('cmark-gfm', ['--unsafe', ...EXTENSIONS], markdown);
  const body = values.folded ? rendered : rendered.replaceAll('<details>', '<details open>');
  const page = path.join(folder, 'page.html');
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><article>${body}</article>`,
  );
  return page;
}

function run(program, args, input) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (error !== undefined || status !== 0) {
    throw new Error(`${program}: ${error?.message ?? `exit status ${status}`}\n${stderr ?? ''}`);
  }
  return stdout;
}
