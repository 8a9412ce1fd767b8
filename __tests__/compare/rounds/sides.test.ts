import { describe, expect, test } from '@jest/globals';
import { clashOf } from '../../../src/compare/rounds/sides.js';
import type { ScenarioPlan, ServicePlan } from '../../../src/model/plan.js';
import { scenarioPlanOf } from '../../fakes/record.js';
import { servicePlanOf } from '../../fakes/service-world.js';

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
