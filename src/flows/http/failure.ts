import { messageOf } from '../../lib/errors.js';
import type { Hit } from '../../model/flow.js';

/** Why an HTTP flow fails, in words that begin with the kind of error. */
export class FlowFailure extends Error {}

/** Why an HTTP flow is ended before it ends by itself. */
export class FlowEnding extends Error {
  constructor(
    readonly outcome: 'timed_out' | 'killed',
    message: string,
    /** The fault that ended it. */
    readonly hit?: Hit,
  ) {
    super(message);
  }
}

/*
 * Errors of requests, named alike whatever the client calls them: the message begins with its kind, so that errors are
 * grouped by it. Codes are those of Node's net, dns and tls (node:errors, "Common system errors"; OpenSSL's X.509
 * errors) and of undici (docs/api/Errors.md).
 */

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'connection refused'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/, 'connection reset'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'connection timed out'],
  [/^(ENOTFOUND|EAI_.*)$/, 'unknown host'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE)$/, 'no connection'],
  [/^(HPE_.*|UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH))$/, 'broken response'],
  [
    /^(EPROTO|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*|INVALID_CA|HOSTNAME_MISMATCH)$/,
    'tls',
  ],
];

/** Certificates that nobody whom we trust has signed. */
const UNTRUSTED = /^(SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*)$/;

/** "connection refused: 127.0.0.1:3000"; an error of no known kind keeps its own words. */
export function requestError(thrown: unknown, origin: string): string {
  const code = codeOf(thrown);
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1];
  if (kind === undefined) return `request failed: ${messageOf(thrown)}`;
  const place = kind === 'unknown host' ? new URL(origin).hostname : placeOf(origin);
  if (kind === 'no connection') return `${kind}: ${place} (${code})`;
  if (kind === 'broken response') return `${kind}: ${place} (${messageOf(thrown)})`;
  if (kind !== 'tls') return `${kind}: ${place}`;
  const remedy = UNTRUSTED.test(code) ? '; a private authority is trusted with ca: PATH' : '';
  return `${kind}: ${place} (${code}: ${plainMessage(thrown)})${remedy}`;
}

/** Host and port, the port written out: with port 80 and 443 it is the scheme's. */
function placeOf(origin: string): string {
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}

/** OpenSSL's messages are lines of addresses and source files with one reason among them. */
function plainMessage(thrown: unknown): string {
  const reason = (thrown as { readonly reason?: unknown } | null)?.reason;
  return typeof reason === 'string' ? reason : messageOf(thrown);
}

function codeOf(thrown: unknown): string {
  const { code, cause, name } = (thrown ?? {}) as Readonly<Record<'code' | 'cause' | 'name', unknown>>;
  // Of undici: an answer that no request asked for, such as 101 Switching Protocols.
  if (code === 'UND_ERR_SOCKET' && /^bad (?:response|upgrade)$/.test(messageOf(thrown))) return 'HPE_UNASKED';
  if (typeof code === 'string') return code;
  // undici's error for what is no HTTP at all has no code of its own.
  if (name === 'HTTPParserError') return 'HPE_INVALID';
  return cause === undefined ? '' : codeOf(cause);
}
