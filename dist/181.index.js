export const id = 181;
export const ids = [181];
export const modules = {

/***/ 3181:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  connectGitHub: () => (/* binding */ connectGitHub)
});

// EXTERNAL MODULE: ./build/src/errors.js
var errors = __webpack_require__(7406);
// EXTERNAL MODULE: ./build/src/ports.js
var ports = __webpack_require__(7709);
;// CONCATENATED MODULE: ./build/src/adapters/github-data-branch.js
const REGULAR_FILE = '100644';
/** GitHub's Git data API: https://docs.github.com/rest/git. Throws what octokit throws. */
async function readBranchFile(octokit, repository, { branch, path }) {
    const head = await headOf(octokit, repository, branch);
    if (head === undefined)
        return undefined;
    const commit = await octokit.rest.git.getCommit({ ...repository, commit_sha: head });
    const blob = await findBlob(octokit, repository, { tree: commit.data.tree.sha, path: path.split('/') });
    if (blob === undefined)
        return { head, content: undefined };
    const { data } = await octokit.rest.git.getBlob({ ...repository, file_sha: blob });
    return { head, content: Buffer.from(data.content, 'base64').toString() };
}
async function headOf(octokit, repository, branch) {
    try {
        const { data } = await octokit.rest.git.getRef({ ...repository, ref: `heads/${branch}` });
        return data.object.sha;
    }
    catch (thrown) {
        if (statusOf(thrown) === 404)
            return undefined;
        throw thrown;
    }
}
/** Tree by tree, not all at once: a listing of the whole branch may be cut short. */
async function findBlob(octokit, repository, { tree, path }) {
    const [name, ...rest] = path;
    const { data } = await octokit.rest.git.getTree({ ...repository, tree_sha: tree });
    const entry = data.tree.find((candidate) => candidate.path === name);
    if (entry === undefined)
        return undefined;
    if (rest.length === 0)
        return entry.type === 'blob' ? entry.sha : undefined;
    return entry.type === 'tree' ? findBlob(octokit, repository, { tree: entry.sha, path: rest }) : undefined;
}
/**
 * A tree on that of the head, a commit on the head, and only then the branch: nobody ever sees a part of it. GitHub makes
 * the blob with the tree, which is one request less: they are a second apart, as GitHub asks of whoever writes.
 */
async function commitFile(octokit, repository, { branch, path, content, message, head }) {
    const { git } = octokit.rest;
    const base = head === undefined ? undefined : await git.getCommit({ ...repository, commit_sha: head });
    const tree = await git.createTree({
        ...repository,
        tree: [{ path, mode: REGULAR_FILE, type: 'blob', content }],
        ...(base === undefined ? {} : { base_tree: base.data.tree.sha }),
    });
    const commit = await git.createCommit({
        ...repository,
        message,
        tree: tree.data.sha,
        parents: head === undefined ? [] : [head],
    });
    try {
        await moveBranch(octokit, repository, { branch, sha: commit.data.sha, isNew: head === undefined });
        return true;
    }
    catch (thrown) {
        if (isRace(thrown))
            return false;
        throw thrown;
    }
}
async function moveBranch(octokit, repository, { branch, sha, isNew }) {
    // Asking again cannot mend a race: whoever lost it has to read again first.
    const request = { retries: 0 };
    if (isNew)
        await octokit.rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha, request });
    else
        await octokit.rest.git.updateRef({ ...repository, ref: `heads/${branch}`, sha, force: false, request });
}
/** "Update is not a fast forward", "Reference already exists", "Reference does not exist": the branch is not as it was. */
function isRace(thrown) {
    const { message } = Object(thrown);
    const told = typeof message === 'string' ? message : '';
    const status = statusOf(thrown);
    return (status === 409 || (status === 422 && /fast.?forward|reference (?:already|does not) exist/i.test(told)));
}
function statusOf(thrown) {
    return Object(thrown).status;
}

