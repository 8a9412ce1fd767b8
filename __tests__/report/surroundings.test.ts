import { describe, expect, it } from '@jest/globals';
import { dataNotes, machineOf, monitorNotes } from '../../src/report/surroundings.js';
import { aResults, aScenario } from '../fakes/results.js';

const { environment } = aResults();
const said = (differs: Partial<typeof environment>): string =>
  machineOf({ environment: { ...environment, ...differs } });

describe('the line of the machine', () => {
  it('says what a control group leaves of it', () => {
    const limits = {
      cores: { machine: 2, by: 'control group' as const },
      memory: { machine: 16e9, by: 'control group' as const },
    };
    expect(said({ cores: 0.5, memory: 512e6, limits })).toMatch(
      /^0\.5 of 2 cores \(control group limit\) .+, 512 MB of 16 GB \(control group limit\), /,
    );
  });

  it('says that only some CPUs may be used', () => {
    const limits = { cores: { machine: 4, by: 'CPU affinity' as const } };
    expect(said({ cores: 1, limits })).toMatch(/^1 of 4 cores \(CPU affinity\) /);
  });

  it('says a third of a core with three digits', () => {
    const limits = { cores: { machine: 2, by: 'control group' as const } };
    expect(said({ cores: 1 / 3, limits })).toMatch(/^0\.333 of 2 cores /);
  });

  it('says the plain machine where nothing limits it', () => {
    expect(said({})).toMatch(/^4 cores AMD EPYC 7763, 16\.\d GB|^4 cores AMD EPYC 7763, 16 GB/);
  });
});

describe('the line of the monitor', () => {
  const [scenario] = aResults().scenarios;
  const costing = (cpuTime: number, duration: number): string | undefined =>
    scenario &&
    monitorNotes({
      ...scenario,
      monitor: { ...scenario.monitor, cost: { samples: 10, cpuTime, duration } },
    })[0];

  it('says the share of a core that watching took', () => {
    expect(costing(25, 2500)).toMatch(/: 10 samples; the monitor used 1% of one core$/);
  });

  it('says the CPU time of a run so short that its share of a core would mislead', () => {
    expect(costing(6, 11)).toMatch(/: 10 samples; the monitor used 6 ms of CPU$/);
  });
});

describe('the line of the data', () => {
  const said = (rows: number, flows: number, warmup = 0): readonly string[] => {
    const { load, counts, ...scenario } = aScenario();
    return dataNotes({
      ...scenario,
      load: { ...load, warmup },
      counts: { ...counts, ok: flows, failed: 0, timed_out: 0, killed: 0, dropped: 0 },
      data: { file: 'users.csv', rows, order: 'sequence' },
    });
  };

  it('says that rows were used again where there were fewer than flows', () => {
    expect(said(50, 200)).toEqual(['users.csv has 50 rows for 200 flows: rows were used again']);
    expect(said(1, 2)).toEqual(['users.csv has 1 row for 2 flows: rows were used again']);
    expect(said(50, 50, 5)).toEqual(['users.csv has 50 rows for 55 flows: rows were used again']);
  });

  it('is missing where each flow had one of its own, or where there are none', () => {
    expect(said(50, 50)).toEqual([]);
    expect(dataNotes(aScenario())).toEqual([]);
  });
});
