import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

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

interface Question {
  readonly request?: ApiRequest;
  readonly answer?: { readonly operation: string; readonly status: number; readonly body: unknown };
}

let worker: Worker | undefined;
let asked = 0;

/** Reads a request by GitHub's description of its API. */
export function readRequest(request: ApiRequest): Promise<Partial<ApiCall> & Pick<ApiCall, 'errors'>> {
  return ask({ request });
}

/** What is wrong with an answer; empty if it is as the description says. */
export async function answerErrors(answer: NonNullable<Question['answer']>): Promise<readonly string[]> {
  return (await ask({ answer })).errors;
}

/** One worker a test file; it keeps no process alive. */
async function ask(question: Question): Promise<ApiCall> {
  if (worker === undefined) {
    worker = new Worker(new URL('openapi-worker.mjs', import.meta.url));
    worker.setMaxListeners(0);
    worker.unref();
  }
  const id = (asked += 1);
  worker.postMessage({ id, ...question });
  for (;;) {
    const [answer] = (await once(worker, 'message')) as [ApiCall & { id: number }];
    if (answer.id === id) return answer;
  }
}
