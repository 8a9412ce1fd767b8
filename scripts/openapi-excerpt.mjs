/**
 * Writes __tests__/e2e/github-openapi.json: the part of GitHub's own API description that flowgate uses, against which
 * the test server validates every request and response. The whole description unpacks to 394 MB, so it is no
 * dependency: this script fetches the package into a temporary folder and takes one file out of it.
 *
 *   node scripts/openapi-excerpt.mjs [VERSION]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = process.argv[2] ?? '23.0.2';
const SOURCE = 'package/generated/api.github.com.json';
const TARGET = new URL('../__tests__/e2e/github-openapi.json', import.meta.url);

/** Every request that the clients of src/github and src/publish make. */
const OPERATIONS = {
  '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
  '/repos/{owner}/{repo}/issues/comments/{comment_id}': ['patch'],
  '/repos/{owner}/{repo}/pulls': ['get'],
  '/repos/{owner}/{repo}/pulls/{pull_number}': ['get'],
  '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': ['get'],
  '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': ['get'],
  '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': ['get'],
  '/repos/{owner}/{repo}/check-runs': ['post'],
  '/repos/{owner}/{repo}/check-runs/{check_run_id}': ['patch'],
  '/repos/{owner}/{repo}/git/ref/{ref}': ['get'],
  '/repos/{owner}/{repo}/git/commits/{commit_sha}': ['get'],
  '/repos/{owner}/{repo}/git/trees/{tree_sha}': ['get'],
  '/repos/{owner}/{repo}/git/blobs/{file_sha}': ['get'],
  '/repos/{owner}/{repo}/git/trees': ['post'],
  '/repos/{owner}/{repo}/git/commits': ['post'],
  '/repos/{owner}/{repo}/git/refs': ['post'],
  '/repos/{owner}/{repo}/git/refs/{ref}': ['patch'],
};

/** Prose and samples: nothing of it constrains a request. */
const PROSE = new Set([
  'description',
  'summary',
  'title',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'deprecated',
]);
/** Below these the keys are names that the API chose: a property called `title` is no prose. */
const NAMED = new Set(['properties', 'responses', 'content', 'headers', 'paths', 'patternProperties']);

async function description() {
  const folder = await mkdtemp(join(tmpdir(), 'flowgate-openapi-'));
  try {
    await run('npm', ['pack', `@octokit/openapi@${VERSION}`, '--pack-destination', folder]);
    const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', join(folder, archive), '-C', folder, SOURCE]);
    return JSON.parse(await readFile(join(folder, SOURCE), 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `#/components/schemas/x` → what stands there. */
function lookUp(whole, reference) {
  return reference
    .slice(2)
    .split('/')
    .reduce((node, key) => node[key.replaceAll('~1', '/').replaceAll('~0', '~')], whole);
}

/** The node with its references replaced by what they name, without prose. `trail` guards against a cycle. */
function resolve(whole, node, { trail = [], named = false } = {}) {
  if (Array.isArray(node)) return node.map((item) => resolve(whole, item, { trail }));
  if (node === null || typeof node !== 'object') return node;
  if (typeof node.$ref === 'string') {
    if (trail.includes(node.$ref))
      throw new Error(`a cycle in the description: ${[...trail, node.$ref].join(' → ')}`);
    return resolve(whole, lookUp(whole, node.$ref), { trail: [...trail, node.$ref] });
  }
  const kept = Object.entries(node).filter(([key]) => named || !(PROSE.has(key) || key.startsWith('x-')));
  const resolved = kept.map(([key, value]) => [
    key,
    key === 'enum' ? value : resolve(whole, value, { trail, named: !named && NAMED.has(key) }),
  ]);
  return withNull(anyOfInPaths(Object.fromEntries(resolved)));
}

/** A number in a path is a text as well: a parameter that may be one or the other is always both. */
function anyOfInPaths(node) {
  if (node.in !== 'path' || node.schema?.oneOf === undefined) return node;
  const { oneOf: anyOf, ...schema } = node.schema;
  return { ...node, schema: { ...schema, anyOf } };
}

/** GitHub does send null for a nullable enumeration, which a validator takes only if it is one of the values. */
function withNull(schema) {
  if (schema.nullable !== true || !Array.isArray(schema.enum) || schema.enum.includes(null)) return schema;
  return { ...schema, enum: [...schema.enum, null] };
}

/** An OpenAPI response has to have a description, so an empty one is put back. */
function described(operation) {
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    { description: '', ...response },
  ]);
  return { ...operation, responses: Object.fromEntries(responses) };
}

const whole = await description();
const paths = Object.fromEntries(
  Object.entries(OPERATIONS).map(([path, methods]) => [
    path,
    Object.fromEntries(
      methods.map((method) => [method, described(resolve(whole, whole.paths[path][method]))]),
    ),
  ]),
);
const info = { title: `excerpt of @octokit/openapi ${VERSION}`, version: whole.info.version };
const excerpt = { openapi: whole.openapi, info, paths };
await writeFile(TARGET, `${JSON.stringify(excerpt)}\n`);
console.log(`${info.title}: ${Object.keys(paths).length} paths`);