// EXTERNAL MODULE: ./node_modules/@actions/github/lib/github.js
var github = __webpack_require__(1351);
// EXTERNAL MODULE: ./node_modules/@actions/github/lib/utils.js + 19 modules
var utils = __webpack_require__(5555);
// EXTERNAL MODULE: ./node_modules/@octokit/plugin-retry/dist-bundle/index.js
var dist_bundle = __webpack_require__(9735);
// EXTERNAL MODULE: ./node_modules/@octokit/plugin-throttling/dist-bundle/index.js
var plugin_throttling_dist_bundle = __webpack_require__(6856);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./build/src/adapters/github-octokit.js





/** Attempts after the first one. */
const RETRIES = 3;
/** Seconds that all calls together may wait for a rate limit: a job must not hang on its comment. */
const PATIENCE = 60;
const TIMEOUT = 15_000;
/** Refusals that asking again does not mend; 403 and 429 are asked again by the throttling plugin if GitHub says when. */
const FINAL = [400, 401, 403, 404, 410, 422, 429, 451];
const NO_BODY = [204, 205, 304];
/** The client with retries, patience with rate limits, a timeout a request, and the runner's proxy. */
function openOctokit({ token, apiUrl, logger, second = 1000, timeout = TIMEOUT, }) {
    let patience = PATIENCE;
    const wait = (seconds, ...[, , attempts]) => {
        if (attempts >= RETRIES || seconds > patience)
            return false;
        patience -= seconds;
        logger.info(`GitHub's rate limit is reached; asking again in ${seconds} s.`);
        return true;
    };
    const debug = (message) => {
        logger.debug(message);
    };
    return (0,github/* getOctokit */.Q)(token, {
        baseUrl: apiUrl.replace(/\/+$/, ''),
        log: { debug, info: debug, warn: debug, error: debug },
        request: { fetch: wholeFetch(timeout) },
        throttle: {
            // The plugin keeps one queue a process and id: a client of its own waits for nobody else.
            id: (0,external_node_crypto_.randomUUID)(),
            onRateLimit: wait,
            onSecondaryRateLimit: wait,
            retryAfterBaseValue: second,
        },
        retry: { doNotRetry: FINAL, retries: RETRIES, retryAfterBaseValue: second },
    }, nameTheLimit, plugin_throttling_dist_bundle/* throttling */.A, dist_bundle/* retry */.L);
}
/**
 * The throttling plugin knows a secondary limit by its words only. GitHub documents the status and the header
 * ("exceeding the rate limit" in its REST guide), so an answer with both is given the words, for the plugin to see.
 * Registered first, this hook is the innermost.
 */
function nameTheLimit(octokit) {
    octokit.hook.error('request', (error) => {
        const { status, message, response } = error;
        const limited = status === 429 || status === 403;
        if (limited && response?.headers['retry-after'] !== undefined && !/secondary rate/i.test(message ?? '')) {
            error.message = `${message ?? ''} (secondary rate limit)`;
        }
        throw error;
    });
}
/**
 * The runner's proxied fetch, with a timeout for each attempt, the body included. The body is read here because octokit
 * takes one that was cut off for an empty answer.
 */
function wholeFetch(timeout) {
    const proxied = utils/* defaults */.NT.request?.fetch;
    return async (url, options) => {
        const response = await proxied(url, { ...options, signal: AbortSignal.timeout(timeout) });
        const body = await response.arrayBuffer();
        const { status, statusText } = response;
        return new Response(NO_BODY.includes(status) ? null : body, {
            status,
            statusText,
            headers: [...response.headers],
        });
    };
}

;// CONCATENATED MODULE: ./build/src/adapters/github-client.js




