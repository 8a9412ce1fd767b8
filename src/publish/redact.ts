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
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, STARS), value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [redacted(name, secrets), redacted(item, secrets)]),
  );
}
