import { describe, expect, test } from '@jest/globals';
import { compareSides, type SidesCompared } from '../../../src/compare/rounds/compare.js';
import { planOfRounds } from '../../../src/compare/rounds/load.js';
import { openSides, SideError, type SideName, type Sides } from '../../../src/compare/rounds/sides.js';
import { comparedMetrics } from '../../../src/compare/thresholds.js';
import type { Load } from '../../../src/model/plan.js';
import type { Record } from '../../../src/model/record.js';
import { recordOf } from '../../fakes/record.js';
import { answering, gates, httpPlanOf, simulatedWorld } from '../../fakes/simulated-sides.js';

/** Sides of which one fails in some round as long as both are kept up. */
class Clashing implements Sides {
  services: Sides['services'] = 'keep';
  note: string | undefined;
  rounds = 0;

  constructor(
    private readonly sides: Sides,
    private readonly fails: { readonly round: number; readonly mends?: boolean },
  ) {}

  round(side: SideName, load: Load): Promise<Record> {
    this.rounds += 1;
    if (this.services === 'keep' && this.rounds === this.fails.round) {
      return Promise.reject(new SideError(side, 'the service ended by itself'));
    }
    return this.sides.round(side, load);
  }

  separate({ side }: SideError): Promise<boolean> {
    if (this.fails.mends === false) return Promise.resolve(false);
    [this.services, this.note] = ['restart', `${side} failed`];
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return this.sides.close();
  }
}

async function compared(fails: {
  round: number;
  mends?: boolean;
}): Promise<{ sides: Clashing; came: SidesCompared | SideError | undefined }> {
  const { clock, ports } = simulatedWorld({ answer: answering(1) });
  const head = planOfRounds(httpPlanOf('head'));
  const { thresholds } = gates('throughput >= base - 5%');
  const plans = { base: planOfRounds(httpPlanOf('base')), head };
  const context = { environment: recordOf().environment, env: {} };
  const comparing = async () => {
    const opened = await openSides({ plans, services: undefined, ports, context });
    const sides = new Clashing(opened, fails);
    const came = await compareSides(sides, {
      plan: head,
      thresholds,
      metrics: comparedMetrics(thresholds),
      budget: 120_000,
      seed: head.seed,
      ports,
      about: { scenario: 'checkout', base: 'main' },
    }).catch((thrown: unknown) => {
      if (thrown instanceof SideError) return thrown;
      throw thrown;
    });
    await sides.close();
    return { sides, came };
  };
  return clock.run(comparing());
}

function comparingOf(came: SidesCompared | SideError | undefined) {
  if (came === undefined || came instanceof Error || 'hopeless' in came) throw new Error('nothing compared');
  return came.comparing;
}

/** Rounds of the trial of a comparison in which nothing fails. */
async function trialRounds(): Promise<number> {
  const { sides, came } = await compared({ round: Infinity });
  return sides.rounds - 2 * comparingOf(came).pairs.length;
}

describe('a side that fails while both are kept up', () => {
  test.each([
    ['base, when it is tried', 1, 'base failed'],
    ['head, when it is tried', 2, 'head failed'],
  ])('is tried again with each round on its own: %s', async (_, round, note) => {
    const { sides, came } = await compared({ round });
    expect(sides).toMatchObject({ services: 'restart', note });
    expect(comparingOf(came)).toMatchObject({ ended: 'decided' });
  });

  test('is tried again in the first pair too, of which nothing is kept', async () => {
    const trial = await trialRounds();
    const { sides, came } = await compared({ round: trial + 2 });
    expect(sides.services).toBe('restart');
    const { ended, pairs, failure } = comparingOf(came);
    expect([ended, failure]).toEqual(['decided', undefined]);
    expect(sides.rounds).toBe(trial + 2 + trial + 2 * pairs.length);
  });

  test('has failed once a pair was through', async () => {
    const { sides, came } = await compared({ round: (await trialRounds()) + 3 });
    expect(sides.services).toBe('keep');
    expect(comparingOf(came)).toMatchObject({ ended: 'failed', pairs: [{}] });
  });

  test('has failed where nothing else can be done', async () => {
    const { came } = await compared({ round: 2, mends: false });
    expect(came).toEqual(new SideError('head', 'the service ended by itself'));
  });
});
