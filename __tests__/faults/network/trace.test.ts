import { describe, expect, test } from '@jest/globals';
import { ConnectionLog } from '../../../src/faults/network/log.js';
import { hitsOn } from '../../../src/faults/network/trace.js';
import type { NetworkFault } from '../../../src/model/network-fault.js';
import { flowOf } from '../../fakes/record.js';

const fault = (differs: Partial<NetworkFault> & { at: number }): NetworkFault => ({
  kind: 'reset',
  listen: '127.0.0.1:1',
  upstream: '127.0.0.1:2',
  connection: 1,
  ...differs,
});

/** Slot 1 has flows 1 and 3, slot 2 has flow 2; each of 100 ms. */
const FLOWS = [
  flowOf({ slot: 1, iteration: 1, token: 'fg-a-1', startedAt: 0 }),
  flowOf({ slot: 2, iteration: 2, token: 'fg-a-2', startedAt: 50 }),
  flowOf({ slot: 1, iteration: 3, token: 'fg-a-3', startedAt: 110 }),
];
const slotOf = (port: number): number | undefined => ({ 4001: 1, 4002: 2 })[port];

function hitIterations(...faults: NetworkFault[]): number[] {
  return [...hitsOn(FLOWS, { faults, slotOf }).first.keys()].sort((a, b) => a - b);
}

describe('a fault hits', () => {
  test('the flow whose canary was seen, whatever else was in flight', () => {
    expect(hitIterations(fault({ at: 60, token: 'fg-a-2', clientPort: 4001 }))).toEqual([2]);
  });

  test('the flow of the slot whose port it is, by its time', () => {
    expect(hitIterations(fault({ at: 60, clientPort: 4001 }))).toEqual([1]);
    expect(hitIterations(fault({ at: 111, clientPort: 4001 }))).toEqual([3]);
    // The end of a connection comes late: flow 3 had not begun.
    expect(hitIterations(fault({ at: 105, clientPort: 4001 }))).toEqual([1]);
  });

  test('nobody here, if it is that of a flow that is elsewhere', () => {
    const hits = hitsOn(FLOWS, { faults: [fault({ at: 60, token: 'fg-a-9' })], slotOf });
    expect(hits.first.size).toBe(0);
    expect(hits.untraced).toEqual([]);
  });

  test('all in flight, if nobody knows whom', () => {
    const unknown = fault({ at: 60, clientPort: 9 });
    const hits = hitsOn(FLOWS, { faults: [unknown], slotOf });
    expect([...hits.first]).toEqual([
      [1, { kind: 'reset', at: 60, untraced: true }],
      [2, { kind: 'reset', at: 60, untraced: true }],
    ]);
    expect(hits.untraced).toEqual([unknown]);
    expect(hits.flows.size).toBe(0);
  });

  test('during an outage all in flight at any time of it, and without an end all who came after', () => {
    const outage: NetworkFault = { kind: 'down', listen: 'a:1', upstream: 'a:2', at: 101 };
    expect(hitIterations({ ...outage, until: 105 })).toEqual([2]);
    expect(hitIterations(outage)).toEqual([2, 3]);
  });
});

test('the first of several hits is the flow’s, and each kind counts it once', () => {
  const faults = [
    fault({ at: 70, token: 'fg-a-2' }),
    fault({ at: 60, token: 'fg-a-2', kind: 'latency' }),
    fault({ at: 80, token: 'fg-a-2', kind: 'latency' }),
  ];
  const hits = hitsOn(FLOWS, { faults, slotOf });
  expect(hits.first.get(2)).toEqual({ kind: 'latency', at: 60 });
  expect(hits.iterations).toEqual([2, 2, 2]);
  expect([...hits.flows]).toEqual([
    ['reset', 1],
    ['latency', 1],
  ]);
});

test('a port is that of whoever opened it last before', () => {
  const log = new ConnectionLog();
  log.add(4001, { slot: 1, at: 10 });
  log.add(4001, { slot: 2, at: 20 });
  expect([log.slotOf(4001, 9), log.slotOf(4001, 15), log.slotOf(4001, 25), log.slotOf(4002, 25)]).toEqual([
    undefined,
    1,
    2,
    undefined,
  ]);
});
