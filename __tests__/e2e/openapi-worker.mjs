/**
 * GitHub's API description at work. A worker, because Jest's own loader can not require the ES module that
 * openapi-backend is built on, and Node's can.
 */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { OpenAPIBackend } from 'openapi-backend';

const definition = JSON.parse(readFileSync(new URL('github-openapi.json', import.meta.url), 'utf8'));
// Formats are for readers; int64 is one that the validator does not know.
const ajvOpts = { strict: false, formats: { int64: true, uri: true, 'date-time': true } };
const api = await new OpenAPIBackend({ definition, ajvOpts }).init();

function readRequest(request) {
  const operation = api.matchOperation(request);
  if (operation === undefined) return { errors: [`no such operation: ${request.method} ${request.path}`] };
  const { errors } = api.validateRequest(request, operation);
  const { params, query, requestBody } = api.router.parseRequest(request, operation);
  return {
    operation: operation.operationId,
    params,
    query,
    body: requestBody,
    errors: (errors ?? []).map(said),
  };
}

function readAnswer({ operation, status, body }) {
  const { errors } = api.validateResponse(body, operation, status);
  return { errors: (errors ?? []).map(said) };
}

function said({ instancePath, message, params }) {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}

parentPort.on('message', ({ id, request, answer }) => {
  parentPort.postMessage({ id, ...(request === undefined ? readAnswer(answer) : readRequest(request)) });
});
