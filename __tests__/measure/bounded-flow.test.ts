import { describe, expect, test } from '@jest/globals';
import type { Flow } from '../../src/model/flow.js';
import { resultsJson } from '../../src/report/results-json.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { measure, summarize } from '../../src/measure/summarize.js';
import { assembleResults, assembleScenario } from '../../src/verdict/assemble.js';
import { excerptOf, flowOf, recordOf, scenarioPlanOf } from '../fakes/record.js';
import { aResults } from '../fakes/results.js';

/*
 * What the code under test says of itself can be of any length and in any number. Results are written, they are bounded,
 * and they say what was cut.
 */

function logged(count: number, flow: (index: number) => Partial<Flow>) {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  for (let index = 0; index < count; index += 1) log.add(flowOf({ iteration: index + 1, ...flow(index) }));
  return log.recorded();
}

function resultsOf(recorded: ReturnType<typeof logged>): string {
  const scenario = assembleScenario(scenarioPlanOf(), recordOf(recorded));
  const { environment, git } = aResults();
  const results = assembleResults({
    version: '0.0.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    environment: environment,
    git,
    reproduce: 'flowgate run',
    scenarios: [scenario],
  });
  renderTerminal(results, { color: false, width: 80 });
  return resultsJson(results);
}

const failed = (message: string, more: Partial<Flow> = {}): Partial<Flow> => ({
  outcome: 'failed',
  error: { message, stack: message },
  ...more,
});

describe('what flows say is bounded', () => {
  test('1,500 flows whose error is 50 KB', () => {
    const text = 'x'.repeat(5e4);
    const recorded = logged(1500, () => failed(text, { stdout: { ...excerptOf(text), tail: text } }));
    const [first] = recorded.flows;
    expect([first?.error?.message.length, first?.error?.stack?.length]).toEqual([1000, 8000]);
    expect([first?.stdout?.head.length, first?.stdout?.tail.length]).toEqual([4096, 12_288]);
    expect(recorded.cut).toBeUndefined();
    expect(resultsOf(recorded).length).toBeLessThan(50e6);
  });

  test('100,000 names of steps, each long, in 1,000 flows', () => {
    const step = (name: string) => ({ name: `${name} ${'long '.repeat(200)}`, startedAt: 0, endedAt: 1 });
    const recorded = logged(1000, (index) => ({
      steps: Array.from({ length: 100 }, (_, at) => step(`${index}-${at}`)),
    }));
    expect(recorded.flows[0]?.steps?.[0]?.name).toHaveLength(200);
    expect(recorded.cut).toEqual([
      expect.stringMatching(/^steps have more than 1,000 names: 99\s000 times of others are not measured$/u),
    ]);
    expect(resultsOf(recorded)).toMatch(/99\s000 times of others are not measured/u);
  });

  test('a flow of very many steps', () => {
    const steps = Array.from({ length: 1e5 }, () => ({ name: 's', startedAt: 0, endedAt: 1 }));
    const recorded = logged(2, () => ({ steps }));
    expect(recorded.flows[0]?.steps).toHaveLength(1000);
    expect(recorded.cut).toEqual(['of 2 flows only the first 1,000 steps are measured']);
  });

  test('20,000 errors that all differ: a limit on their kinds is not held by what was not counted', () => {
    const letters = (index: number): string =>
      String(index).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
    const recorded = logged(2e4, (index) => failed(`broken ${letters(index)}`));
    expect(recorded.cut).toContain('there are more than 1,000 kinds of error: all others are counted as one');
    const measured = measure(summarize(recordOf(recorded)), { metric: 'error_types' });
    expect(measured).toMatchObject({ value: null, note: 'more than 1000 kinds of error, too many to count' });
    expect(resultsOf(recorded).length).toBeLessThan(50e6);
  });

  test('details of more flows than there is room for: each is kept, the later ones without', () => {
    const steps = Array.from({ length: 1000 }, (_, at) => ({
      name: `${at}`.repeat(60),
      startedAt: 0,
      endedAt: 1,
    }));
    const recorded = logged(1500, () => ({ steps }));
    expect(recorded.flows).toHaveLength(1500);
    const bare = recorded.flows.filter((flow) => flow.steps === undefined).length;
    expect(bare).toBeGreaterThan(1000);
    expect(recorded.cut).toEqual([
      `of ${bare} flows no steps and no output are kept: what flows said is too much for results`,
    ]);
  });

  test('control characters and halves of characters', () => {
    const odd = '\u0000\u001b[31m\ud800\u2028<b>'.repeat(1000);
    const recorded = logged(1500, () =>
      failed(odd, { stderr: excerptOf(odd), steps: [{ name: odd, startedAt: 0, endedAt: 1 }] }),
    );
    const [flow] = recorded.flows;
    expect(
      [flow?.error?.message, flow?.steps?.[0]?.name, flow?.stderr?.head].every((text) =>
        text?.isWellFormed(),
      ),
    ).toBe(true);
    expect(() => JSON.parse(resultsOf(recorded)) as unknown).not.toThrow();
  });
});
