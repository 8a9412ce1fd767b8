import { mapTexts, toJson } from '../../lib/json.js';
import { template, type TemplateValues } from '../../lib/template.js';
import type { JsonValue } from '../../model/json.js';
import type { HttpExpectation, HttpRequestPlan } from '../../model/plan.js';
import type { HttpRequest } from './port.js';

/** A request of the plan, ready to be filled in for one flow after another. */
export interface PreparedRequest {
  readonly name: string;
  /** Something is expected of the text of its response. */
  readonly keepsBody: boolean;
  request(values: TemplateValues): HttpRequest;
  expected(values: TemplateValues): HttpExpectation;
}

export function prepareRequest(plan: HttpRequestPlan): PreparedRequest {
  const { name, method, expect } = plan;
  const url = prepareUrl(plan.url);
  const headers = prepareHeaders(plan.headers);
  const body = plan.body === undefined ? undefined : template(plan.body);
  return {
    name,
    keepsBody: expect.body !== undefined || expect.json !== undefined,
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
  const fill = template(text);
  if (!text.includes('{{')) {
    const target = targetOf(text);
    return () => target;
  }
  return (values) => targetOf(fill(values));
}

export function targetOf(text: string): Target {
  const { origin, pathname, search } = new URL(text);
  return { origin, path: `${pathname}${search}` };
}

function prepareHeaders(
  headers: HttpRequestPlan['headers'],
): (values: TemplateValues) => HttpRequestPlan['headers'] {
  const filled = Object.entries(headers).map(([name, value]) => [name, template(value)] as const);
  if (!Object.values(headers).some((value) => value.includes('{{'))) return () => headers;
  return (values) => Object.fromEntries(filled.map(([name, fill]) => [name, fill(values)]));
}

function prepareExpectation(expect: HttpExpectation): PreparedRequest['expected'] {
  const { body, json } = expect;
  const inBody = body?.kind === 'text' && body.text.includes('{{');
  const inJson = json !== undefined && toJson(json).includes('{{');
  if (!inBody && !inJson) return () => expect;
  return (values) => ({
    ...expect,
    ...(inBody ? { body: { kind: 'text', text: template(body.text)(values) } as const } : {}),
    ...(inJson
      ? { json: mapTexts(json, (text) => template(text)(values)) as { readonly [path: string]: JsonValue } }
      : {}),
  });
}
