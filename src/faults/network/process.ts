import { UserError } from '../../lib/errors.js';
import type { NetworkFaultReport } from '../../model/network-fault.js';
import { fileBeside, readScript } from '../../system/own-script.js';
import type { HostProcess } from '../../system/ports.js';
import { spawnNode } from '../../system/processes.js';
import type { FromProxies, NetworkProxy, OpenNetworkProxy, ProxiesAnswer, ToProxies } from './protocol.js';

const NOTHING: NetworkFaultReport = { faults: [], counts: {}, connections: 0, notes: [] };

/** Proxies in a process of their own. `file`: what it runs, beside the bundle that is running. It is read at once. */
export function tcpProxyProcess(file: string = fileBeside(import.meta.url, 'proxy.js')): OpenNetworkProxy {
  const script = readScript(file);
  return async (plans, { seed }) => {
    if (script === undefined) throw new Error(`${file} is missing; run npm run build`);
    // It needs nothing of our environment, in which there are secrets.
    const proxies = new ProxyProcess(spawnNode(script, { cwd: process.cwd(), env: {} }));
    try {
      await proxies.ask({ type: 'open', plans, seed });
    } catch (thrown) {
      proxies.end();
      throw thrown;
    }
    return proxies.asPort();
  };
}

type Answer = Exclude<FromProxies, { type: 'listening' }>;
type Question = ToProxies extends infer One ? (One extends ToProxies ? Omit<One, 'id'> : never) : never;

class ProxyProcess {
  readonly #host: HostProcess;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (reason: Error) => void }
  >();
  readonly #listening: Promise<void>;
  readonly #failed: Promise<string>;
  #asked = 0;
  #closed = false;
  #dead: string | undefined;
  #latest = NOTHING;

  constructor(host: HostProcess) {
    this.#host = host;
    this.#listening = new Promise((resolve) => {
      host.onMessage((message) => {
        const from = message as FromProxies | undefined;
        // No foreign code runs there; should something else speak all the same, what it said is worth nothing.
        if (from === undefined) host.kill('SIGKILL');
        else if (from.type === 'listening') resolve();
        else this.#take(from);
      });
    });
    this.#failed = new Promise((resolve) => {
      void host.exited.then(({ code, signal }) => {
        this.#dead = `the process of the network proxies has ended (${signal ?? `exit status ${code}`}): ${host.stderr().tail || host.stderr().head || 'it said nothing'}`;
        for (const { reject } of this.#waiting.values()) reject(new Error(this.#dead));
        this.#waiting.clear();
        if (!this.#closed) resolve(this.#dead);
      });
    });
  }

  /** Rejects if it answers that it can not, or is gone. */
  async ask(question: Question): Promise<ProxiesAnswer> {
    await Promise.race([this.#listening, this.#host.exited]);
    if (this.#dead !== undefined) throw new Error(this.#dead);
    const id = (this.#asked += 1);
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#host.send({ id, ...question });
    });
    if (answer.type === 'failed') throw errorOf(answer);
    if (answer.report !== undefined) this.#latest = answer.report;
    return answer;
  }

  asPort(): NetworkProxy {
    return {
      arm: async (zero, origin = zero) => {
        await this.ask({ type: 'arm', zero, origin });
      },
      disarm: async () => {
        await this.ask({ type: 'disarm' });
      },
      take: async () => (await this.ask({ type: 'take' })).faults ?? [],
      report: async () => {
        await this.ask({ type: 'report' });
        return this.#latest;
      },
      close: () => this.#close(),
      failed: this.#failed,
    };
  }

  end(): void {
    this.#closed = true;
    this.#host.kill('SIGKILL');
  }

  /** Of proxies that are gone, what they reported last, and that they are gone. */
  async #close(): Promise<NetworkFaultReport> {
    this.#closed = true;
    try {
      await this.ask({ type: 'close' });
      return this.#latest;
    } catch (thrown) {
      return { ...this.#latest, notes: [...this.#latest.notes, (thrown as Error).message] };
    } finally {
      this.end();
      await this.#host.exited;
    }
  }

  #take(answer: Answer): void {
    this.#waiting.get(answer.id)?.resolve(answer);
    this.#waiting.delete(answer.id);
  }
}

function errorOf({ message, problems }: Extract<Answer, { type: 'failed' }>): Error {
  return problems === undefined ? new Error(message) : new UserError(problems);
}
