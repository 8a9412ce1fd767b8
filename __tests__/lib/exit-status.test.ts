import { expect, test } from '@jest/globals';
import { exitStatus } from '../../src/lib/exit-status.js';
import { aResults, aScenario } from '../fakes/results.js';

test.each([
  ['pass', undefined, 0],
  ['warn', undefined, 0],
  ['fail', undefined, 1],
  ['inconclusive', undefined, 3],
  ['inconclusive', 'SIGTERM', 130],
  ['fail', 'SIGTERM', 1],
] as const)('%s with interruption %s exits with %i', (verdict, interrupted, status) => {
  const scenario = { ...aScenario(), interrupted };
  expect(exitStatus(aResults({ verdict, scenarios: [scenario] }))).toBe(status);
});

test.each([
  ['fail', undefined, 0],
  ['inconclusive', undefined, 0],
  ['fail', 'SIGTERM', 130],
  ['inconclusive', 'SIGTERM', 130],
] as const)('%s that only advises, with interruption %s, exits with %i', (verdict, interrupted, status) => {
  const scenario = { ...aScenario(), interrupted };
  expect(exitStatus(aResults({ verdict, advisory: true, scenarios: [scenario] }))).toBe(status);
});
