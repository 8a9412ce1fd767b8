import { describe, expect, test } from '@jest/globals';
import { FlowReports } from '../../../src/flows/command/reports.js';
import type { FlowEnd } from '../../../src/flows/runner.js';
import { fakeFiles } from '../../fakes/files.js';

const WALL = Date.UTC(2030, 0, 1);
/** The clock's zero is the day's clock at WALL. */
const clock = { now: () => 5000, wall: () => new Date(WALL + 5000) };
const OK: FlowEnd = { outcome: 'ok', startedAt: 1000, endedAt: 2000 };

function reported({ metrics, steps }: { metrics?: string; steps?: string }, end: FlowEnd = OK): FlowEnd {
  const files = fakeFiles({
    ...(metrics === undefined ? {} : { '/s/1.metrics': metrics }),
    ...(steps === undefined ? {} : { '/s/1.steps': steps }),
  });
  const reports = new FlowReports('/s/1', { files, clock });
  expect(reports.env).toEqual({ FLOWGATE_METRICS: '/s/1.metrics', FLOWGATE_STEPS: '/s/1.steps' });
  const all = reports.addTo(end);
  expect([...files.contents.keys()]).toEqual([]);
  return all;
}

const messageOf = (metrics: string, steps = ''): string | undefined =>
  reported({ metrics, steps }).error?.message;

describe('what a command reports', () => {
  test('a flow that reports nothing ends as it did', () => {
    expect(reported({})).toBe(OK);
    expect(reported({ metrics: '\n', steps: '' })).toEqual(OK);
  });

  test('amounts are summed by name, in units by their value', () => {
    const metrics = 'tokens=400\ntokens = 12\r\nsize=3MB\n\ntook=.5 s\nhit=20%\na=b=-1e3\n';
    expect(reported({ metrics }).metrics).toEqual([
      { name: 'tokens', value: 412, unit: 'count' },
      { name: 'size', value: 3e6, unit: 'bytes' },
      { name: 'took', value: 500, unit: 'ms' },
      { name: 'hit', value: 0.2, unit: 'ratio' },
      { name: 'a=b', value: -1000, unit: 'count' },
    ]);
  });

  test('a last line without a line break counts, but not of a flow that was ended while it wrote', () => {
    expect(reported({ metrics: 'a=1\nb=2' }).metrics).toHaveLength(2);
    const end: FlowEnd = { ...OK, outcome: 'timed_out', error: { message: 'timed out after 1 s' } };
    expect(reported({ metrics: 'a=1\nb=', steps: 'draft 5ms\nreview 10' }, end)).toEqual({
      ...end,
      metrics: [{ name: 'a', value: 1, unit: 'count' }],
      steps: [{ name: 'draft', startedAt: 1000, endedAt: 1005 }],
    });
  });

  test.each([
    ['tokens', 'write NAME=NUMBER, with a unit or without, such as size=3MB'],
    ['=3', 'write NAME=NUMBER, with a unit or without, such as size=3MB'],
    ['hit=0,2', 'metric(hit): there is no unit ,2; units are none'],
    ['t=NaN', 'write NAME=NUMBER'],
    ['t=1e999', 'metric(t) must be a finite number, not Infinity'],
    ['t=3 furlongs', 'metric(t): there is no unit furlongs; units are none'],
    ['t=\u0007::error::', 'write NAME=NUMBER'],
  ])('the line %j cannot be read: the flow fails and says which and why', (line, why) => {
    const end = reported({ metrics: `a=1\n${line}\nb=2\n` });
    expect(end).toMatchObject({ outcome: 'failed', metrics: [{ name: 'a', value: 1 }] });
    const start = `line 2 of $FLOWGATE_METRICS, ${JSON.stringify(line)}, cannot be read: ${why}`;
    expect(end.error?.message.slice(0, start.length)).toBe(start);
  });

  test('a long line is cut, and the error of a flow that failed anyway stays', () => {
    expect(messageOf('x'.repeat(10_000))?.length).toBeLessThan(250);
    const end: FlowEnd = { ...OK, outcome: 'failed', error: { message: 'exit status 3' } };
    expect(reported({ metrics: 'a=1\nodd\n' }, end).error?.message).toBe('exit status 3');
  });

  test('a file that is too large, or none, is not read', () => {
    expect(messageOf('tokens=1\n'.repeat(200_000))).toBe('$FLOWGATE_METRICS is larger than 1000000 B');
  });

  test('no more names of metrics and no more steps are kept than are recorded, and one', () => {
    const names = Array.from({ length: 500 }, (_, index) => `m${index}=1`).join('\n');
    const steps = 'draft 1us\n'.repeat(5000);
    const end = reported({ metrics: names, steps });
    expect([end.metrics?.length, end.steps?.length]).toEqual([101, 1001]);
  });
});

describe('steps of a command', () => {
  const seconds = (ms: number): string => String((WALL + ms) / 1000);

  test('a step with a start is where it was; one without comes after the one of the line before', () => {
    const steps = `plan 100ms\ndraft 0.2s\nthe review 300ms @${seconds(1650)}s\nship 10ms\n`;
    expect(reported({ steps }).steps).toEqual([
      { name: 'plan', startedAt: 1000, endedAt: 1100 },
      { name: 'draft', startedAt: 1100, endedAt: 1300 },
      { name: 'the review', startedAt: 1650, endedAt: 1950 },
      { name: 'ship', startedAt: 1950, endedAt: 1960 },
    ]);
  });

  test('a step lies within its flow, moved if it must be, and is no longer than it', () => {
    const steps = `a 700ms\nb 700ms\nlong 9s\nold 50ms @1s\nlate 50ms @${seconds(9000)}s\n`;
    expect(reported({ steps }).steps).toEqual([
      { name: 'a', startedAt: 1000, endedAt: 1700 },
      { name: 'b', startedAt: 1300, endedAt: 2000 },
      { name: 'long', startedAt: 1000, endedAt: 2000 },
      { name: 'old', startedAt: 1000, endedAt: 1050 },
      { name: 'late', startedAt: 1950, endedAt: 2000 },
    ]);
  });

  test('a step that only began is shown up to the end of a flow that is not ok', () => {
    const at = `@${seconds(1200)}s`;
    const steps = `done ? ${at}\ndone 5ms ${at}\nhangs ? ${at}\n`;
    expect(reported({ steps }).steps?.map(({ name }) => name)).toEqual(['done']);
    const end: FlowEnd = { ...OK, outcome: 'timed_out', error: { message: 'timed out after 1 s' } };
    expect(reported({ steps }, end).steps).toEqual([
      { name: 'done', startedAt: 1200, endedAt: 1205 },
      { name: 'hangs', startedAt: 1200, endedAt: 2000 },
    ]);
  });

  test.each([
    ['draft', 'write NAME TIME, such as draft 412ms'],
    ['draft 412', 'step(draft) is a time; 412 needs a unit: write 412s or 412ms'],
    ['draft 3MB', 'step(draft) is a time; 3MB is a size; write it as 5s or 500ms'],
    ['draft -3ms', 'step(draft) cannot be negative'],
    ['draft ?', '? is no number'],
    ['draft 3ms @noon', 'noon is no number'],
  ])('the line %j cannot be read', (line, why) => {
    const start = `line 1 of $FLOWGATE_STEPS, ${JSON.stringify(line)}, cannot be read: ${why}`;
    expect(messageOf('', line)?.slice(0, start.length)).toBe(start);
  });
});
