import { describe, expect, it } from '@jest/globals';
import { machineOf } from '../../src/report/environment.js';
import { aResults } from '../fakes/results.js';

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
