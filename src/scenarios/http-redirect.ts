import type { HttpRequest } from '../ports.js';
import { FlowFailure } from './http-failure.js';
import { targetOf } from './http-request.js';

/** As many as browsers follow (Fetch Standard, HTTP-redirect fetch, step 7). */
export const MOST_REDIRECTS = 20;

/** Nobody but the server that they were meant for is told these. */
const SECRET_HEADERS = /^(authorization|cookie|proxy-authorization|host)$/i;
const BODY_HEADERS = /^content-/i;

/**
 * The request that a redirection asks for, with the method that the Fetch Standard gives it; undefined if the response
 * is none. Throws FlowFailure where the location is no URL of HTTP.
 */
export function redirected(
  request: HttpRequest,
  status: number,
  location: string | undefined,
): HttpRequest | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  const here = `${request.origin}${request.path}`;
  if (!URL.canParse(location, here)) throw new FlowFailure(`redirected to ${location}, which is no URL`);
  const url = new URL(location, here);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new FlowFailure(`redirected to ${url.protocol}//, which is not HTTP`);
  }
  const target = targetOf(url.href);
  const toGet =
    (status === 303 && !['GET', 'HEAD'].includes(request.method)) ||
    (status <= 302 && request.method === 'POST');
  const kept = Object.entries(request.headers).filter(
    ([name]) =>
      !(target.origin !== request.origin && SECRET_HEADERS.test(name)) && !(toGet && BODY_HEADERS.test(name)),
  );
  const headers = Object.fromEntries(kept);
  if (toGet || request.body === undefined)
    return { method: toGet ? 'GET' : request.method, ...target, headers };
  return { ...request, ...target, headers };
}
