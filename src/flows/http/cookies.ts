import type { HttpRequest } from './port.js';

/*
 * The cookies of one flow, as a server of its own tests needs them: RFC 6265 without a list of public suffixes (a domain
 * of one label is refused instead). SameSite and HttpOnly say nothing to a client without pages and scripts.
 */

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** No domain was named: it is for this host alone. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** ms since 1970; Infinity for as long as the flow lasts. */
  readonly expires: number;
}

/** Where a request goes. */
type Target = Pick<HttpRequest, 'origin' | 'path'>;

export class CookieJar {
  /** In order of their creation, which a new value does not change. */
  #cookies: Cookie[] = [];
  readonly #now: () => number;

  /** @param now ms since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes the cookies of an answer (RFC 6265, section 5.3).
   * @param lines values of Set-Cookie
   */
  store(lines: readonly string[], from: Target): void {
    for (const line of lines) {
      const cookie = readSetCookie(line, from, this.#now());
      if (cookie === undefined) continue;
      const at = this.#cookies.findIndex((known) => isSame(known, cookie));
      if (at === -1) this.#cookies.push(cookie);
      else this.#cookies[at] = cookie;
    }
  }

  /** The request with the cookies that are for it, behind those that it has itself. */
  on(request: HttpRequest): HttpRequest {
    if (this.#cookies.length === 0) return request;
    const { headers } = request;
    const name = Object.keys(headers).find((each) => /^cookie$/i.test(each)) ?? 'cookie';
    const value = this.#header(request, headers[name] ?? '');
    return value === undefined ? request : { ...request, headers: { ...headers, [name]: value } };
  }

  /**
   * The value of Cookie (RFC 6265, section 5.4); undefined if there is nothing to add.
   * @param own what the request says itself: it goes before a cookie of the same name
   */
  #header(to: Target, own: string): string | undefined {
    const now = this.#now();
    this.#cookies = this.#cookies.filter(({ expires }) => expires > now);
    const { host, path, isSecure } = placeOf(to);
    const said = new Set(own.split(';').map((pair) => pair.split('=', 1)[0]?.trim()));
    const sent = this.#cookies
      .filter(
        (cookie) =>
          (cookie.hostOnly ? host === cookie.domain : matchesDomain(host, cookie.domain)) &&
          matchesPath(path, cookie.path) &&
          (isSecure || !cookie.secure) &&
          !said.has(cookie.name),
      )
      // Longer paths first; sorting keeps the order of creation among equals.
      .sort((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => `${name}=${value}`);
    if (sent.length === 0) return undefined;
    return own.trim() === '' ? sent.join('; ') : `${own}; ${sent.join('; ')}`;
  }
}

function isSame(one: Cookie, other: Cookie): boolean {
  return one.name === other.name && one.domain === other.domain && one.path === other.path;
}

/** The name and the value that a line of Set-Cookie begins with (RFC 6265, section 5.2); undefined if it has none. */
export function pairOf(line: string): { readonly name: string; readonly value: string } | undefined {
  const [pair = ''] = line.split(';', 1);
  const at = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, at)).trim();
  return name === '' ? undefined : { name, value: pair.slice(at + 1).trim() };
}

function readSetCookie(line: string, from: Target, now: number): Cookie | undefined {
  const pair = pairOf(line);
  if (pair === undefined) return undefined;
  const { host, path } = placeOf(from);
  const attributes = attributesOf(line);
  const domain = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
  if (domain !== '' && domain !== host && (!domain.includes('.') || !matchesDomain(host, domain))) {
    return undefined;
  }
  const given = attributes.get('path') ?? '';
  return {
    ...pair,
    domain: domain === '' ? host : domain,
    hostOnly: domain === '',
    path: given.startsWith('/') ? given : defaultPath(path),
    secure: attributes.has('secure'),
    expires: expiryOf(attributes, now),
  };
}

/** By name in lower case; of two the last one counts. */
function attributesOf(line: string): ReadonlyMap<string, string> {
  return new Map(
    line
      .split(';')
      .slice(1)
      .map((attribute) => {
        const [name = '', ...value] = attribute.split('=');
        return [name.trim().toLowerCase(), value.join('=').trim()] as const;
      }),
  );
}

/** Max-Age goes before Expires (RFC 6265, section 5.3, step 3); what cannot be read is ignored. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const age = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(age)) return Number(age) <= 0 ? -Infinity : now + Number(age) * 1000;
  return readDate(attributes.get('expires') ?? '') ?? Infinity;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** What stands between the parts of a date. */
const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;

/** A date as servers write it, in ms since 1970 (RFC 6265, section 5.1.1); undefined if it is none. */
export function readDate(text: string): number | undefined {
  let time: readonly number[] | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  for (const token of text.split(DELIMITERS)) {
    const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/.exec(token);
    const digits = /^(\d{1,4})(?!\d)/.exec(token)?.[1] ?? '';
    const named = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    if (time === undefined && clock !== null) time = clock.slice(1).map(Number);
    else if (day === undefined && digits !== '' && digits.length <= 2) day = Number(digits);
    else if (month === undefined && named !== -1) month = named;
    else if (year === undefined && digits.length >= 2) year = fullYear(Number(digits));
  }
  if (time === undefined || day === undefined || month === undefined || year === undefined) return undefined;
  const [hour = 0, minute = 0, second = 0] = time;
  const isRight = day >= 1 && day <= 31 && year >= 1601 && hour <= 23 && minute <= 59 && second <= 59;
  return isRight ? Date.UTC(year, month, day, hour, minute, second) : undefined;
}

function fullYear(year: number): number {
  if (year >= 100) return year;
  return year >= 70 ? 1900 + year : 2000 + year;
}

function placeOf({ origin, path }: Target): { host: string; path: string; isSecure: boolean } {
  const { hostname, protocol } = new URL(origin);
  const [plain = '/'] = path.split('?', 1);
  return { host: hostname, path: plain, isSecure: protocol === 'https:' || isLoopback(hostname) };
}

/** What is secure is left to the client (RFC 6265, section 5.4); browsers take their own machine for it. */
function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

/** RFC 6265, section 5.1.3. An address has no domains above it. */
function matchesDomain(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$|^\[/.test(host));
}

/** RFC 6265, section 5.1.4: up to the last slash. */
function defaultPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

/** RFC 6265, section 5.1.4. */
function matchesPath(path: string, cookiePath: string): boolean {
  return (
    path === cookiePath ||
    (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'))
  );
}
