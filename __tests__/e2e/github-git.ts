import { createHash } from 'node:crypto';
import type { ApiCall } from './openapi.js';

/** Git's objects and branches behind GitHub's Git data API, with the refusals that GitHub has for what does not fit. */
export class GitStore {
  readonly branches = new Map<string, string>();
  readonly #blobs = new Map<string, string>();
  readonly #trees = new Map<string, ReadonlyMap<string, Entry>>();
  readonly #commits = new Map<string, Commit>();
  /** Done once, right before the next branch is made or moved: what another run does in between. */
  meanwhile: (() => void) | undefined;

  /** The file at the tip of a branch; undefined if there is none. */
  file(branch: string, path: string): string | undefined {
    const tip = this.#commits.get(this.branches.get(branch) ?? '');
    const sha = path
      .split('/')
      .reduce<string | undefined>((tree, name) => this.#trees.get(tree ?? '')?.get(name)?.sha, tip?.tree);
    return this.#blobs.get(sha ?? '');
  }

  /** Commits from the tip of a branch down. */
  log(branch: string): readonly Commit[] {
    const commits: Commit[] = [];
    for (let sha = this.branches.get(branch); sha !== undefined;) {
      const commit: Commit | undefined = this.#commits.get(sha);
      if (commit === undefined) throw new Error(`no commit ${sha}`);
      commits.push(commit);
      sha = commit.parents[0];
    }
    return commits;
  }

  /** What somebody else pushes. */
  push(branch: string, path: string, content: string): void {
    const head = this.branches.get(branch);
    const base = head === undefined ? undefined : this.#commits.get(head)?.tree;
    const tree = this.#addTree(base, [{ path, sha: this.#addBlob(content) }]);
    const parents = head === undefined ? [] : [head];
    this.branches.set(branch, this.#addCommit({ message: 'by hand', tree, parents }));
  }

  /** Undefined if the operation is none of git's. */
  perform(call: ApiCall, url: string): Reply | undefined {
    const body = call.body as Record<string, unknown>;
    switch (call.operation) {
      case 'git/get-ref':
        return this.#getRef(decodeURIComponent(call.params.ref ?? ''), url);
      case 'git/get-commit':
        return this.#getCommit(call.params.commit_sha ?? '', url);
      case 'git/get-tree':
        return this.#getTree(call.params.tree_sha ?? '', url);
      case 'git/get-blob':
        return this.#getBlob(call.params.file_sha ?? '', url);
      case 'git/create-tree':
        return this.#createTree(body as unknown as TreeRequest, url);
      case 'git/create-commit':
        return this.#createCommit(body as unknown as Commit, url);
      case 'git/create-ref':
      case 'git/update-ref':
        return this.#moveRef(call, url);
      default:
        return undefined;
    }
  }

  #getRef(ref: string, url: string): Reply {
    const sha = this.branches.get(ref.replace(/^heads\//, ''));
    return sha === undefined ? notFound() : { status: 200, body: refAnswer(ref, sha, url) };
  }

  #getCommit(sha: string, url: string): Reply {
    const commit = this.#commits.get(sha);
    return commit === undefined ? notFound() : { status: 200, body: commitAnswer(sha, commit, url) };
  }

  #getTree(sha: string, url: string): Reply {
    const tree = this.#trees.get(sha);
    return tree === undefined ? notFound() : { status: 200, body: treeAnswer(sha, tree, url) };
  }

  #getBlob(sha: string, url: string): Reply {
    const content = this.#blobs.get(sha);
    if (content === undefined) return notFound();
    // As GitHub does: base64 in lines.
    const lines = Buffer.from(content)
      .toString('base64')
      .replace(/(.{60})/g, '$1\n');
    return {
      status: 200,
      body: {
        content: lines,
        encoding: 'base64',
        url: `${url}/blobs/${sha}`,
        sha,
        size: Buffer.byteLength(content),
        node_id: `B_${sha}`,
      },
    };
  }

