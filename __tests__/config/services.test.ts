import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = 'f.yml';
const scenario = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', '    run: x', ...lines.map((line) => `    ${line}`), ''].join('\n');

function problems(...lines: string[]): string[] {
  return validateConfig(scenario(...lines), FILE).map((each) => formatProblem(each).replace(`${FILE}:`, ''));
}

async function servicesOf(files: Record<string, string>, ...lines: string[]) {
  const sources = { files: fakeFiles({ '/r/f.yml': scenario(...lines), ...files }), workspace: '/r' };
  const { scenarios } = await makePlan({ config: FILE }, sources);
  return scenarios[0]?.services ?? [];
}

describe('several services', () => {
  test('are planned in order of dependence, with what is their own', async () => {
    const planned = await servicesOf(
      { '/r/shop/package.json': '' },
      'services:',
      '  front: {run: npm start, after: app}',
      '  app: {run: node app.js, after: [db, cache], env: {LEVEL: 3}, working-directory: shop}',
      '  cache: redis-server',
      '  db: {run: db, ready: "tcp://127.0.0.1:{{port}}", grace: 20s}',
    );
    expect(planned.map(({ name, after }) => [name, after])).toEqual([
      ['db', []],
      ['cache', []],
      ['app', ['db', 'cache']],
      ['front', ['app']],
    ]);
    expect(planned[0]).toMatchObject({
      ready: { kind: 'tcp', host: '127.0.0.1', port: '{{port}}' },
      grace: 20_000,
      workingDirectory: '/r',
    });
    expect(planned[2]).toMatchObject({ env: { LEVEL: '3' }, workingDirectory: '/r/shop' });
  });

  test('a folder that is not there is found before anything runs', async () => {
    await expect(servicesOf({}, 'services:', '  db: {run: db, working-directory: nowhere}')).rejects.toThrow(
      'f.yml:6:40: scenarios.s.services.db.working-directory: there is no folder nowhere',
    );
  });

  test.each([
    [
      ['services: {cache: x, app: {run: y, after: [cahce]}}'],
      ['5:48: scenarios.s.services.app.after[0]: there is no service cahce; did you mean cache?'],
    ],
    [
      ['services: {db: x, app: {run: y, after: [mail]}}'],
      ['5:45: scenarios.s.services.app.after[0]: there is no service mail; others are db'],
    ],
    [
      ['services: {a: {run: x, after: [b]}, b: {run: x, after: c}, c: {run: x, after: [a]}}'],
      [
        '5:28: scenarios.s.services.a.after: a waits for b waits for c waits for a: none of them could ever start; take one out',
      ],
    ],
    [
      ['services: {a: {run: x, after: a}}'],
      ['5:35: scenarios.s.services.a.after: the service waits for itself'],
    ],
    [['services: {}'], ['5:5: scenarios.s.services: is empty; write at least one service']],
    [
      ['services: npm start'],
      ['5:15: scenarios.s.services: must be a map of names and services, not "npm start"'],
    ],
    [
      ['services: {1st: x}'],
      [
        '5:16: scenarios.s.services: "1st" is no name for a service; use letters, digits, _ and -, a letter first',
      ],
    ],
    [
      ['services: {a-b: x, a_b: x}'],
      ['5:24: scenarios.s.services: a_b and a-b would both have FLOWGATE_PORT_A_B; rename one'],
    ],
    [
      ['services: {db: {run: x, redy: y}}'],
      ['5:29: scenarios.s.services.db: there is no key redy; did you mean ready?'],
    ],
    [['service: x', 'services: {db: y}'], ['6:5: scenarios.s: service and services are given; keep one']],
    [
      ['services: {db: {run: x, after: 3}}'],
      ['5:36: scenarios.s.services.db.after: must be names of services such as [db], not 3'],
    ],
    [
      ['services: {db: {run: x, env: {FLOWGATE_PORT_DB: 1}}}'],
      ['5:53: scenarios.s.services.db.env.FLOWGATE_PORT_DB: is set by flowgate: the port of a service'],
    ],
  ])('%j', (lines, expected) => {
    expect(problems(...lines)).toEqual(expected);
  });
});

describe('placeholders', () => {
  test.each([
    [
      'of the only service',
      ['setup: seed {{port}}', 'service: {run: "s {{port}}", ready: "http://[::1]:{{port}}/"}'],
    ],
    [
      'of one by name, or without as it is the only one',
      ['env: {A: "{{port.db}} {{port}}"}', 'services: {db: x}'],
    ],
    ['of its own, inside a service', ['services: {a: "x {{port}}", b: {run: "y {{port}} {{port.a}}"}}']],
    ['of another program', ["setup: docker inspect -f '{{.State}} {{json .}} ${{ github.ref }}' x"]],
  ])('%s', (_, lines) => {
    expect(problems(...lines)).toEqual([]);
  });

  test.each([
    [
      ['setup: seed {{port}}'],
      '5:17: scenarios.s.setup: {{port}} is the port of a service, and there is none; add one under service',
    ],
    [
      ['setup: seed {{prot}}', 'service: x'],
      '5:17: scenarios.s.setup: there is no placeholder {{prot}}; did you mean {{port}}?',
    ],
    [
      ['verify: |', '  true', '  check {{port.bd}}', 'services: {db: x, app: y}'],
      '7:13: scenarios.s.verify: there is no placeholder {{port.bd}}; did you mean {{port.db}}?',
    ],
    [
      ['env: {A: "{{port}}"}', 'services: {db: x, app: y}'],
      '5:15: scenarios.s.env.A: {{port}} could be that of db or app; write {{port.db}}',
    ],
    [
      ['services: {db: {run: x, ready: "tcp://127.0.0.1:{{port.app}}"}}'],
      '5:53: scenarios.s.services.db.ready: there is no placeholder {{port.app}}; did you mean {{port.db}}?',
    ],
    [
      ['service: x {{inventory_hostname}}'],
      '5:16: scenarios.s.service: there is no placeholder {{inventory_hostname}}; write {{port}}, or put a text with braces for another program into a script file',
    ],
  ])('%j', (lines, expected) => {
    expect(problems(...lines)).toEqual([expected]);
  });
});
