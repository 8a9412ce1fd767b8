import { describe, expect, test } from '@jest/globals';
import { byFrequency, ErrorKinds, groupErrors } from '../../src/measure/errors.js';
import type { Flow } from '../../src/model/flow.js';
import { failedFlow, flowOf, flowsAtOnce } from '../fakes/record.js';

const errorKinds = (flows: readonly Flow[]) => {
  const kinds = new ErrorKinds();
  flows.forEach((flow) => {
    kinds.add(flow);
  });
  return byFrequency([kinds.all()]);
};
const groupsOf = (flows: readonly Flow[]) => groupErrors(errorKinds(flows));
const thrown = (iteration: number, message: string, differs: Partial<Flow> = {}) =>
  flowOf({ iteration, outcome: 'failed', error: { message }, ...differs });

describe('errors', () => {
  test('are grouped by kind, the most frequent first, with the first sample and the flows', () => {
    const groups = groupsOf([
      flowOf({ iteration: 1 }),
      flowOf({ iteration: 9, outcome: 'timed_out', error: { message: 'timed out after 30 s' } }),
      ...[7, 12, 31].map((iteration) =>
        failedFlow(iteration, { status: 3, stderr: `connecting\nECONNRESET from upstream\n\n` }),
      ),
    ]);
    const reset = 'exit status 3: ECONNRESET from upstream';
    expect(groups).toEqual([
      {
        type: reset,
        count: 3,
        sample: reset,
        lines: ['connecting', 'ECONNRESET from upstream'],
        flows: [7, 12, 31],
      },
      { type: 'timed out after 30 s', count: 1, sample: 'timed out after 30 s', flows: [9] },
    ]);
  });

  test('different exit statuses are different kinds', () => {
    expect(groupsOf([failedFlow(1, { status: 13 }), failedFlow(2, { status: 14 })])).toHaveLength(2);
  });

  test('the sample is the first message as it came, the kind has placeholders', () => {
    const [group] = groupsOf([
      thrown(1, 'order 4711 lost after 12 ms'),
      thrown(2, 'order 815 lost after 9 ms'),
    ]);
    expect(group).toEqual({
      type: 'order <n> lost after <duration>',
      count: 2,
      sample: 'order 4711 lost after 12 ms',
      flows: [1, 2],
    });
  });

  test("a flow's own token, or another's, makes no kind of its own", () => {
    const flows = flowsAtOnce(4, (index) => ({
      token: `fg-0123456789ab-${index}`,
      outcome: 'failed',
      error: { message: `saw fg-0123456789ab-${index + 1} in fg-0123456789ab-${index}` },
    }));
    expect(groupsOf(flows).map(({ type }) => type)).toEqual(['saw <token> in <token>']);
  });

  test('a token glued to other text is still found as its own', () => {
    const flows = flowsAtOnce(2, (index) => ({
      token: `tok${'ab'.charAt(index)}`,
      outcome: 'failed',
      error: { message: `file_tok${'ab'.charAt(index)}.txt` },
    }));
    expect(groupsOf(flows)).toHaveLength(1);
  });

  test('stdout speaks when stderr is silent, and colours are no words', () => {
    const flow = {
      ...failedFlow(1, { stderr: '\u001b[0m\n' }),
      stdout: { head: 'first\r\n\u001b[31mboom\u001b[0m\r\n', tail: '', bytes: 23 },
    };
    expect(groupsOf([flow])[0]?.type).toBe('exit status 1: boom');
  });

  test('what a timed-out flow printed last is not its error', () => {
    const flow = { ...failedFlow(1, { stderr: 'still going' }), outcome: 'timed_out' as const };
    expect(groupsOf([{ ...flow, error: { message: 'timed out after 5 s', exitStatus: 137 } }])[0]?.type).toBe(
      'timed out after 5 s',
    );
  });

  test('flows without a message are named by their outcome', () => {
    const types = groupsOf([flowOf({ outcome: 'dropped' }), flowOf({ outcome: 'killed' })]).map(
      (group) => group.type,
    );
    expect(types).toEqual(['dropped: no slot was free when it was due', 'killed']);
  });

  test('at most 100 flows are named and all are counted', () => {
    const [group] = groupsOf(flowsAtOnce(150, () => ({ outcome: 'failed', error: { message: 'boom' } })));
    expect(group?.count).toBe(150);
    expect(group?.flows).toHaveLength(100);
  });

  test('more than 20 kinds are the top 20 and others', () => {
    const letters = Array.from({ length: 25 }, (_, index) => String.fromCharCode(97 + index));
    const flows = [...letters].flatMap((letter, index) =>
      Array.from({ length: index === 24 ? 3 : 1 }, (_, n) => thrown(index * 10 + n + 1, letter.repeat(5))),
    );
    const groups = groupsOf(flows);
    expect(groups).toHaveLength(21);
    expect(groups[0]).toMatchObject({ type: 'yyyyy', count: 3 });
    expect(groups.at(-1)).toMatchObject({
      type: 'others',
      count: 5,
      flows: [191, 201, 211, 221, 231],
    });
    expect(groups.at(-1)?.sample).toContain('5 more kinds of error');
    expect(errorKinds(flows)).toHaveLength(25);
  });

  test('a message of many lines is one line, and bounded', () => {
    const [group] = groupsOf([thrown(1, `bad\n${'word '.repeat(10_000)}`)]);
    expect(group?.sample).toMatch(/^bad word/);
    expect(group?.sample.length).toBeLessThanOrEqual(500);
    expect(group?.type.length).toBeLessThanOrEqual(300);
  });
});
