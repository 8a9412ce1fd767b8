import { describe, expect, test } from '@jest/globals';
import { limitLines, limitNotes } from '../../../src/faults/limits/report.js';
import type { LimitsRecord } from '../../../src/model/limits.js';
import { renderHtml } from '../../../src/report/html.js';
import { renderSummary } from '../../../src/report/markdown.js';
import { renderTerminal } from '../../../src/report/terminal.js';
import { countersOf } from '../../fakes/limits.js';
import { aResults, aScenario } from '../../fakes/results.js';

const PARTLY: LimitsRecord = {
  strategy: 'prlimit',
  enforced: [
    {
      of: 'service',
      resource: 'memory',
      limit: 1e9,
      by: 'RLIMIT_DATA',
      remark: 'each process',
      weaker: true,
    },
    { of: 'flow', resource: 'cpu', limit: 1, by: 'affinity' },
    { of: 'flow', resource: 'files', limit: 256, by: 'RLIMIT_NOFILE' },
  ],
  unenforced: [
    { of: 'flow', resource: 'processes', limit: 64, reason: 'it takes a control group' },
    { of: 'service', resource: 'processes', limit: 1, reason: 'it takes a control group' },
  ],
  passedOver: ['cgroup v2: it is not mounted'],
  leftBehind: [],
};

const WHOLE: LimitsRecord = {
  strategy: 'cgroup v1',
  enforced: [{ of: 'flow', resource: 'memory', limit: 256e6, by: 'memory.limit_in_bytes' }],
  unenforced: [],
  passedOver: ['cgroup v2: it is not mounted'],
  counters: countersOf({
    peakMemory: 255.6e6,
    cpuTime: 3250,
    throttledTime: 1200,
    outOfMemoryKills: 2,
    refusedForks: 1,
  }),
  leftBehind: [],
};

const withLimits = (limits: LimitsRecord) => ({ ...aScenario(), limits });

describe('limits in a report', () => {
  test('say for whom, by what, and what is not in force', () => {
    expect(limitLines(withLimits(PARTLY))).toEqual([
      '1 core, 256 open files for each flow; 1 GB of memory for each service (prlimit)',
      'not enforced: 64 processes for each flow, 1 process for each service: it takes a control group',
    ]);
    expect(limitNotes(withLimits(PARTLY))).toEqual([
      'limit of 1 GB of memory for each service by RLIMIT_DATA: each process',
      'limits were not enforced by cgroup v2: it is not mounted',
    ]);
  });

  test("have the kernel's own counters; what was passed over is of no interest where all is in force", () => {
    expect(limitLines(withLimits(WHOLE))).toEqual([
      '256 MB of memory for each flow (cgroup v1)',
      'the kernel counted peak memory 256 MB with page cache, CPU 3.25 s, held back for 1.2 s, 2 processes killed for want of memory, 1 fork or thread refused',
    ]);
    expect(limitNotes(withLimits(WHOLE))).toEqual([]);
  });

  test('are silent where none were asked for', () => {
    expect(limitLines(aScenario())).toEqual([]);
  });

  test('are in the comment, at the terminal and on the page, escaped', () => {
    const hostile = { ...PARTLY, unenforced: [{ ...PARTLY.unenforced[0], reason: '<b>*x*' }] };
    const results = aResults({ scenarios: [withLimits(hostile as LimitsRecord)] });
    const terminal = renderTerminal(results, { color: false, width: 80 });
    expect(terminal).toMatch(/limits {6}1 core, 256 open files for each flow; 1 GB of memory/);
    const markdown = renderSummary(results);
    expect(markdown).toContain('Limits: 1 core, 256 open files for each flow');
    const page = renderHtml(results);
    expect(page).toContain('<h3>Limits</h3><ul><li>1 core, 256 open files for each flow');
    for (const text of [markdown, page]) expect(text).not.toContain('<b>*x*');
  });
});
