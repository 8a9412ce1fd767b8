import { describe, expect, test } from '@jest/globals';
import {
  isOnlyUnresolved,
  isUnresolvedAlone,
  unresolvedTally,
  type ScenarioResults,
} from '../../src/model/results.js';
import { documentOf } from '../../src/report/document.js';
import { made } from '../fakes/one-comparison.js';
import { aResults, aScenario, aThreshold } from '../fakes/results.js';

const holds = aScenario({ name: 'holds' });
const memory = aThreshold(holds, 'peak_memory < 400MB', { limit: 400e6, level: 'warn' });
const alerts = aScenario({ name: 'alerts' }, { verdict: 'warn', thresholds: [memory] });

function open(change: Partial<ScenarioResults> = {}): ScenarioResults {
  const [scenario] = made({ outcome: 'unresolved' }, { outcome: 'unresolved' }).scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return { ...scenario, ...change };
}

const tally = (...scenarios: ScenarioResults[]): string =>
  documentOf(aResults({ verdict: 'warn', scenarios })).tally;

describe('a scenario is unresolved by its comparison alone', () => {
  test('where nothing else is open', () => {
    expect(isOnlyUnresolved(open())).toBe(true);
    expect(isOnlyUnresolved(open({ verdict: 'inconclusive' }))).toBe(true);
    expect(isOnlyUnresolved(open({ verdict: 'pass' }))).toBe(true);
    expect(isOnlyUnresolved(open({ verdict: 'fail' }))).toBe(false);
    expect(isOnlyUnresolved(open({ interrupted: 'SIGINT' }))).toBe(false);
    expect(isOnlyUnresolved(open({ thresholds: [...open().thresholds, memory] }))).toBe(false);
    expect(isOnlyUnresolved(alerts)).toBe(false);
    expect(isOnlyUnresolved(holds)).toBe(false);
  });
});

test('the verdict is due to comparisons alone where no other scenario has it', () => {
  expect(isUnresolvedAlone({ verdict: 'warn', scenarios: [open(), holds] })).toBe(true);
  expect(isUnresolvedAlone({ verdict: 'warn', scenarios: [open(), alerts] })).toBe(false);
});

describe('the tally of several scenarios', () => {
  test('says what is unresolved, and nothing of alerts where there are none', () => {
    expect(tally(open(), holds)).toBe('1 of 2 scenarios is unresolved');
    expect(tally(open(), open())).toBe('all 2 scenarios are unresolved');
    expect(tally(open(), alerts, holds)).toBe('1 of 3 scenarios holds, with alerts; 1 is unresolved');
    const [passes, passing] = [open({ verdict: 'pass' }), aScenario({ name: 'other' })];
    expect(documentOf(aResults({ verdict: 'pass', scenarios: [passes, passing] })).tally).toBe(
      '1 of 2 scenarios holds; 1 is unresolved',
    );
    expect(tally(alerts, alerts)).toBe('all 2 scenarios hold, with alerts');
  });

  test('of a check run is that of the report, and one scenario is not counted', () => {
    expect(unresolvedTally({ scenarios: [open(), holds] })).toBe('1 of 2 scenarios is unresolved');
    expect(unresolvedTally({ scenarios: [open()] })).toBe('the comparison is unresolved');
    expect(unresolvedTally({ scenarios: [alerts, holds] })).toBeUndefined();
  });
});
