import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GitStore, type Reply as GitReply } from './github-git.js';
import {
  artifactAnswer,
  checkRunAnswer,
  commentAnswer,
  pullRequestAnswer,
  runAnswer,
  type StoredArtifact,
  type StoredCheckRun,
  type StoredComment,
  type StoredPullRequest,
  type StoredRun,
} from './github-answers.js';
import { answerErrors, readRequest, type ApiCall, type ApiRequest } from './openapi.js';

/** What the server does instead of answering, to the next `times` requests that match. */
export interface Fault {
  /** Of the method and path, `POST /repos/o/r/issues/1/comments`; left out: any request. */
  readonly on?: RegExp;
  readonly times?: number;
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is closed: before anything was answered, in the middle of the body, or when all was done. */
  readonly cut?: 'before' | 'midway' | 'after';
  /** ms before it answers as ever. */
  readonly delay?: number;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authorization: string;
}

export interface GitHubServer {
  /** Value of GITHUB_API_URL. */
  readonly url: string;
  readonly comments: StoredComment[];
  readonly checkRuns: StoredCheckRun[];
  readonly requests: SeenRequest[];
  readonly git: GitStore;
  /** Pull requests by their number; one of this repository at HEAD's commit if a test sets none. */
  readonly pullRequests: Map<number, StoredPullRequest>;
  /** What workflow runs have uploaded, and the runs of one workflow. */
  readonly artifacts: StoredArtifact[];
  readonly runs: StoredRun[];
  inject(fault: Fault): void;
  /** A comment that was there before. */
  addComment(comment: Partial<Omit<StoredComment, 'id'>>): StoredComment;
  /** Throws if any request or answer was not as GitHub's description says. */
  close(): Promise<void>;
}

interface Reply extends GitReply {
  readonly headers?: Readonly<Record<string, string>>;
}

/** GitHub: "Body is too long (maximum is 65536 characters)". */
const LONGEST_BODY = 65_536;

/** The token of a run of a fork's pull request. */
export const READ_ONLY = 'ghs_e2eTokenThatCanOnlyRead0123456789';

type Stored = 'comments' | 'checkRuns' | 'git' | 'pullRequests' | 'artifacts' | 'runs';
type Store = Pick<GitHubServer, Stored> & {
  nextId: number;
  url: string;
  violations: string[];
};

type Call = ApiCall & { readonly authorization: string };

const operations: Record<string, (call: Call, store: Store) => Reply> = {
  'issues/list-comments': listComments,
  'issues/create-comment': (call, store) => {
    const { body } = call.body as { body: string };
    if (body.length > LONGEST_BODY) return refusal(422, 'Body is too long (maximum is 65536 characters)');
    const author = userOf(call.authorization);
    return { status: 201, body: commentAnswer(store.url, addComment(store, { body, ...author })) };
  },
  'pulls/get': (call, { pullRequests, url }) => {
    const pull = pullRequests.get(idIn(call, 'pull_number'));
    if (pull === undefined) return refusal(404, 'Not Found');
    return { status: 200, body: pullRequestAnswer(url, idIn(call, 'pull_number'), pull) };
  },
  'pulls/list': ({ query }, { pullRequests, url }) => {
    const found = [...pullRequests].filter(
      ([, { headRepository = 'octo/repo', state = 'open' }]) =>
        state === query.state &&
        `${headRepository?.split('/')[0] ?? ''}:topic`.toLowerCase() === query.head?.toLowerCase(),
    );
    return { status: 200, body: found.map(([number, pull]) => pullRequestAnswer(url, number, pull)) };
  },
  'actions/list-workflow-run-artifacts': (call, { artifacts, url }) => {
    const found = artifacts.filter(({ run }) => run === idIn(call, 'run_id'));
    const answers = found.map((artifact) => artifactAnswer(url, artifact));
    return { status: 200, body: { total_count: found.length, artifacts: answers } };
  },
  'actions/download-artifact': (call, { artifacts, url }) => {
    const artifact = artifacts.find(({ id }) => id === idIn(call, 'artifact_id'));
    if (artifact === undefined) return refusal(404, 'Not Found');
    return { status: 302, body: '', headers: { location: `${url}${STORE}${artifact.id}` } };
  },
  'actions/list-workflow-runs': ({ query }, { runs }) => {
    const found = runs.filter(({ sha, event }) => sha === query.head_sha && event === query.event);
    return { status: 200, body: { total_count: found.length, workflow_runs: found.map(runAnswer) } };
  },
  'issues/update-comment': (call, store) => {
    const comment = store.comments.find(({ id }) => id === idIn(call, 'comment_id'));
    if (comment === undefined) return refusal(404, 'Not Found');
    comment.body = (call.body as { body: string }).body;
    return { status: 200, body: commentAnswer(store.url, comment) };
  },
  'checks/create': (call, store) => {
    const { name, head_sha: sha, ...update } = call.body as CheckBody;
    const run = { id: store.nextId++, name, sha, status: '', conclusion: null, title: '', summary: '' };
    store.checkRuns.push(run);
    return { status: 201, body: checkRunAnswer(store.url, updated(run, update)) };
  },
  'checks/update': (call, store) => {
    const run = store.checkRuns.find(({ id }) => id === idIn(call, 'check_run_id'));
    if (run === undefined) return refusal(404, 'Not Found');
    return {
      status: 200,
      body: checkRunAnswer(store.url, updated(run, call.body as CheckBody)),
    };
  },
};

