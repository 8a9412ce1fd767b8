import type { HostedFlowEnd } from './module-protocol.js';

/**
 * What a host says of a flow's times, held to what we know ourselves: nothing starts before the host was told to (`from`)
 * or ends after we heard of it (`to`), and nothing ends before it starts.
 */
export function within(ended: HostedFlowEnd, from: number, to: number): HostedFlowEnd {
  const startedAt = held(ended.startedAt, from, to);
  const endedAt = held(ended.endedAt, startedAt, to);
  const steps = ended.steps.map((step) => {
    const begun = held(step.startedAt, startedAt, endedAt);
    return { ...step, startedAt: begun, endedAt: held(step.endedAt, begun, endedAt) };
  });
  return { ...ended, startedAt, endedAt, steps };
}

function held(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to);
}
