import type { Duplex } from 'node:stream';
import { LONGEST_LINE } from '../scenarios/host-line.js';
import { MessageLines } from './message-lines.js';

/** The file descriptor by which a process of ours and we speak with each other. */
export const CHANNEL = 3;

interface ChildChannel {
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
