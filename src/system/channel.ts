import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LONGEST_LINE } from './ports.js';

/** The file descriptor by which a process of ours and we speak with each other. */
export const CHANNEL = 3;

export interface ChildChannel {
  send(message: unknown): void;
  /** Called for each line; with undefined for one that is no message. */
  onMessage(listener: (message: unknown) => void): void;
}

/**
 * Our end of the channel to a process of ours: a line of JSON for each message. Each line that comes begins with a key
 * that the process was given before any foreign code ran in it. Foreign code that writes to the channel, by accident
 * or on purpose, does not know it.
 */
export function channelTo(stream: Duplex, key: string): ChildChannel {
  const listeners: ((message: unknown) => void)[] = [];
  const lines = new MessageLines((line) => {
    const message = messageOf(line, key);
    for (const listener of listeners) listener(message);
  }, LONGEST_LINE);
  stream.on('data', (chunk: Buffer) => {
    lines.push(chunk);
  });
  // The process may be gone already: its exit says so, not this.
  stream.on('error', () => undefined);
  return {
    send: (message) => {
      if (stream.writable) stream.write(`${JSON.stringify(message)}\n`);
    },
    onMessage: (listener) => {
      listeners.push(listener);
    },
  };
}

function messageOf(line: string | undefined, key: string): unknown {
  if (line?.startsWith(key) !== true) return undefined;
  try {
    return JSON.parse(line.slice(key.length)) as unknown;
  } catch {
    return undefined;
  }
}

interface ParentChannelOptions {
  /** Each line begins with it. */
  readonly key: string;
  readonly onMessage: (message: unknown) => void;
  /** The process that has started us is gone. */
  readonly onEnd: () => void;
}

/** The other end of the channel, in a process of ours. Gives what says a line of JSON; everything it uses is bound here. */
export function channelToParent({ key, onMessage, onEnd }: ParentChannelOptions): (line: string) => void {
  const socket = new Socket({ fd: CHANNEL, readable: true, writable: true });
  const write = socket.write.bind(socket);
  const lines = new MessageLines((line) => {
    if (line !== undefined) onMessage(JSON.parse(line));
  }, Number.MAX_SAFE_INTEGER);
  socket.on('data', (chunk: Buffer) => {
    lines.push(chunk);
  });
  // A parent that is gone needs no answer.
  socket.on('error', () => undefined);
  socket.on('close', onEnd);
  return (line) => {
    write(`${key}${line}\n`);
  };
}

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines, wherever it is cut into chunks. What it keeps is bounded. */
export class MessageLines {
  readonly #onLine: (line: string | undefined) => void;
  readonly #longest: number;
  #kept: Buffer[] = [];
  #length = 0;
  #broken = false;

  /** `onLine` is given each line, and undefined once, at the end of all, for one that is longer than `longest`. */
  constructor(onLine: (line: string | undefined) => void, longest: number) {
    this.#onLine = onLine;
    this.#longest = longest;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      if (!this.#keep(chunk.subarray(from, end))) return;
      const line = this.#kept.length === 1 ? (this.#kept[0] as Buffer) : Buffer.concat(this.#kept);
      this.#kept = [];
      this.#length = 0;
      this.#onLine(line.toString('utf8'));
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** False if it is too long; nothing that follows is a line any more. */
  #keep(part: Buffer): boolean {
    if (this.#broken) return false;
    this.#length += part.length;
    if (this.#length <= this.#longest) {
      this.#kept.push(part);
      return true;
    }
    this.#broken = true;
    this.#kept = [];
    this.#onLine(undefined);
    return false;
  }
}
