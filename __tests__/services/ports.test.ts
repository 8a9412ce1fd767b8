import { expect, test } from '@jest/globals';
import type { ServicePlan } from '../../src/model/plan.js';
import { withPorts } from '../../src/services/ports.js';
import { scenarioPlanOf } from '../fakes/record.js';
import { servicePlanOf } from '../fakes/service-world.js';

function unnamed(service: ServicePlan): ServicePlan {
  return Object.fromEntries(
    Object.entries(service).filter(([key]) => key !== 'name'),
  ) as unknown as ServicePlan;
}

const tcp = { kind: 'tcp', host: '127.0.0.1', port: '{{port}}' } as const;

test('the only service has its port wherever the scenario names it', () => {
  const service = unnamed(
    servicePlanOf('x', {
      run: 'serve --port {{port}}',
      ready: { kind: 'http', url: 'http://127.0.0.1:{{ port }}/health' },
    }),
  );
  const plan = scenarioPlanOf({
    work: { kind: 'command', run: 'curl 127.0.0.1:{{port}}', shell: 'bash' },
    setup: 'seed {{port}}',
    env: { BASE: 'http://127.0.0.1:{{port}}' },
    services: [service],
  });
  const ported = withPorts(plan, [4711]);
  expect(ported.plan).toMatchObject({
    work: { run: 'curl 127.0.0.1:4711' },
    setup: 'seed 4711',
    env: { BASE: 'http://127.0.0.1:4711' },
    services: [{ run: 'serve --port 4711', ready: { url: 'http://127.0.0.1:4711/health' } }],
  });
  expect(ported.plan).not.toHaveProperty('verify');
  expect(ported.env).toEqual({ FLOWGATE_PORT: '4711' });
});

test('of several each has its own, and knows those of the others by name', () => {
  const plan = scenarioPlanOf({
    verify: 'check {{port.user-db}} {{port.app}}',
    services: [
      servicePlanOf('user-db', { run: 'db {{port}}', ready: tcp }),
      servicePlanOf('app', {
        run: 'app {{port}}',
        env: { DB: 'db://127.0.0.1:{{port.user-db}}' },
        ready: tcp,
      }),
    ],
  });
  const ported = withPorts(plan, [5001, 5002]);
  expect(ported.plan).toMatchObject({
    verify: 'check 5001 5002',
    services: [
      { run: 'db 5001', ready: { port: '5001' }, env: { FLOWGATE_PORT: '5001' } },
      { run: 'app 5002', ready: { port: '5002' }, env: { FLOWGATE_PORT: '5002', DB: 'db://127.0.0.1:5001' } },
    ],
  });
  expect(ported.env).toEqual({ FLOWGATE_PORT_USER_DB: '5001', FLOWGATE_PORT_APP: '5002' });
});

test('braces that are not ours reach the program that they are meant for', () => {
  const run = "docker inspect --format '{{.State}} {{json .}} {{token}}'";
  const plan = scenarioPlanOf({ work: { kind: 'command', run, shell: 'bash' } });
  expect(withPorts(plan, []).plan).toEqual(plan);
});

test('a proxy in front of a service finds it at its port', () => {
  const entry = { listen: { host: '127.0.0.1', port: 15432 }, toxics: [], outages: [] };
  const plan = scenarioPlanOf({
    services: [servicePlanOf('db'), servicePlanOf('app')],
    faults: {
      seed: 1,
      waves: [],
      network: [
        { ...entry, upstream: { host: '127.0.0.1', port: 0 }, upstreamPort: '{{port.app}}' },
        { ...entry, upstream: { host: 'db.test', port: 5432 } },
      ],
    },
  });
  expect(withPorts(plan, [5001, 5002]).plan.faults?.network).toEqual([
    { ...entry, upstream: { host: '127.0.0.1', port: 5002 } },
    { ...entry, upstream: { host: 'db.test', port: 5432 } },
  ]);
});
