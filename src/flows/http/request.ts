import { mapTexts, toJson } from '../../lib/json.js';
import {
  formTemplate,
  jsonTemplate,
  template,
  type TemplateValues,
  urlTemplate,
  valueTemplate,
} from '../../lib/template.js';
import type { BodyPattern, HttpExpectation, HttpRequestPlan, PausePlan } from '../../model/plan.js';
import type { Captures } from './capture.js';
import { FlowFailure } from './failure.js';
import type { HttpRequest } from './port.js';

/** A request of the plan, ready to be filled in for one flow after another. */
export interface PreparedRequest {
  readonly name: string;
  /** Something is expected of the text of its response, or taken from it. */
  readonly keepsBody: boolean;
  /** Names in lower case of headers of which the same is true. */
  readonly keepsHeaders: readonly string[];
  /** A cookie is taken from it. */
  readonly keepsCookies: boolean;
  readonly captures: Captures | undefined;
  readonly measures: HttpRequestPlan['measure'];
  /** ms. */
  readonly timeout: number | undefined;
  /** After it was answered. */
  readonly pause: PausePlan | undefined;
  /** It goes out together with those beside it that have the same. */
  readonly batch: number | undefined;
  /** Throws FlowFailure where what is filled in makes no URL. */
  request(values: TemplateValues): HttpRequest;
  expected(values: TemplateValues): HttpExpectation;
}

export function prepareRequest(plan: HttpRequestPlan): PreparedRequest {
  const { name, method, expect, capture, timeout, pause, batch } = plan;
  const url = prepareUrl(plan.url);
  const headers = prepareHeaders(plan.headers);
  const body = plan.body === undefined ? undefined : prepareBody(plan, plan.body);
  const sources = [
    ...Object.values(capture ?? {}),
    ...Object.values(plan.measure ?? {}).map(({ source }) => source),
  ];
  const ofBody = sources.some(({ kind }) => kind === 'json' || kind === 'pattern');
  return {
    name,
    keepsBody: expect.body !== undefined || expect.json !== undefined || ofBody,
    keepsHeaders: [
      ...sources.flatMap((source) => (source.kind === 'header' ? [source.name] : [])),
      ...Object.keys(expect.headers ?? {}),
    ],
    keepsCookies: sources.some(({ kind }) => kind === 'cookie'),
    captures: capture,
    measures: plan.measure,
    timeout,
    pause,
    batch,
    request: (values) => ({
      method,
      ...url(values),
      headers: headers(values),
      ...(body === undefined ? {} : { body: body(values) }),
    }),
    expected: prepareExpectation(expect),
  };
}

type Target = Pick<HttpRequest, 'origin' | 'path'>;

/** A URL without places is taken apart once and not for each of a million flows. */
function prepareUrl(text: string): (values: TemplateValues) => Target {
  const fill = urlTemplate(text);
  if (!text.includes('{{')) {
    const target = targetOf(new URL(text));
    return () => target;
  }
  return (values) => {
    const filled = fill(values);
    const url = URL.canParse(filled) ? new URL(filled) : undefined;
    // What is filled in is not shown: it may be what nobody is to see.
    if (url === undefined || !isHttp(url))
      throw new FlowFailure(`url: ${text}, filled in, is no URL of HTTP`);
    if (url.username !== '' || url.password !== '') {
      throw new FlowFailure(`url: ${text}, filled in, holds a user and a password; send them as a header`);
    }
    return targetOf(url);
  };
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function targetOf({ origin, pathname, search }: URL): Target {
  return { origin, path: `${pathname}${search}` };
}

/** What is filled into a form or into JSON keeps to its syntax; other text is the user's own. */
function prepareBody(
  { bodyIsJson, headers }: HttpRequestPlan,
  text: string,
): (values: TemplateValues) => string {
  if (bodyIsJson === true) return jsonTemplate(text);
  const [, type = ''] = Object.entries(headers).find(([name]) => /^content-type$/i.test(name)) ?? [];
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? formTemplate(text) : template(text);
}

function prepareHeaders(
  headers: HttpRequestPlan['headers'],
): (values: TemplateValues) => HttpRequestPlan['headers'] {
  const filled = Object.entries(headers).map(([name, value]) => [name, template(value)] as const);
  if (!Object.values(headers).some((value) => value.includes('{{'))) return () => headers;
  return (values) => Object.fromEntries(filled.map(([name, fill]) => [name, fill(values)]));
}

function prepareExpectation(expect: HttpExpectation): PreparedRequest['expected'] {
  const { body, json, headers } = expect;
  const inBody = body?.kind === 'text' && body.text.includes('{{');
  const inJson = json !== undefined && toJson(json).includes('{{');
  const inHeaders = Object.values(headers ?? {}).some(
    (each) => each.kind === 'text' && each.text.includes('{{'),
  );
  if (!inBody && !inJson && !inHeaders) return () => expect;
  return (values) => ({
    ...expect,
    ...(inBody ? { body: filledPattern(body, values) } : {}),
    ...(inHeaders && headers !== undefined
      ? {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, each]) => [name, filledPattern(each, values)]),
          ),
        }
      : {}),
    ...(inJson
      ? { json: mapTexts(json, (text) => valueTemplate(text)(values)) as HttpExpectation['json'] }
      : {}),
  });
}

function filledPattern(pattern: BodyPattern, values: TemplateValues): BodyPattern {
  return pattern.kind === 'text' ? { kind: 'text', text: template(pattern.text)(values) } : pattern;
}

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
  if (!isHttp(url)) throw new FlowFailure(`redirected to ${url.protocol}//, which is not HTTP`);
  const target = targetOf(url);
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
