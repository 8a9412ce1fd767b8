import { comparedView } from '../../src/compare/report/comparison.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { findingsOf, leftoversOf, verifyLine } from '../../src/report/checks.js';
import { errorLines, errorSummary, failuresOf, retriedOf } from '../../src/report/errors.js';
import { tableRows } from '../../src/report/gates.js';
import { headlineOf, untoldProblems } from '../../src/report/headline.js';
import { stepsOf } from '../../src/report/steps.js';
import { monitorNotes } from '../../src/report/surroundings.js';
import { CORES } from './results.js';

/** What the sections of a report are made of, before they are blocks. */
export function partsOf(scenario: ScenarioResults) {
  const headline = headlineOf(scenario, CORES);
  return {
    name: scenario.name,
    headline,
    rows: tableRows(scenario, CORES),
    compared: comparedView(scenario),
    untold: untoldProblems(scenario, headline),
    findings: findingsOf(scenario),
    leftovers: leftoversOf(scenario),
    verify: verifyLine(scenario),
    errors: errorLines(scenario.errors),
    errorSummary: errorSummary(scenario.errors),
    failures: failuresOf(scenario),
    retried: retriedOf(scenario),
    steps: stepsOf(scenario),
    notes: monitorNotes(scenario),
  };
}
