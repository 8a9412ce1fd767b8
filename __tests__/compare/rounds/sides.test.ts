import { describe, expect, test } from '@jest/globals';
import { clashOf, openSides, type Sides } from '../../../src/compare/rounds/sides.js';
import type { ScenarioPlan, ServicePlan } from '../../../src/model/plan.js';
import type { ExecutePorts } from '../../../src/run/stage.js';
import type { CommandSpec, RunningProcess } from '../../../src/system/ports.js';
import { aReading, FakeProcessTable } from '../../fakes/process-table.js';
import { excerptOf, recordOf, scenarioPlanOf } from '../../fakes/record.js';
import { servicePlanOf } from '../../fakes/service-world.js';
import { httpPlanOf, simulatedWorld } from '../../fakes/simulated-sides.js';

const tcp = (port: number | string): Partial<ServicePlan> => ({
  ready: { kind: 'tcp', host: '127.0.0.1', port },
});
const NONE: Partial<ServicePlan> = { ready: { kind: 'none' } };
const PRINTS: Partial<ServicePlan> = { ready: { kind: 'output', pattern: 'ready' } };

/** A scenario whose only service is called app. */
const withApp = (app: Partial<ServicePlan>, differs: Partial<ScenarioPlan> = {}): ScenarioPlan =>
  scenarioPlanOf({ services: [servicePlanOf('app', app)], ...differs });

describe('a clash', () => {
  test('is one place that is written out on both sides', () => {
    expect(clashOf(withApp(tcp(3000)), withApp(tcp(3000)))).toBe(
      'the service app of both listens on 127.0.0.1:3000; with {{port}} for its port both could be kept up',
    );
    const answers = withApp({ ready: { kind: 'http', url: 'http://127.0.0.1:3000/health' } });
    expect(clashOf(answers, withApp(tcp(3000)))).toContain('127.0.0.1:3000');
  });

  test('is none where the places differ, are chosen, or are not known', () => {
    for (const [base, head] of [
      [tcp(3000), tcp(3001)],
      [tcp('{{port}}'), tcp('{{port}}')],
      [NONE, PRINTS],
    ] as const) {
      expect(clashOf(withApp(base), withApp(head))).toBeUndefined();
    }
  });
});

describe('what has a start of its own for each round', () => {
  const opened = async (
    plan: ScenarioPlan,
    services: 'restart' | 'keep' = 'restart',
  ): Promise<Pick<Sides, 'services' | 'note'>> => {
    const { clock, ports } = simulatedWorld({ answer: () => ({ headAfter: 1 }) });
    const context = { environment: recordOf().environment, env: {} };
    const open = async () => {
      const sides = await openSides({ plans: { base: plan, head: plan }, services, ports, context });
      await sides.close();
      return { services: sides.services, note: sides.note };
    };
    return clock.run(open());
  };

  test.each<[string, Partial<ScenarioPlan>]>([
    ['a service', { services: [servicePlanOf('app', tcp('{{port}}'))] }],
    ['a module host', { work: { kind: 'module', module: 'flow.mjs', isolate: 'none', options: {} } }],
    ['what setup starts', { setup: 'serve &' }],
    ['proxies of network faults', { faults: { network: [{ listen: { port: 4000 } }] } as never }],
  ])('is %s', async (_, differs) => {
    expect(await opened(httpPlanOf('head', differs))).toEqual({ services: 'restart', note: undefined });
  });

  test('is nothing where only flows are started', async () => {
    expect(await opened(httpPlanOf('head'))).toEqual({ services: 'none', note: undefined });
    expect(await opened(httpPlanOf('head'), 'keep')).toEqual({ services: 'none', note: undefined });
  });

  test('is a service that was to be kept, if both would listen on one port', async () => {
    const plan = httpPlanOf('head', { services: [servicePlanOf('app', tcp(3000))] });
    expect(await opened(plan, 'keep')).toEqual({
      services: 'restart',
      note: 'the service app of both listens on 127.0.0.1:3000; with {{port}} for its port both could be kept up',
    });
  });
});

describe('the command before', () => {
  /** Commands that ran and pids that were killed, in order; `fails` is a command that does. */
  const worldOf = (fails?: string) => {
    const { clock, ports } = simulatedWorld({ answer: () => ({ headAfter: 1 }) });
    const events: string[] = [];
    let ids = 0;
    const left = new Set<string>();
    const spawn = ({ command, env }: CommandSpec): RunningProcess => {
      events.push(`${command} ${env['WHO'] ?? ''}`.trim());
      left.add(`FLOWGATE_RUN=${env['FLOWGATE_RUN'] ?? ''}`);
      return {
        pid: 7,
        exited: Promise.resolve({ code: command === fails ? 3 : 0, signal: null }),
        stdout: () => excerptOf(''),
        stderr: () => excerptOf(command === fails ? 'no network' : ''),
        onLine: () => undefined,
        kill: () => undefined,
      };
    };
    const given: ExecutePorts = {
      ...ports,
      newRunId: () => `run${(ids += 1)}`,
      // A daemon for each command, until it is killed.
      openTable: (mark) => new FakeProcessTable(() => (left.has(mark) ? [aReading({ pid: 40 })] : [])),
      spawner: {
        ...ports.spawner,
        spawn,
        killPids: () => {
          events.push('ends what was left');
          left.clear();
        },
      },
    };
    return { clock, ports: given, events };
  };
  const plans = {
    base: httpPlanOf('base', { before: 'pull base', env: { WHO: 'us', DB: 'tcp://{{port}}' } }),
    head: httpPlanOf('head', { before: 'pull head' }),
  };
  const context = { environment: recordOf().environment, env: {} };

  test('runs once a side, base first, however many starts there are, and what it left goes last', async () => {
    const { clock, ports, events } = worldOf();
    const rounds = async (): Promise<void> => {
      const sides = await openSides({ plans, services: 'restart', ports, context });
      for (const side of ['base', 'head', 'base', 'head'] as const) {
        await sides.on(side, async (start) => {
          events.push(`${side} runs`);
          return start.warmUp(1);
        });
      }
      await sides.close();
    };
    await clock.run(rounds());
    expect(events.slice(0, 7)).toEqual([
      'pull base us',
      'pull head',
      'base runs',
      'head runs',
      'base runs',
      'head runs',
      'ends what was left',
    ]);
  });

  test('that fails is its side’s failure, and what the other one left is ended', async () => {
    const { clock, ports, events } = worldOf('pull head');
    const opening = clock.run(openSides({ plans, services: 'restart', ports, context }));
    await expect(opening).rejects.toMatchObject({
      side: 'head',
      message: 'before failed: exit status 3: no network',
    });
    expect(events.at(-1)).toBe('ends what was left');
  });
});
