import type { Opponent } from '../../src/compare/opponent.js';
import { parseThresholds } from '../../src/config/thresholds.js';
import type { HttpRequest } from '../../src/flows/http/port.js';
import { type GateContext, runPlan } from '../../src/gate.js';
import { seededRandom } from '../../src/lib/random.js';
import type { ComparePlan } from '../../src/model/comparison.js';
import type { HttpWork, Plan, ScenarioPlan } from '../../src/model/plan.js';
import type { Results, ScenarioResults } from '../../src/model/results.js';
import type { ExecutePorts } from '../../src/run/stage.js';
import type { ComparingProgress, Progress } from '../../src/system/ports.js';
import type { MachineCpu } from '../../src/watch/machine-state.js';
import { fakeFiles } from './files.js';
import { type SimulatedAnswer, SimulatedHttp } from './http-client.js';
import { FakeProcessTable } from './process-table.js';
import { recordOf, scenarioPlanOf } from './record.js';
import { SimulatedClock } from './simulated-clock.js';

/** HTTP flows against a server called base or head, which answers in simulated time; each asks for its iteration. */
export function httpPlanOf(side: 'base' | 'head', differs: Partial<ScenarioPlan> = {}): ScenarioPlan {
  const work: HttpWork = {
    kind: 'http',
    requests: [
      {
        name: 'GET /',
        method: 'GET',
        url: `http://${side}/{{iteration}}`,
        headers: {},
        expect: { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' },
      },
    ],
    followRedirects: false,
    maxBody: 1000,
  };
  return scenarioPlanOf({ work, load: { model: 'closed', flows: 4, iterations: 40 }, ...differs });
}

export const HOW: ComparePlan = {
  ref: 'main',
  budget: 120_000,
  services: 'keep',
  onUnresolved: 'warn',
  defaultLevel: 'fail',
};

export interface SimulatedSides {
  /** What a request to http://base/ or http://head/ gets, `at` ms. */
  readonly answer: (request: HttpRequest, at: number) => SimulatedAnswer;
  readonly head?: Partial<ScenarioPlan>;
  /** In place of a base that is like head. */
  readonly opponent?: Opponent;
  readonly how?: Partial<ComparePlan>;
  /** What the machine's CPU says of itself, `at` ms. */
  readonly cpu?: (at: number) => MachineCpu;
  readonly interruptAt?: number;
}

export interface Simulated {
  readonly results: Results;
  readonly scenario: ScenarioResults;
  readonly progress: readonly (Progress | ComparingProgress)[];
}

export interface SimulatedWorld {
  readonly clock: SimulatedClock;
  readonly ports: ExecutePorts;
  readonly progress: readonly (Progress | ComparingProgress)[];
}

/** Ports to a machine in simulated time, on which the sides answer. */
export function simulatedWorld(
  sides: Pick<SimulatedSides, 'answer' | 'cpu' | 'interruptAt'>,
): SimulatedWorld {
  const clock = new SimulatedClock(0);
  const interrupt = new AbortController();
  const progress: (Progress | ComparingProgress)[] = [];
  if (sides.interruptAt !== undefined) {
    clock.timer(sides.interruptAt, () => {
      interrupt.abort('SIGINT');
    });
  }
  const ports: Partial<ExecutePorts> = {
    clock,
    openTable: () => new FakeProcessTable(),
    files: fakeFiles(),
    machine: { cpu: () => sides.cpu?.(clock.now()) } as ExecutePorts['machine'],
    freePorts: { find: () => Promise.resolve([]) },
    openHttpClient: () =>
      Promise.resolve(new SimulatedHttp(clock, (request) => sides.answer(request, clock.now()))),
    spawner: { killPids: () => undefined } as unknown as ExecutePorts['spawner'],
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined },
    progress: { update: (state) => progress.push(state), clear: () => undefined },
    interrupt: interrupt.signal,
    newRunId: () => '0123456789ab',
  };
  return { clock, ports: ports as ExecutePorts, progress };
}

/** The whole gate in simulated time: head by itself, then against its opponent. */
export async function gateSides(sides: SimulatedSides): Promise<Simulated> {
  const { clock, ports, progress } = simulatedWorld(sides);
  const opponent = sides.opponent ?? {
    plan: httpPlanOf('base'),
    base: { label: 'main', sha: 'a'.repeat(40) },
    head: { label: 'head' },
  };
  const context: GateContext = {
    version: '0',
    git: {},
    reproduce: '',
    environment: recordOf().environment,
    env: {},
    opponents: {
      how: { ...HOW, ...sides.how },
      of: () => opponent,
      close: () => Promise.resolve(),
    },
  };
  const plan: Plan = { scenarios: [httpPlanOf('head', sides.head)], source: { kind: 'inputs' } };
  const results = await clock.run(runPlan(plan, ports, context));
  const [scenario] = results.scenarios;
  if (scenario === undefined) throw new Error('there is one scenario');
  return { results, scenario, progress };
}

/** Answers after 25 ms, more or less by up to 8% each, and of head by so much longer. */
export function answering(slower: number, seed = 7): SimulatedSides['answer'] {
  const random = seededRandom(seed);
  return ({ origin }) => {
    const own = 1 + 0.16 * (random() - 0.5);
    return { headAfter: 25 * own * (origin.includes('head') ? slower : 1) };
  };
}

/** Thresholds of a plan, all of them gates. */
export const gates = (...expressions: string[]): Pick<ScenarioPlan, 'thresholds'> => {
  const { thresholds, problems } = parseThresholds(expressions, 'fail');
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { thresholds };
};
