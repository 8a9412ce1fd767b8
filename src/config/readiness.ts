import { fillAll } from '../lib/placeholders.js';
import type { Readiness } from '../model/plan.js';

export type ReadinessResult =
  { readonly ok: true; readonly ready: Readiness } | { readonly ok: false; readonly message: string };

/** Reads `http://…`, `tcp://HOST:PORT`, or a regular expression that one line of the service's output matches. */
export function parseReadiness(text: string): ReadinessResult {
  const trimmed = text.trim();
  if (trimmed === '') {
    return { ok: false, message: 'is empty; write http://…, tcp://HOST:PORT or a pattern of its output' };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) return parsePattern(trimmed);
  if (scheme === 'tcp') return parseTcp(trimmed);
  if (scheme !== 'http' && scheme !== 'https') {
    return {
      ok: false,
      message: `${trimmed}: ${scheme}:// cannot be probed; write http://… or tcp://HOST:PORT`,
    };
  }
  return URL.canParse(fillAll(trimmed, '1'))
    ? { ok: true, ready: { kind: 'http', url: trimmed } }
    : { ok: false, message: `${trimmed} is no URL; write http://127.0.0.1:3000/health` };
}

function parseTcp(text: string): ReadinessResult {
  const [, host, port] = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+|\{\{.+\}\})\/?$/i.exec(text) ?? [];
  // Which port a placeholder will be is not known yet, but that it will be one.
  const number = Number(fillAll(port ?? '', '1'));
  if (host === undefined || port === undefined || !(number >= 1 && number <= 65_535)) {
    return { ok: false, message: `${text} names no port; write tcp://HOST:PORT, as in tcp://127.0.0.1:5432` };
  }
  return {
    ok: true,
    ready: {
      kind: 'tcp',
      host: host.replace(/^\[|\]$/g, ''),
      port: /^\d+$/.test(port) ? Number(port) : port,
    },
  };
}

/** `/pattern/flags`, as in `expect`, or the pattern alone. */
function parsePattern(written: string): ReadinessResult {
  const [, pattern = written, flags = ''] = /^\/(.+)\/([a-z]*)$/su.exec(written) ?? [];
  // With g or y a pattern remembers where it was: it would match every other time.
  if (!/^[imsu]*$/.test(flags)) return { ok: false, message: `${written}: flags are i, m, s and u` };
  try {
    new RegExp(pattern, flags);
  } catch {
    return {
      ok: false,
      message: `${pattern} is no regular expression; put a \\ before ( ) [ ] { } * + ? . | ^ $`,
    };
  }
  return { ok: true, ready: { kind: 'output', pattern, ...(flags === '' ? {} : { flags }) } };
}
