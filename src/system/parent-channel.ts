import { Socket } from 'node:net';
import { CHANNEL, MessageLines } from './channel.js';

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
