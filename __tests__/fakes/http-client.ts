import type { HttpClient, HttpConnection, HttpReceiver, HttpRequest } from '../../src/flows/http/port.js';
import type { SimulatedClock } from './simulated-clock.js';

/** How the server of the simulation answers. */
export interface SimulatedAnswer {
  /** ms until the head comes, and from then to the end. */
  readonly headAfter?: number;
  readonly bodyAfter?: number;
  readonly status?: number;
  readonly location?: string;
  /** By name in lower case; each value of a list is a line of its own. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly chunks?: readonly string[];
  /** What the exchange rejects with after `headAfter`. */
  readonly error?: Error;
}

/** A client whose responses come in simulated time; it remembers what it was asked, by connection. */
export class SimulatedHttp implements HttpClient {
  readonly asked: { readonly connection: number; readonly at: number; readonly request: HttpRequest }[] = [];
  readonly aborted: string[] = [];
  readonly resets: string[] = [];
  #connections = 0;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly answer: (request: HttpRequest) => SimulatedAnswer,
  ) {}

  openConnection(): HttpConnection {
    this.#connections += 1;
    const connection = this.#connections;
    const carried = { received: 0, sent: 0, resent: 0 };
    let cut: ((reason: Error) => void) | undefined;
    return {
      exchange: (request, receiver) => {
        this.asked.push({ connection, at: this.clock.now(), request });
        carried.sent += 100;
        return new Promise((resolve, reject) => {
          cut = reject;
          this.#respond(this.answer(request), { receiver, carried }).then(resolve, reject);
        });
      },
      abort: (reason) => {
        this.aborted.push(reason.message);
        cut?.(reason);
      },
      reset: (reason) => {
        this.resets.push(reason.message);
        cut?.(reason);
      },
      traffic: () => ({ ...carried }),
      close: () => Promise.resolve(),
    };
  }

  async #respond(
    { headAfter = 10, bodyAfter = 0, status = 200, location, headers, chunks = [], error }: SimulatedAnswer,
    { receiver, carried }: { receiver: HttpReceiver; carried: { received: number } },
  ): Promise<void> {
    await this.clock.sleep(headAfter);
    if (error !== undefined) throw error;
    const lines = (name: string): readonly string[] => {
      const value = (name === 'location' ? location : undefined) ?? headers?.[name];
      return value === undefined ? [] : [value].flat();
    };
    receiver.head(status, (name) => (lines(name).length === 0 ? undefined : lines(name).join(', ')), lines);
    await this.clock.sleep(bodyAfter);
    for (const chunk of chunks) {
      carried.received += chunk.length;
      receiver.data(Buffer.from(chunk));
    }
  }
}
