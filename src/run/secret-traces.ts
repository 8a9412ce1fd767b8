/** Characters of the shortest secret that is looked for, and of the shortest piece of one. */
const SHORTEST = 8;

/**
 * How secrets look in a text: as they are, URL-encoded, in hexadecimal digits, and in Base64 and base64url. What stands
 * before a secret (`git:`, `x-access-token:`, a whole JSON file) shifts its Base64, so that there are three of each; and
 * as that of a registry's login is encoded once more with the file that it is in, so are these.
 * @param secrets one of less than 8 characters is none: it would be found anywhere, in PATH for one
 */
export function tracesOf(secrets: readonly string[]): string[] {
  const traces = secrets.flatMap((secret) => {
    const text = secret.trim();
    if (text.length < SHORTEST) return [];
    const hex = Buffer.from(text).toString('hex');
    const once = base64Of(text);
    return [text, ...urlEncoded(text), hex, hex.toUpperCase(), ...once, ...once.flatMap(base64Of)];
  });
  return [...new Set(traces)].filter((trace) => trace.length >= SHORTEST);
}

/** RFC 3986 leaves open in which case the digits are. */
function urlEncoded(text: string): readonly string[] {
  const encoded = encodeURIComponent(Buffer.from(text).toString());
  return [encoded, encoded.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase())];
}

/** RFC 4648: three bytes are four characters, so that 0, 1 or 2 bytes stand before it in its first group. */
function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const alignments = [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    // Without the characters that hold bits of what stands before it or after it.
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6)];
    return all.toString('base64').slice(from, to);
  });
  return [...alignments, ...alignments.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Whether a value holds one of them, be it broken into lines as `base64` does, or URL-encoded on top. */
export function holdsTrace(value: string, traces: readonly string[]): boolean {
  const forms = [value, value.replace(/\s+/g, ''), decoded(value)];
  return traces.some((trace) => forms.some((form) => form.includes(trace)));
}

function decoded(value: string): string {
  return value.replace(/(?:%[0-9A-Fa-f]{2})+/g, (digits) =>
    Buffer.from(digits.replaceAll('%', ''), 'hex').toString(),
  );
}
