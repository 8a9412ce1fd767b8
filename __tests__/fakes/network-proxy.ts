import type { NetworkProxy } from '../../src/faults/network/protocol.js';
import type { NetworkFault } from '../../src/model/network-fault.js';

/** Proxies that pass nothing on: they remember when they were armed, and report the faults that they are given. */
export class FakeNetworkProxy implements NetworkProxy {
  readonly failed = new Promise<string>(() => undefined);
  readonly armed: { readonly zero: number; readonly origin: number | undefined }[] = [];
  isArmed = false;
  #fresh: NetworkFault[] = [];
  readonly #all: NetworkFault[] = [];

  /** While disarmed there is nothing to see. */
  fault(fault: Partial<NetworkFault> & Pick<NetworkFault, 'at'>): void {
    if (!this.isArmed) return;
    const whole: NetworkFault = { kind: 'reset', listen: '127.0.0.1:1', upstream: '127.0.0.1:2', ...fault };
    this.#fresh.push(whole);
    this.#all.push(whole);
  }

  arm(zero: number, origin?: number): Promise<void> {
    this.isArmed = true;
    this.armed.push({ zero, origin });
    return Promise.resolve();
  }

  disarm(): Promise<void> {
    this.isArmed = false;
    return Promise.resolve();
  }

  take(): Promise<readonly NetworkFault[]> {
    const taken = this.#fresh;
    this.#fresh = [];
    return Promise.resolve(taken);
  }

  report() {
    const times = this.#all.length;
    return Promise.resolve({
      faults: this.#all,
      counts: times === 0 ? {} : { reset: { times, connections: times } },
      connections: times,
      notes: [],
    });
  }

  close() {
    return this.report();
  }
}
