import { describe, expect, test } from '@jest/globals';
import { clashOf, doubtOf } from '../../../src/compare/rounds/sides.js';
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

describe('a doubt', () => {
  const unknown = (name: string): string =>
    `where the service ${name} listens is not known; with {{port}} for its port, or services: keep if it needs none, both could be kept up`;

  test.each([
    ['is ready as soon as it runs', NONE],
    ['is ready by what it prints', PRINTS],
  ])('is a service that %s, on a port that nobody names', (_, app) => {
    expect(doubtOf(withApp(app), withApp(app))).toBe(unknown('app'));
    // The other one's place is known: this one may want it too.
    expect(doubtOf(withApp(tcp(3000)), withApp(app))).toBe(unknown('app'));
  });

  test.each<[string, Partial<ServicePlan>, Partial<ScenarioPlan>]>([
    ['its readiness', tcp('{{port}}'), {}],
    ['its command', { ...NONE, run: 'serve --port {{ port }}' }, {}],
    ['its environment', { ...PRINTS, env: { PORT: '{{port}}' } }, {}],
    ['the variable', { ...NONE, run: 'serve --port $FLOWGATE_PORT' }, {}],
    ['its name, in the scenario', NONE, { env: { API: 'http://127.0.0.1:{{port.app}}' } }],
    ['its variable, in the scenario', NONE, { setup: 'wait-for $FLOWGATE_PORT_APP' }],
    ['the only port, in the scenario', NONE, { setup: 'wait-for {{port}}' }],
  ])('is none where the port is chosen: by %s', (_, app, differs) => {
    expect(doubtOf(withApp(app, differs), withApp(app, differs))).toBeUndefined();
  });

  test('is not lifted by the port of another service', () => {
    const two = scenarioPlanOf({
      services: [
        servicePlanOf('db', { ...tcp('{{port}}'), run: 'db --port {{port}}' }),
        servicePlanOf('app', { ...NONE, env: { DB: '{{port.db}}', OTHER: '$FLOWGATE_PORT_DB' } }),
      ],
    });
    expect(doubtOf(two, two)).toBe(unknown('app'));
  });

  test('is none where the other side has no service that could be in the way', () => {
    expect(doubtOf(scenarioPlanOf(), withApp(NONE))).toBeUndefined();
    expect(doubtOf(withApp(tcp('{{port}}')), withApp(NONE))).toBeUndefined();
    expect(doubtOf(withApp(tcp(3000)), withApp(tcp(3001)))).toBeUndefined();
  });
});