  #createTree({ base_tree: base, tree }: TreeRequest, url: string): Reply {
    if (base !== undefined && !this.#trees.has(base)) return invalid('base_tree is not a valid tree oid');
    const entries = tree.map(({ path, content }) => ({ path, sha: this.#addBlob(content) }));
    const sha = this.#addTree(base, entries);
    return { status: 201, body: treeAnswer(sha, this.#trees.get(sha) ?? new Map<string, Entry>(), url) };
  }

  #createCommit({ message, tree, parents }: Commit, url: string): Reply {
    if (!this.#trees.has(tree)) return invalid('Tree SHA does not exist');
    if (parents.some((parent) => !this.#commits.has(parent))) return invalid('Parent SHA does not exist');
    const commit = { message, tree, parents };
    const sha = this.#addCommit(commit);
    return { status: 201, body: commitAnswer(sha, commit, url) };
  }

  #moveRef({ operation, params, body }: ApiCall, url: string): Reply {
    this.meanwhile?.();
    this.meanwhile = undefined;
    const { ref, sha, force } = body as { ref?: string; sha: string; force?: boolean };
    if (force === true) throw new Error('a branch was forced');
    const name = (ref ?? decodeURIComponent(params.ref ?? '')).replace(/^(?:refs\/)?heads\//, '');
    const isNew = operation === 'git/create-ref';
    const head = this.branches.get(name);
    if (isNew && head !== undefined) return invalid('Reference already exists');
    if (!isNew && head === undefined) return invalid('Reference does not exist');
    if (!isNew && !this.#descends(sha, head)) return invalid('Update is not a fast forward');
    this.branches.set(name, sha);
    return { status: isNew ? 201 : 200, body: refAnswer(`heads/${name}`, sha, url) };
  }

  #descends(sha: string, from: string | undefined): boolean {
    if (sha === from) return true;
    return (this.#commits.get(sha)?.parents ?? []).some((parent) => this.#descends(parent, from));
  }

  #addBlob(content: string): string {
    return keep(this.#blobs, content);
  }

  #addTree(base: string | undefined, entries: readonly Pick<Entry, 'path' | 'sha'>[]): string {
    const tree = new Map(this.#trees.get(base ?? ''));
    for (const { path, sha } of entries) {
      const [name = '', ...rest] = path.split('/');
      const below = { path: rest.join('/'), sha };
      if (rest.length === 0) tree.set(name, { path: name, sha, type: 'blob' });
      else tree.set(name, { path: name, sha: this.#addTree(tree.get(name)?.sha, [below]), type: 'tree' });
    }
    return keep(this.#trees, tree, [...tree.values()]);
  }

  #addCommit(commit: Commit): string {
    return keep(this.#commits, commit, [commit, this.#commits.size]);
  }
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface Commit {
  readonly message: string;
  readonly tree: string;
  readonly parents: readonly string[];
}

interface Entry {
  readonly path: string;
  readonly sha: string;
  readonly type: 'blob' | 'tree';
}

interface TreeRequest {
  readonly base_tree?: string;
  readonly tree: readonly { readonly path: string; readonly content: string }[];
}

/** Under a name that is made of the content, as git does it. */
function keep<Value>(objects: Map<string, Value>, value: Value, content: unknown = value): string {
  const sha = createHash('sha1').update(JSON.stringify(content)).digest('hex');
  objects.set(sha, value);
  return sha;
}

function notFound(): Reply {
  return { status: 404, body: { message: 'Not Found', status: '404' } };
}

function invalid(message: string): Reply {
  return { status: 422, body: { message, status: '422' } };
}

function refAnswer(ref: string, sha: string, url: string): object {
  return {
    ref: `refs/${ref}`,
    node_id: `R_${sha}`,
    url: `${url}/refs/${ref}`,
    object: { type: 'commit', sha, url: `${url}/commits/${sha}` },
  };
}

function commitAnswer(sha: string, { message, tree, parents }: Commit, url: string): object {
  const person = { name: 'bot', email: 'bot@example.com', date: '2026-01-01T00:00:00Z' };
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${url}/commits/${sha}`,
    html_url: `${url}/commits/${sha}`,
    author: person,
    committer: person,
    message,
    tree: { sha: tree, url: `${url}/trees/${tree}` },
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${url}/c/${parent}`,
      html_url: `${url}/c/${parent}`,
    })),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

function treeAnswer(sha: string, tree: ReadonlyMap<string, Entry>, url: string): object {
  const entries = [...tree.values()].map((entry) => ({
    path: entry.path,
    mode: entry.type === 'blob' ? '100644' : '040000',
    type: entry.type,
    sha: entry.sha,
    url: `${url}/${entry.type}s/${entry.sha}`,
  }));
  return { sha, url: `${url}/trees/${sha}`, truncated: false, tree: entries };
}
