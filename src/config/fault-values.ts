import { placeholdersIn } from '../lib/placeholders.js';
import { parseQuantity } from '../lib/quantity.js';
import type { Endpoint, TimeWindow } from '../model/network-fault.js';
import { parseDuration } from './duration.js';

/*
 * The texts of `faults.network`. Every message is the end of a sentence that begins with where it is.
 */

export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

function good<T>(value: T): Read<T> {
  return { ok: true, value };
}

function refuse(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** A time in ms that may be nothing: `0`, `0s`, `1m30s`. */
export function readTime(text: string): Read<number> {
  if (/^0+(\.0+)?\s*(ns|us|µs|μs|ms|s|m|h)?$/.test(text.trim())) return good(0);
  const result = parseDuration(text);
  return result.ok ? good(result.ms) : result;
}

/** `200ms`, or `200ms±50ms`, which may be written `200ms+-50ms` or `200ms +/- 50ms`. */
export function readLatency(text: string): Read<{ readonly mean: number; readonly jitter: number }> {
  const [first = '', second, more] = text.split(/±|\+\s*\/?\s*-/);
  if (more !== undefined) return refuse(`${text} has more than one ±; write it as 200ms±50ms`);
  const mean = readTime(first);
  if (!mean.ok) return mean;
  const jitter = second === undefined ? good(0) : readTime(second);
  if (!jitter.ok) return jitter;
  if (mean.value === 0) return refuse(`${text} delays nothing; write 200ms or 200ms±50ms`);
  return good({ mean: mean.value, jitter: jitter.value });
}

/** `1MB/s` → bytes a second. */
export function readBandwidth(text: string): Read<number> {
  const bits = /^(\d+(?:\.\d+)?)\s*([KMG])bit(?:\/s|ps)?$/i.exec(text.trim());
  if (bits !== null) {
    const bytes = Number(((Number(bits[1]) / 8) * 1).toPrecision(6));
    return refuse(`${text} is in bits; write bytes: ${bytes}${(bits[2] ?? '').toUpperCase()}B/s`);
  }
  const result = parseQuantity(text.trim());
  if (!result.ok) return result;
  const { kind, number, factor } = result.quantity;
  if (kind === 'size') return refuse(`${text} is a size; write it per time: ${text.trim()}/s`);
  if (kind !== 'growth') return refuse(`${text} is no bandwidth; write it as 1MB/s or 500KB/s`);
  const rate = Number(((number * factor) / 60).toPrecision(15));
  if (rate < 1) return refuse(`${text} lets nothing pass; write 1B/s at least, or blackhole: true`);
  return good(rate);
}

/** `5%` or `0.05` → 0.05; more than 0 and at most 1. */
export function readShare(value: string | number): Read<number> {
  const result = parseQuantity(String(value).trim());
  if (!result.ok) return result;
  const { kind, number, factor, text } = result.quantity;
  if (kind !== 'share' && kind !== 'bare') return refuse(`${text} is no share; write it as 5% or 0.05`);
  const share = Number((number * factor).toPrecision(15));
  if (share === 0) return refuse(`${text} of the connections are none; write more than 0, or leave it out`);
  if (share <= 1) return good(share);
  const meant = kind === 'bare' && number <= 100 ? `; did you mean ${text}%?` : '; a share is at most 100%';
  return refuse(`${text} is more than all${meant}`);
}

/** `2s..4s`, `2s..` without an end, `..4s` from the start. */
export function readWindow(text: string): Read<TimeWindow> {
  const [first = '', last, more] = text.split(/\s*\.\.+\s*/);
  if (last === undefined || more !== undefined || text.trim() === '..') {
    return refuse(`${text} is no span of time; write it as 2s..4s, or 2s.. without an end`);
  }
  const from = first.trim() === '' ? good(0) : readTime(first);
  if (!from.ok) return from;
  if (last.trim() === '') return good({ from: from.value });
  const to = readTime(last);
  if (!to.ok) return to;
  if (to.value <= from.value) {
    return refuse(`${text} ends before it begins; write the earlier time first, as in 2s..4s`);
  }
  return good({ from: from.value, to: to.value });
}

/** `HOST:PORT`, `[::1]:5432`, or for `listen` a port alone. */
export function readEndpoint(text: string): Read<{ readonly host: string; readonly port: number }> {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d+)$/.exec(text.trim()) ?? [];
  const host = six ?? name;
  const port = Number(digits);
  if (host === undefined) return refuse(`${text} is no HOST:PORT; write it as 127.0.0.1:5432`);
  if (port < 1 || port > 65_535) return refuse(`${text}: a port is 1 to 65535`);
  return good({ host, port });
}

/** Where a dependency is: HOST:PORT, or HOST:{{port}} where the port is that of a service. */
export interface UpstreamText {
  readonly upstream: Endpoint;
  readonly upstreamPort?: string;
}

/** `127.0.0.1:5432`, or `127.0.0.1:{{port.db}}`; which placeholders there are is not asked here. */
export function readUpstream(text: string): Read<UpstreamText> {
  const [only] = placeholdersIn(text);
  if (only === undefined) {
    const result = readEndpoint(text);
    return result.ok ? good({ upstream: result.value }) : result;
  }
  const placeholder = `{{${only.word}}}`;
  const host = text.slice(0, only.index).trim();
  // Any port will do to see that the rest is right.
  const result = readEndpoint(`${host}1${text.slice(only.index).replace(/^[^}]*\}\}/, '')}`);
  if (!host.endsWith(':') || !result.ok) {
    return refuse(`${text} is no HOST:PORT; write it as 127.0.0.1:${placeholder}`);
  }
  return good({ upstream: { host: result.value.host, port: 0 }, upstreamPort: placeholder });
}
