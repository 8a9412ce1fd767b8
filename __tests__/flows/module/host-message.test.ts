import { expect, test } from '@jest/globals';
import { readHostMessage } from '../../../src/flows/module/dialogue.js';

const NOTHING = { head: '', tail: '', bytes: 0 };
const FLOW = { startedAt: 1, endedAt: 2, steps: [], stdout: NOTHING, stderr: NOTHING };

test.each([
  { type: 'listening' },
  { type: 'loaded', hooks: ['verify'] },
  { type: 'loaded', hooks: [], error: { message: 'it broke', stack: 'at x' } },
  { type: 'done', hook: 'setup' },
  { type: 'ended', id: 1, flow: FLOW },
  { type: 'ended', id: 1, flow: { ...FLOW, steps: [{ name: 's', startedAt: 1, endedAt: 2 }] } },
  { type: 'ended', id: 1, flow: { ...FLOW, metrics: [{ name: 'tokens', value: 412 }] } },
  { type: 'ended', id: 1, flow: { ...FLOW, metrics: [{ name: 'size', value: -3, unit: 'MB' }] } },
  { type: 'pong' },
])('%j is a message of the host', (message) => {
  expect(readHostMessage(message)).toEqual(message);
});

test.each([
  null,
  'ready',
  {},
  { type: 'ready' },
  { type: 'loaded' },
  { type: 'ended', id: 1, flow: null },
  { type: 'ended', id: 1, flow: { ...FLOW, stdout: null } },
  { type: 'ended', id: 1, flow: { ...FLOW, error: { message: { a: 1 } } } },
  { type: 'ended', id: 1, flow: { ...FLOW, steps: [{ name: 's' }] } },
  { type: 'ended', id: 1, flow: { ...FLOW, endedAt: null } },
  { type: 'ended', id: 1, flow: { ...FLOW, metrics: [{ name: 'tokens', value: null }] } },
  { type: 'ended', id: 1, flow: { ...FLOW, metrics: [{ name: 'tokens', value: '412' }] } },
  { type: 'ended', id: 1, flow: { ...FLOW, metrics: [{ value: 412 }] } },
  { type: 'ended', id: 1, flow: { ...FLOW, metrics: [{ name: 'size', value: 3, unit: 7 }] } },
])('%j is no message', (message) => {
  expect(readHostMessage(message)).toBeUndefined();
});