/** Begins the token of a job or of an app: what it writes is a bot's. A person's token begins otherwise. */
const INSTALLATION_TOKEN = /^ghs_/;
/** author_association of those who may have written with a token of their own. */
const WRITERS = ['OWNER', 'MEMBER', 'COLLABORATOR'];
/** GitHub's largest page. */
const PAGE = 100;
const LONGEST_MESSAGE = 300;
/** Seconds before a comment is tried again whose creation was not confirmed. */
const CREATE_BACKOFF = [1, 4, 9];
/** Octokit behind the port: whatever goes wrong is a GitHubError, and no message holds the token. */
function connectGitHub(options) {
    const octokit = openOctokit(options);
    const repository = splitRepository(options.repository);
    const told = (call) => call.catch((thrown) => {
        throw toGitHubError(thrown, options.token);
    });
    const list = (pullRequest) => told(listComments(octokit, repository, { pullRequest, byBots: INSTALLATION_TOKEN.test(options.token) }));
    return {
        listComments: list,
        createComment: (pullRequest, body) => createOnce({
            create: () => told(createComment(octokit, repository, { pullRequest, body })),
            find: async () => (await list(pullRequest)).find((comment) => sameText(comment.body, body))?.id,
            second: options.second ?? 1000,
        }),
        updateComment: async (id, body) => {
            await told(octokit.rest.issues.updateComment({ ...repository, comment_id: id, body }));
        },
        createCheckRun: async (name, sha, update) => {
            const created = await told(octokit.rest.checks.create({ ...repository, name, head_sha: sha, ...checkRun(update) }));
            return created.data.id;
        },
        updateCheckRun: async (id, update) => {
            await told(octokit.rest.checks.update({ ...repository, check_run_id: id, ...checkRun(update) }));
        },
        readBranchFile: (branch, path) => told(readBranchFile(octokit, repository, { branch, path })),
        commitFile: (commit) => told(commitFile(octokit, repository, commit)),
    };
}
async function listComments(octokit, repository, { pullRequest, byBots }) {
    const comments = await octokit.paginate(octokit.rest.issues.listComments, {
        ...repository,
        issue_number: pullRequest,
        per_page: PAGE,
    });
    return comments.map(({ id, body, user, author_association }) => ({
        id,
        body: body ?? '',
        trusted: user?.type === 'Bot' || (!byBots && WRITERS.includes(author_association)),
    }));
}
async function createComment(octokit, repository, { pullRequest, body }) {
    // Not retried by the plugin: what is not idempotent is tried again by createOnce only, after a look.
    const request = { retries: 0 };
    const created = await octokit.rest.issues.createComment({
        ...repository,
        issue_number: pullRequest,
        body,
        request,
    });
    return created.data.id;
}
/** A creation whose answer was lost may have happened: before it is tried again, it is looked for. */
async function createOnce({ create, find, second }) {
    for (const seconds of CREATE_BACKOFF) {
        try {
            return await create();
        }
        catch (thrown) {
            if (!mayHaveHappened(thrown))
                throw thrown;
            await new Promise((resolve) => setTimeout(resolve, seconds * second));
            const found = await find();
            if (found !== undefined)
                return found;
        }
    }
    return create();
}
function mayHaveHappened(thrown) {
    return thrown instanceof ports/* GitHubError */.y && (thrown.status === undefined || thrown.status >= 500);
}
/** GitHub may give back other line ends, and no space at the end. */
function sameText(a, b) {
    const normal = (text) => text.replaceAll('\r\n', '\n').trimEnd();
    return normal(a) === normal(b);
}
function checkRun({ status, conclusion, title, summary }) {
    return { status, output: { title, summary }, ...(conclusion !== undefined && { conclusion }) };
}
function splitRepository(repository) {
    const [owner = '', repo = ''] = repository.split('/');
    return { owner, repo };
}
/** The API's message on one line, bounded, without the token; no status if there was no answer. */
function toGitHubError(thrown, token) {
    const text = (0,errors/* messageOf */.bD)(thrown).replace(/\s+/g, ' ').trim();
    const safe = token === '' ? text : text.replaceAll(token, '***');
    const message = safe.length > LONGEST_MESSAGE ? `${safe.slice(0, LONGEST_MESSAGE)}…` : safe;
    return new ports/* GitHubError */.y(message, answeredStatus(thrown));
}
function answeredStatus(thrown) {
    const { status, response } = Object(thrown);
    return response !== undefined && typeof status === 'number' ? status : undefined;
}


/***/ })

};
