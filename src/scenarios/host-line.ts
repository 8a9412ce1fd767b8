import { Buffer } from 'node:buffer';
import { NOTHING_PRINTED } from './excerpt.js';
import type { FromHost, FromThreads } from './module-protocol.js';

/** Bytes of the longest line that a host may say. */
export const LONGEST_LINE = 64 * 1024 * 1024;
const TOO_LONG = 'more than 64 MB';
/** Bytes of a character in UTF-8, at most. */
const OF_A_CHARACTER = 3;
/** What stands before the message in its line. */
const KEY_ROOM = 64;

/** A message as a line of JSON. One that is too long, or that is no data, says so in place of what it holds. */
export function lineOf(message: FromHost | FromThreads): string {
  const line = jsonOf(message);
  return line !== undefined && isShort(line) ? line : JSON.stringify(withoutContent(message));
}

function isShort(line: string): boolean {
  return line.length * OF_A_CHARACTER < LONGEST_LINE || Buffer.byteLength(line) < LONGEST_LINE - KEY_ROOM;
}

function jsonOf(message: unknown): string | undefined {
  try {
    return JSON.stringify(message);
  } catch {
    return undefined;
  }
}

function withoutContent(message: FromHost | FromThreads): FromHost | FromThreads {
  switch (message.type) {
    case 'ended':
      return { ...message, flow: { ...message.flow, ...SAYS_TOO_MUCH } };
    case 'done':
      return { type: 'done', hook: message.hook, error: { message: whyNotDone(message) } };
    case 'loaded':
      return { type: 'loaded', hooks: [], error: { message: `its error has ${TOO_LONG}` } };
    case 'said':
      return withoutContentOf(message);
    case 'listening':
    case 'pong':
    case 'gone':
      return message;
  }
}

const SAYS_TOO_MUCH = {
  error: { message: `the flow's steps and its error are ${TOO_LONG} together: name fewer steps` },
  steps: [],
  stdout: NOTHING_PRINTED,
  stderr: NOTHING_PRINTED,
};

function whyNotDone({ shared }: Extract<FromHost, { type: 'done' }>): string {
  return shared === undefined
    ? `its error has ${TOO_LONG}`
    : `what setup returned is ${TOO_LONG} when it is handed to the other threads or processes: load it in the module instead`;
}

/** Of a thread's host. What is no message stays none, so that the thread is ended for it. */
function withoutContentOf({ thread, message }: Extract<FromThreads, { type: 'said' }>): FromThreads {
  const isOurs = typeof message === 'object' && message !== null && 'type' in message;
  return {
    type: 'said',
    thread,
    ...(isOurs ? { message: withoutContent(message as FromHost) } : {}),
  };
}
