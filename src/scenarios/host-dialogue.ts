import type { HostProcess } from '../ports.js';
import { readHostMessage } from './host-message.js';
import type { FromHost, ToHost } from './module-protocol.js';

/** What a host is reached by: a process, or a thread of one. */
export type HostChannel = Pick<HostProcess, 'exited' | 'stderr' | 'kill' | 'send' | 'onMessage'> & {
  /** Why the process was ended if what it said was no message. */
  readonly broken?: () => string | undefined;
};

export const NO_MESSAGE =
  'the module, or a library that it uses, wrote to the channel between flowgate and its process ' +
  '(file descriptor 3); its process was ended: let it write to files and descriptors that it has opened itself';

/**
 * Speaks with one host and hears nothing that it was not asked for: each message answers one of ours, once. A host that
 * says anything else is ended, so that a module can neither have a flow end twice nor one that was never started.
 */
export class HostDialogue {
  readonly #channel: HostChannel;
  readonly #onEnded: (message: Extract<FromHost, { type: 'ended' }>) => void;
  readonly #listeners = new Set<(message: FromHost) => void>();
  /** How many messages of each kind are still to come; flows by their id. */
  readonly #awaited = new Map<string | number, number>([['listening', 1]]);
  #broken: string | undefined;

  constructor(channel: HostChannel, onEnded: (message: Extract<FromHost, { type: 'ended' }>) => void) {
    this.#channel = channel;
    this.#onEnded = onEnded;
    channel.onMessage((received) => {
      if (this.#broken === undefined) this.#hear(readHostMessage(received));
    });
  }

  /** Why it was ended, if that was for what it said. */
  get broken(): string | undefined {
    return this.#broken ?? this.#channel.broken?.();
  }

  send(message: ToHost): void {
    for (const answer of answersTo(message)) this.#awaited.set(answer, (this.#awaited.get(answer) ?? 0) + 1);
    this.#channel.send(message);
  }

  /** The next message of this type that is `meant`; undefined if the host ends before. */
  answer<T extends FromHost['type']>(
    type: T,
    meant: (message: Extract<FromHost, { type: T }>) => boolean = () => true,
  ): Promise<Extract<FromHost, { type: T }> | undefined> {
    return new Promise((resolve) => {
      const listener = (message: FromHost): void => {
        if (message.type !== type) return;
        const answer = message as Extract<FromHost, { type: T }>;
        if (!meant(answer)) return;
        this.#listeners.delete(listener);
        resolve(answer);
      };
      this.#listeners.add(listener);
      void this.#channel.exited.then(() => {
        resolve(undefined);
      });
    });
  }

  #hear(message: FromHost | undefined): void {
    if (message === undefined) this.#breakOff(NO_MESSAGE);
    else if (!this.#wasAwaited(kindOf(message))) this.#breakOff(unasked(message));
    else if (message.type === 'ended') this.#onEnded(message);
    else for (const listener of this.#listeners) listener(message);
  }

  #wasAwaited(kind: string | number): boolean {
    const count = this.#awaited.get(kind) ?? 0;
    if (count > 1) this.#awaited.set(kind, count - 1);
    else this.#awaited.delete(kind);
    return count > 0;
  }

  #breakOff(reason: string): void {
    this.#broken = reason;
    this.#channel.kill('SIGKILL');
  }
}

function answersTo(message: ToHost): readonly (string | number)[] {
  switch (message.type) {
    case 'load':
      return ['loaded'];
    case 'setup':
    case 'verify':
    case 'teardown':
      return [`done ${message.type}`];
    case 'start':
      return message.flows.map(({ id }) => id);
    case 'ping':
      return ['pong'];
    case 'share':
    case 'abort':
      return [];
  }
}

function kindOf(message: FromHost): string | number {
  if (message.type === 'ended') return message.id;
  return message.type === 'done' ? `done ${message.hook}` : message.type;
}

function unasked(message: FromHost): string {
  const what = message.type === 'ended' ? 'a flow that had ended before or was not started' : message.type;
  return `the module spoke in place of flowgate in its process (it reported ${what}, unasked); its process was ended`;
}
