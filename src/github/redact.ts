import type { Results } from '../model/results.js';

const STARS = '***';

/**
 * The results with `***` wherever one of the texts stands. The runner masks the log and nothing else: a comment, a check
 * run, results.json and report.html show what a flow printed as it came, be it git's own trace with the token in it.
 * @param secrets as they look in a text; see secretTraces
 */
export function withoutSecrets(results: Results, secrets: readonly string[]): Results {
  return secrets.length === 0 ? results : (redacted(results, secrets) as Results);
}

function redacted(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return secrets.reduce(withoutSecret, value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [redacted(name, secrets), redacted(item, secrets)]),
  );
}

/** Characters of the shortest piece of a secret that is looked for where a text was cut. */
const PIECE = 8;

function withoutSecret(text: string, secret: string): string {
  return withoutPieces(text.includes(secret) ? text.replaceAll(secret, STARS) : text, secret);
}

/** What flows print is kept as its head and its tail, and messages are cut: the cut may go through a secret. */
function withoutPieces(text: string, secret: string): string {
  const ending = text.endsWith('…') ? '…' : '';
  let kept = text.slice(0, text.length - ending.length);
  const last = kept.slice(-secret.length);
  const from = last.lastIndexOf(secret.slice(0, PIECE));
  if (from !== -1 && secret.startsWith(last.slice(from))) {
    kept = `${kept.slice(0, kept.length - last.length + from)}${STARS}`;
  }
  const end = kept.slice(0, secret.length).indexOf(secret.slice(-PIECE)) + PIECE;
  if (end >= PIECE && secret.endsWith(kept.slice(0, end))) kept = `${STARS}${kept.slice(end)}`;
  return `${kept}${ending}`;
}
