import type { NetworkFaultKind } from '../model/network-fault.js';
import { TOKEN } from '../lib/token.js';
import type { OpenFault } from './network-log.js';

export type Side = 'client' | 'upstream';

/** Bytes from the beginning of each direction in which a canary is looked for. */
const LOOKED_AT = 8 * 1024;
/** Longer than a canary with an iteration of ten digits: what may be the beginning of one that a chunk cuts in two. */
const TAIL = 32;
/** What every canary begins with: looking for it costs next to nothing where there is none. */
const CANARY = 'fg-';

interface Looking {
  bytes: number;
  /** The end of what was looked at. */
  tail: Buffer;
  /** Nothing more is looked at: enough was, or a whole canary was found. */
  done: boolean;
}

/** A request and its answer, as far as a connection shows them: from one turn to the client's next. */
export class Exchange {
  readonly #faults = new Map<NetworkFaultKind, OpenFault>();
  readonly #looking: Readonly<Record<Side, Looking>> = { client: looking(), upstream: looking() };
  #token: string | undefined;

  has(kind: NetworkFaultKind): boolean {
    return this.#faults.has(kind);
  }

  add(fault: OpenFault): void {
    if (this.#token !== undefined) fault.token = this.#token;
    this.#faults.set(fault.kind, fault);
  }

  /** Looks whose exchange it is; the faults that it has met already are told as well. */
  look(side: Side, chunk: Uint8Array): void {
    const at = this.#looking[side];
    // What the client has said of itself is not changed by what it is answered.
    if (at.done || (side === 'upstream' && this.#token !== undefined)) return;
    const bytes = Buffer.concat([at.tail, chunk]);
    const found = canaryIn(bytes);
    at.bytes += chunk.length;
    at.tail = bytes.subarray(-TAIL);
    at.done = found?.whole === true || at.bytes >= LOOKED_AT;
    if (found === undefined) return;
    this.#token = found.token;
    for (const fault of this.#faults.values()) fault.token = found.token;
  }
}

function looking(): Looking {
  return { bytes: 0, tail: Buffer.alloc(0), done: false };
}

/** `whole`: it can not go on in the next chunk. */
function canaryIn(bytes: Buffer): { readonly token: string; readonly whole: boolean } | undefined {
  const from = bytes.indexOf(CANARY);
  if (from < 0) return undefined;
  const text = bytes.toString('latin1', from);
  const token = text.match(TOKEN)?.[0];
  return token === undefined ? undefined : { token, whole: !text.endsWith(token) };
}
