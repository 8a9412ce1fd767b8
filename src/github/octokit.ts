import { randomUUID } from 'node:crypto';
import { getOctokit } from '@actions/github';
import { defaults } from '@actions/github/lib/utils';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { Logger } from '../system/ports.js';

export type Octokit = ReturnType<typeof getOctokit>;

/** Attempts after the first one. */
const RETRIES = 3;
/** Seconds that all calls together may wait for a rate limit: a job must not hang on its comment. */
const PATIENCE = 60;
const TIMEOUT = 15_000;
const SECOND = 1000;
/** Refusals that asking again does not mend; 403 and 429 are asked again by the throttling plugin if GitHub says when. */
const FINAL = [400, 401, 403, 404, 410, 422, 429, 451];
const NO_BODY = [204, 205, 304];

/**
 * In place of the plugin's queues, which keep writes a second or more apart as GitHub asks, where a second of waiting is
 * shorter than one: in tests.
 */
const UNPACED = { key: () => ({ schedule: (_: object, act: () => unknown) => act() }) } as never;

interface Limit {
  readonly status?: number;
  readonly message?: string;
  readonly response?: { readonly headers: Readonly<Record<string, unknown>> };
}

/** The client with retries, patience with rate limits, a timeout a request, and the runner's proxy. */
export function openOctokit({
  token,
  apiUrl,
  logger,
  second = SECOND,
  timeout = TIMEOUT,
}: GitHubOptions): Octokit {
  let patience = PATIENCE;
  const wait = (seconds: number, ...[, , attempts]: [object, object, number]): boolean => {
    if (attempts >= RETRIES || seconds > patience) return false;
    patience -= seconds;
    logger.info(`GitHub's rate limit is reached; asking again in ${seconds} s.`);
    return true;
  };
  const debug = (message: string): void => {
    logger.debug(message);
  };
  return getOctokit(
    token,
    {
      baseUrl: apiUrl.replace(/\/+$/, ''),
      log: { debug, info: debug, warn: debug, error: debug },
      request: { fetch: wholeFetch(timeout) },
      throttle: {
        // The plugin keeps one queue a process and id: a client of its own waits for nobody else.
        id: randomUUID(),
        onRateLimit: wait,
        onSecondaryRateLimit: wait,
        retryAfterBaseValue: second,
        ...(second < SECOND && { write: UNPACED, notifications: UNPACED }),
      },
      retry: { doNotRetry: FINAL, retries: RETRIES, retryAfterBaseValue: second },
    },
    nameTheLimit,
    throttling,
    retry,
  );
}

/**
 * The throttling plugin knows a secondary limit by its words only. GitHub documents the status and the header
 * ("exceeding the rate limit" in its REST guide), so an answer with both is given the words, for the plugin to see.
 * Registered first, this hook is the innermost.
 */
function nameTheLimit(octokit: {
  hook: { error: (name: 'request', hook: (error: unknown) => never) => void };
}): void {
  octokit.hook.error('request', (error) => {
    const { status, message, response } = error as Limit;
    const limited = status === 429 || status === 403;
    if (limited && response?.headers['retry-after'] !== undefined && !/secondary rate/i.test(message ?? '')) {
      (error as { message: string }).message = `${message ?? ''} (secondary rate limit)`;
    }
    throw error;
  });
}

/**
 * The runner's proxied fetch, with a timeout for each attempt, the body included. The body is read here because octokit
 * takes one that was cut off for an empty answer.
 */
function wholeFetch(timeout: number): typeof fetch {
  const proxied = defaults.request?.fetch as typeof fetch;
  return async (url, options) => {
    const response = await proxied(url, { ...options, signal: AbortSignal.timeout(timeout) });
    const body = await response.arrayBuffer();
    const { status, statusText } = response;
    const whole = new Response(NO_BODY.includes(status) ? null : body, {
      status,
      statusText,
      headers: [...response.headers],
    });
    // The pagination plugin looks for the next page in it.
    return Object.defineProperty(whole, 'url', { value: response.url });
  };
}

export interface GitHubOptions {
  readonly token: string;
  /** GITHUB_API_URL: https://api.github.com, or https://HOST/api/v3 on GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** GITHUB_REPOSITORY: owner/name. */
  readonly repository: string;
  readonly logger: Pick<Logger, 'debug' | 'info'>;
  /** ms in a second of waiting between attempts: 1000, and less in tests only. */
  readonly second?: number;
  /** ms that one request may take. Default 15,000. */
  readonly timeout?: number;
}
