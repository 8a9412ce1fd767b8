const STARS = '***';

/**
 * The value with `***` wherever one of the texts stands. The runner masks the log and nothing else: a comment, a check
 * run, results.json and report.html show what a flow printed as it came, be it git's own trace with the token in it.
 * @param secrets as they look in a text; see tracesOf
 */
export function withoutSecrets<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value;
  // Names of steps and outcomes stand in the results once for every flow.
  const known = new Map<string, string>();
  const clean = (text: string): string => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const after = secrets.reduce((left, secret) => withoutSecret(left, secret), text);
    known.set(text, after);
    return after;
  };
  // A key that is a secret as a whole is a word of our own, which somebody has chosen too.
  const cleanKey = (name: string): string => (secrets.includes(name) ? name : clean(name));
  return redacted(value, clean, cleanKey) as T;
}

type Clean = (text: string) => string;

function redacted(value: unknown, clean: Clean, cleanKey: Clean): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, clean, cleanKey));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [cleanKey(name), redacted(item, clean, cleanKey)]),
  );
}

/** Characters of the shortest piece of a secret that is looked for where a text was cut. */
const PIECE = 8;

/** The text with something else in place of the secret, and of its pieces where the text was cut. */
export function withoutSecret(text: string, secret: string, instead = STARS): string {
  const whole = text.includes(secret) ? text.replaceAll(secret, () => instead) : text;
  return withoutPieces(whole, secret, instead);
}

/** What flows print is kept as its head and its tail, and messages are cut: the cut may go through a secret. */
function withoutPieces(text: string, secret: string, instead: string): string {
  const ending = text.endsWith('…') ? '…' : '';
  let kept = text.slice(0, text.length - ending.length);
  const last = kept.slice(-secret.length);
  const from = last.lastIndexOf(secret.slice(0, PIECE));
  if (from !== -1 && secret.startsWith(last.slice(from))) {
    kept = `${kept.slice(0, kept.length - last.length + from)}${instead}`;
  }
  const end = kept.slice(0, secret.length).indexOf(secret.slice(-PIECE)) + PIECE;
  if (end >= PIECE && secret.endsWith(kept.slice(0, end))) kept = `${instead}${kept.slice(end)}`;
  return `${kept}${ending}`;
}
