import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import type { LeftBehind, Leftover } from '../../../src/model/checks.js';
import type { Record } from '../../../src/model/record.js';
import { flowOf, flowsAtOnce, monitorOf, recordOf, sampleOf } from '../../fakes/record.js';

const NOTHING: LeftBehind = { processes: 0, files: [], fileCount: 0, ports: [], portCount: 0, unseen: [] };

const sleeper = (differs: Partial<Leftover> = {}): Leftover => ({
  pid: 4711,
  parent: 1,
  command: 'sleep 60',
  ...differs,
});

/** A run after which was looked, and this was found. */
const found = (left: Partial<LeftBehind>, differs: Partial<Record> = {}): Record => {
  const { leftovers = [] } = differs;
  return recordOf({ ...differs, leftBehind: { ...NOTHING, processes: leftovers.length, ...left } });
};

const judged = (record: Record, levels = {}) => runChecks(record, levels).find(({ id }) => id === 'cleanup');

describe('cleanup', () => {
  test('holds at level warn when nothing is left', () => {
    expect(judged(found({}))).toEqual({
      id: 'cleanup',
      level: 'warn',
      outcome: 'pass',
      title: 'Nothing was left behind',
      evidence: [],
    });
  });

  test('fails for a process, a file and a port, and names whose they are, in order of the flows', () => {
    const leftovers = [
      sleeper({ pid: 4713, slot: 2 }),
      sleeper({ pid: 4712, iteration: 9 }),
      sleeper({ slot: 6, iteration: 6, folder: '/repo' }),
      sleeper({ pid: 4714, by: 'service' }),
    ];
    const record = found(
      {
        files: [{ path: '/tmp/fg-0123456789ab-3.sock', slot: 3, iteration: 3 }],
        fileCount: 1,
        ports: [
          { address: '127.0.0.1:9000', pid: 4711, command: 'node server.js', slot: 6, iteration: 6 },
          { address: '[::1]:9001', pid: 4715, command: 'node host.js' },
        ],
        portCount: 2,
      },
      { leftovers },
    );
    expect(judged(record, { cleanup: 'fail' })).toEqual({
      id: 'cleanup',
      level: 'fail',
      outcome: 'fail',
      title: 'Left behind: 4 processes, 1 file, 2 ports',
      evidence: [
        'flow 6 (slot 6) left process 4711 "sleep 60" (parent 1) in /repo',
        'flow 9 left process 4712 "sleep 60" (parent 1)',
        'a flow of slot 2 left process 4713 "sleep 60" (parent 1)',
        'flow 3 (slot 3) left /tmp/fg-0123456789ab-3.sock',
        'port 127.0.0.1:9000 is still listened on by process 4711 "node server.js", left by flow 6 (slot 6)',
        'port [::1]:9001 is still listened on by process 4715 "node host.js"',
        'and 1 more',
      ],
    });
  });

  test('evidence is bounded, and counts what is not kept', () => {
    const leftovers = Array.from({ length: 100 }, (_, index) =>
      sleeper({ pid: index, iteration: index + 1 }),
    );
    const check = judged(found({ processes: 4000 }, { leftovers, flows: flowsAtOnce(10) }));
    expect(check?.title).toBe('Left behind: 4000 processes');
    expect(check?.evidence).toHaveLength(11);
    expect(check?.evidence.at(-1)).toBe('and 3990 more');
  });

  test.each([
    ['timed out', { outcome: 'timed_out' }],
    ['was killed', { outcome: 'killed' }],
    ['was hit by a kill', { outcome: 'failed', hit: { kind: 'kill', at: 50 } }],
  ] as const)('what a flow left that %s does not count, and is said', (_, differs) => {
    const flows = [flowOf({ iteration: 1, ...differs }), flowOf({ iteration: 2, slot: 2 })];
    const excused = found({}, { flows, leftovers: [sleeper({ iteration: 1 })] });
    expect(judged(excused)).toMatchObject({
      outcome: 'pass',
      evidence: ['1 thing of flows that were killed not counted: they had no time to tidy up'],
    });
    const guilty = found({}, { flows, leftovers: [sleeper({ iteration: 2 })] });
    expect(judged(guilty)?.outcome).toBe('fail');
  });

  test('service memory that is not given back is a remark, and what was not looked at is said', () => {
    const samples = [
      sampleOf({ at: 0, serviceMemory: 48e6 }),
      sampleOf({ at: 90, serviceMemory: 59e6 }),
    ] as const;
    const record = found({ unseen: ['ports were not looked at'] }, { monitor: monitorOf(samples) });
    expect(judged(record)).toMatchObject({
      outcome: 'pass',
      evidence: ['service memory 48 MB before the flows, 59 MB after them', 'ports were not looked at'],
    });
    const little = [samples[0], sampleOf({ at: 90, serviceMemory: 51e6 })];
    expect(judged(found({}, { monitor: monitorOf(little) }))?.evidence).toEqual([]);
  });

  test('when nobody looked it is not listed, and inconclusive when it was asked for', () => {
    expect(judged(recordOf())).toBeUndefined();
    expect(judged(recordOf({ leftovers: [sleeper()] }), { cleanup: 'fail' })).toMatchObject({
      outcome: 'inconclusive',
      title: 'Not known: nothing was left behind',
      evidence: ['nobody looked for what was left: the run was cut short, or no process belongs to it'],
    });
  });
});
