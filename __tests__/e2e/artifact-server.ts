import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was uploaded: a zip, as the client has made it. */
export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  readonly zip: Buffer;
}

export interface ArtifactServer {
  readonly artifacts: StoredArtifact[];
  /** What the runner gives an action. */
  readonly env: Readonly<Record<'ACTIONS_RUNTIME_TOKEN' | 'ACTIONS_RESULTS_URL', string>>;
  close(): Promise<void>;
}

const SERVICE = '/twirp/github.actions.results.api.v1.ArtifactService/';

/** A token as the runner's: the client reads ids of the run and the job in it. */
function runtimeToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const scopes = 'Actions.Results:e2eRunId0001:e2eJobId0001';
  return `${part({ alg: 'none' })}.${part({ scp: scopes })}.${randomBytes(12).toString('hex')}`;
}

/** GitHub's artifact service, as far as its client asks it: the names of a run, and the store of Azure for the files. */
export async function startArtifactServer(): Promise<ArtifactServer> {
  const token = runtimeToken();
  const artifacts: StoredArtifact[] = [];
  const blobs = new Map<string, Map<string, Buffer>>();
  const server = createServer((request, response) => {
    answer(request).then(
      ([status, body]) => {
        const type = typeof body === 'string' ? 'application/json' : 'application/zip';
        response.writeHead(status, { 'content-type': type }).end(body);
      },
      (thrown: unknown) => response.writeHead(500).end(String(thrown)),
    );
  });

  async function answer(request: IncomingMessage): Promise<[number, string | Buffer]> {
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    if (request.method === 'GET') return download(pathname);
    if (!pathname.startsWith(SERVICE)) return [store(pathname, searchParams, body), ''];
    if (request.headers.authorization !== `Bearer ${token}`) return [401, '{"msg":"whose token is it?"}'];
    const { name, id_filter: only } = JSON.parse(body.toString()) as { name: string; id_filter?: string };
    if (pathname.endsWith('/ListArtifacts')) {
      const found = artifacts.filter(({ id }) => only === undefined || String(id) === only);
      const ids = { workflow_run_backend_id: 'e2eRunId0001', workflow_job_run_backend_id: 'e2eJobId0001' };
      const listed = found.map(({ id, name: its, zip }) => ({
        ...{ ...ids, database_id: String(id), name: its, size: String(zip.length) },
      }));
      return [200, JSON.stringify({ artifacts: listed })];
    }
    if (pathname.endsWith('/GetSignedArtifactURL')) {
      return [
        200,
        JSON.stringify({ signed_url: `${url}/blobs/${encodeURIComponent(name)}?sig=secretsignature` }),
      ];
    }
    if (pathname.endsWith('/CreateArtifact')) {
      if (blobs.has(name)) return [409, '{"msg":"an artifact with this name already exists"}'];
      blobs.set(name, new Map());
      const signed = `${url}/blobs/${encodeURIComponent(name)}?sig=secretsignature`;
      return [200, JSON.stringify({ ok: true, signed_upload_url: signed })];
    }
    const id = artifacts.length + 1;
    artifacts.push({ id, name, zip: Buffer.concat([...(blobs.get(name)?.values() ?? [])]) });
    return [200, JSON.stringify({ ok: true, artifact_id: String(id) })];
  }

  function download(pathname: string): [number, string | Buffer] {
    const found = artifacts.find(({ name }) => pathname === `/blobs/${encodeURIComponent(name)}`);
    return found === undefined ? [404, ''] : [200, found.zip];
  }

  /** Blocks, and at last the list of them, which tells their order: they are sent one after another here. */
  function store(pathname: string, query: URLSearchParams, body: Buffer): number {
    if (query.get('comp') === 'block') {
      const name = decodeURIComponent(pathname.slice('/blobs/'.length));
      blobs.get(name)?.set(query.get('blockid') ?? '', body);
    }
    return 201;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    artifacts,
    env: { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: url },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/**
 * Passes requests on to an artifact service of 2024: without the field that GitHub's client has sent since, and with
 * addresses in its answers that the client of today leaves as they are. Files go to the service itself, at the addresses that it answers with.
 * @param target its address
 */
export async function startArtifactRelay(
  target: string,
): Promise<Pick<ArtifactServer, 'close'> & { url: string }> {
  const server = createServer((request, response) => {
    relay(request).then(
      ([status, text]) => response.writeHead(status, { 'content-type': 'application/json' }).end(text),
      (thrown: unknown) => response.writeHead(502).end(JSON.stringify({ msg: String(thrown) })),
    );
  });

  async function relay(request: IncomingMessage): Promise<[number, string]> {
    const body = JSON.parse(Buffer.concat((await request.toArray()) as Buffer[]).toString()) as object;
    const answer = await fetch(`${target}${request.url ?? ''}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
      body: JSON.stringify({ ...body, mime_type: undefined }),
    });
    // Of a signature that ends with = as it is, Azure's client drops that.
    const text = (await answer.text()).replace(/(?<=sig=[\w-]*)=+/, (end) => '%3D'.repeat(end.length));
    return [answer.status, text];
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
