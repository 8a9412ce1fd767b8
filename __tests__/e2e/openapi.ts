/** GitHub's own description of its API at work: what a request means by it, and whether an answer is as it says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpenAPIBackend, type Document } from 'openapi-backend';

export interface ApiRequest {
  readonly method: string;
  /** Below the API's root. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as the description understands it. */
export interface ApiCall {
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What is not as the description says; there is no operation if it knows none. */
  readonly errors: readonly string[];
}

type Parsed = Pick<ApiCall, 'params' | 'query'> & { readonly requestBody?: unknown };

export interface ApiAnswer {
  readonly operation: string;
  readonly status: number;
  readonly body: unknown;
}

const definition = JSON.parse(
  readFileSync(join(import.meta.dirname, 'github-openapi.json'), 'utf8'),
) as Document;
// Formats are for readers; int64 is one that the validator does not know. Whether the description itself is a right one
// does not change, and asking for each operation takes longer than all that is asked of it.
const ajvOpts = {
  strict: false,
  validateSchema: false,
  formats: { int64: true, email: true, uri: true, 'date-time': true },
} as const;

let opened: Promise<OpenAPIBackend> | undefined;

function api(): Promise<OpenAPIBackend> {
  // Quick: what is never asked is not compiled. The excerpt has no references that would have to be resolved first.
  opened ??= new OpenAPIBackend({ definition, ajvOpts, quick: true }).init();
  return opened;
}

/** Reads a request by the description. */
export async function readRequest(request: ApiRequest): Promise<Partial<ApiCall> & Pick<ApiCall, 'errors'>> {
  const description = await api();
  const asked = { ...request, headers: { ...request.headers } };
  const operation = description.matchOperation(asked);
  if (operation?.operationId === undefined) {
    return { errors: [`no such operation: ${request.method} ${request.path}`] };
  }
  const { errors } = description.validateRequest(asked, operation);
  const { params, query, requestBody } = description.router.parseRequest(asked, operation) as Parsed;
  return {
    operation: operation.operationId,
    params,
    query,
    body: requestBody,
    errors: (errors ?? []).map(said),
  };
}

interface Operation {
  readonly operationId?: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Schema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The smallest answer that the description allows: for one with a hundred fields, of which a test sets three; with `list`, of one item of it. */
export function sampleAnswer(operation: string, status: number, list?: string): unknown {
  const paths = Object.values(definition.paths ?? {}) as Record<string, Operation>[];
  const operations = paths.flatMap((path) => Object.values(path));
  const found = operations.find(({ operationId }) => operationId === operation);
  const response = found?.responses[String(status)] as { content: Record<string, { schema: Schema }> };
  const schema = response.content['application/json']?.schema ?? {};
  return sampleOf(list === undefined ? schema : (schema.properties?.[list]?.items ?? {}));
}

function sampleOf(schema: Schema): unknown {
  const { type, nullable, required = [], properties = {} } = schema;
  if (nullable === true) return null;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (type) {
    case 'object':
      return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
    case 'string':
    case undefined:
    default:
      return '';
  }
}

/** What is wrong with an answer; empty if it is as the description says. */
export async function answerErrors({ operation, status, body }: ApiAnswer): Promise<readonly string[]> {
  const { errors } = (await api()).validateResponse(body, operation, status);
  return (errors ?? []).map(said);
}

function said(error: { instancePath: string; message?: string; params: unknown }): string {
  return `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`;
}
