import { show } from '../../lib/fields.js';
import { fillAll } from '../../lib/placeholders.js';
import { urlTemplate } from '../../lib/template.js';
import type { DataRow } from '../../model/plan.js';

/* What cannot be sent, as the end of a sentence that begins with where it is; undefined of what can. */

/** Filled in with these, a URL must be one. */
const SAMPLE = { token: 'fg-0123456789ab-1', flow: '1', iteration: '1' };

/** Of a URL, filled in for a row if it asks for any. */
export function urlFault(written: string, data?: DataRow): string | undefined {
  const text = urlTemplate(written)({ ...SAMPLE, data });
  const shown = show(data === undefined ? written : text);
  // A parser of URLs leaves them out without a word.
  if (data !== undefined && /[\t\r\n]/.test(text))
    return `${shown} holds a line break or a tab, which no URL can`;
  // What it begins with is only known when it runs: it is looked at then.
  if (/^\{\{(?!\s*port\b)/.test(text)) return undefined;
  const filled = fillAll(text, '3000');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(filled) || !URL.canParse(filled)) {
    return `${shown} is no URL; write http://127.0.0.1:3000/orders`;
  }
  const { protocol, username, password } = new URL(filled);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return `${shown}: ${protocol}// can not be requested; write http://… or https://…`;
  }
  // fetch refuses them as well; sent they would be to nobody.
  if (username !== '' || password !== '') {
    return 'holds a user and a password; send them as a header: authorization: Basic …';
  }
  return undefined;
}

/** Of the value of a header. RFC 9110, section 5.5: tabs, and what ISO 8859-1 prints. */
export function headerFault(value: string): string | undefined {
  const [character] = /[^\t\x20-\x7e\x80-\xff]/u.exec(value) ?? [];
  if (character === undefined) return undefined;
  if (/[\r\n]/.test(character)) return 'holds a line break, which no header can';
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `holds ${/\p{Cc}/u.test(character) ? 'a control character' : show(character)} (U+${code}), which no header can; encode it as the server expects it, such as %E2%82%AC`;
}