/** Where the API sends those who download; it is not part of the API, and takes no token. */
const STORE = '/artifact-store/';

interface CheckBody {
  readonly name: string;
  readonly head_sha: string;
  readonly status: string;
  readonly conclusion?: string;
  readonly output: { readonly title: string; readonly summary: string };
}

/**
 * A server that speaks GitHub's API as GitHub's own description of it says: each request and each answer is validated
 * against that, and what does not fit makes close() throw.
 * @param prefix path below which the API is: `/api/v3` as on GitHub Enterprise Server
 */
export async function startGitHubServer(prefix = ''): Promise<GitHubServer> {
  const faults: (Fault & { left: number })[] = [];
  const requests: SeenRequest[] = [];
  const git = new GitStore();
  const pullRequests: GitHubServer['pullRequests'] = new Map();
  const store: Store = {
    comments: [],
    checkRuns: [],
    git,
    pullRequests,
    artifacts: [],
    runs: [],
    nextId: 1000,
    url: '',
    violations: [],
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = see(request, prefix);
    requests.push(seen);
    const fault = faults.find(
      ({ left, on }) => left > 0 && (on === undefined || on.test(`${seen.method} ${seen.path}`)),
    );
    if (fault !== undefined) fault.left -= 1;
    const body = await bodyOf(request);
    if (seen.path.startsWith(STORE)) {
      const artifact = store.artifacts.find(({ id }) => `${STORE}${id}` === seen.path);
      if (seen.authorization !== '') store.violations.push('the store of artifacts was given the token');
      return void response.end(artifact?.zip);
    }
    if (fault?.cut === 'before') return void request.socket.destroy();
    if (fault?.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delay));
    const reply =
      fault?.status === undefined
        ? await answer(request, { seen, body, store })
        : { ...refusal(fault.status, fault.message ?? 'as injected'), headers: fault.headers ?? {} };
    if (fault?.cut === 'after') return void request.socket.destroy();
    send(response, reply, fault?.cut === 'midway');
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((thrown: unknown) => {
      store.violations.push(String(thrown));
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  store.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  return {
    url: store.url,
    comments: store.comments,
    checkRuns: store.checkRuns,
    git,
    pullRequests,
    artifacts: store.artifacts,
    runs: store.runs,
    requests,
    inject: (fault) => faults.push({ ...fault, left: fault.times ?? 1 }),
    addComment: (comment) => addComment(store, comment),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (store.violations.length > 0) throw new Error(`not GitHub's API:\n${store.violations.join('\n')}`);
    },
  };
}

interface Asked {
  readonly seen: SeenRequest;
  readonly body: string;
  readonly store: Store;
}

async function answer(request: IncomingMessage, { seen, body, store }: Asked): Promise<Reply> {
  // On GitHub Enterprise Server REST is below /api/v3 and GraphQL is /api/graphql.
  if (seen.method === 'POST' && /^(\/api)?\/graphql$/.test((request.url ?? '').split('?')[0] ?? '')) {
    return graphql(seen, body, store);
  }
  const call = await readRequest(asApiRequest(request, seen, body));
  return perform({ ...call, authorization: seen.authorization }, store);
}

/** The one query that is asked, which the description of the REST API does not have. */
function graphql({ authorization }: SeenRequest, body: string, { violations }: Store): Reply {
  const { query } = JSON.parse(body) as { query: string };
  if (/^(query )?\{ viewer \{ login \} \}$/.test(query)) {
    return { status: 200, body: { data: { viewer: { login: userOf(authorization).login } } } };
  }
  violations.push(`no such query: ${query}`);
  return { status: 200, body: { errors: [{ message: `Cannot query ${query}` }] } };
}

/** The token of a job, of another app, or of a person. */
function userOf(authorization: string): Pick<StoredComment, 'login' | 'type'> {
  const token = authorization.replace(/^(token|bearer) /i, '');
  if (/^gh[pu]_/.test(token)) return { login: 'someone', type: 'User' };
  return { login: token.startsWith('ghs_app') ? 'an-app[bot]' : 'github-actions[bot]', type: 'Bot' };
}

/** Performs the request if it is as the description says, and sees to it that the answer is, too. */
async function perform(call: Partial<Call> & Pick<Call, 'errors'>, store: Store): Promise<Reply> {
  const { operation } = call;
  if (call.authorization?.endsWith(READ_ONLY) === true && /\/(create|update)/.test(operation ?? ''))
    return refusal(403, 'Resource not accessible by integration');
  const act = operations[operation ?? ''] ?? ofGit;
  if (operation === undefined || call.errors.length > 0) {
    store.violations.push(...call.errors);
    return refusal(400, call.errors.join('; '));
  }
  const reply = act(call as Call, store);
  if (reply.status < 300)
    store.violations.push(...(await answerErrors({ operation, status: reply.status, body: reply.body })));
  return reply;
}

function ofGit(call: ApiCall, { git, url }: Store): Reply {
  return git.perform(call, url) ?? refusal(400, `no answer to ${call.operation}`);
}

function listComments({ query, params }: ApiCall, { comments, url }: Store): Reply {
  const size = Number(query.per_page ?? 30);
  const page = Number(query.page ?? 1);
  const shown = comments.slice((page - 1) * size, page * size);
  const path = `/repos/${params.owner}/${params.repo}/issues/${params.issue_number}/comments`;
  const next = `<${url}${path}?per_page=${size}&page=${page + 1}>; rel="next"`;
  const headers: Record<string, string> = comments.length > page * size ? { link: next } : {};
  return { status: 200, body: shown.map((comment) => commentAnswer(url, comment)), headers };
}

function addComment(store: Store, comment: Partial<Omit<StoredComment, 'id'>>): StoredComment {
  const defaults = { body: '', login: 'github-actions[bot]', type: 'Bot', association: 'NONE' } as const;
  const stored = { ...defaults, ...comment, id: store.nextId++ };
  store.comments.push(stored);
  return stored;
}

function updated(
  run: StoredCheckRun,
  { status, conclusion, output }: Omit<CheckBody, 'name' | 'head_sha'>,
): StoredCheckRun {
  return Object.assign(run, {
    status,
    conclusion: conclusion ?? null,
    title: output.title,
    summary: output.summary,
  });
}

function idIn({ params }: ApiCall, name: string): number {
  return Number(params[name]);
}

function refusal(status: number, message: string): Reply {
  return {
    status,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

function see(request: IncomingMessage, prefix: string): SeenRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const method = request.method ?? '';
  return {
    method,
    path: path.startsWith(prefix) ? path.slice(prefix.length) : path,
    query,
    authorization: request.headers.authorization ?? '',
  };
}

function asApiRequest(
  { headers }: IncomingMessage,
  { method, path, query }: SeenRequest,
  body: string,
): ApiRequest {
  return { method, path, query, headers: headers as Record<string, string>, ...(body !== '' && { body }) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks = await request.toArray();
  return Buffer.concat(chunks as Buffer[]).toString();
}

function send(response: ServerResponse, { status, body, headers }: Reply, midway: boolean): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  if (!midway) return void response.end(text);
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}
