import { describe, expect, test } from '@jest/globals';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { formatProblem } from '../../src/lib/errors.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { withPorts } from '../../src/services/ports.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = 'f.yml';
const scenario = (work: string, ...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', `    ${work}`, ...lines.map((line) => `    ${line}`), ''].join('\n');

const problems = (...lines: string[]): string[] =>
  validateConfig(scenario('run: x', ...lines), FILE).map((each) =>
    formatProblem(each).replace(`${FILE}:`, ''),
  );

async function planned(work: string, ...lines: string[]): Promise<ScenarioPlan> {
  const files = fakeFiles({ '/r/f.yml': scenario(work, ...lines), '/r/shop/x': '' });
  const { scenarios } = await makePlan({ config: FILE }, { files, workspace: '/r' });
  const [plan] = scenarios;
  if (plan === undefined) throw new Error('there is one scenario');
  return plan;
}

describe('what is watched', () => {
  test('is planned for the scenario and for its services, pid files from the folder of each', async () => {
    const plan = await planned(
      'run: x',
      'working-directory: shop',
      'watch: [{container: shop-db_1.x}, {port: 5432}, {pid-file: app.pid}]',
      'services:',
      '  app: {run: y, working-directory: ., watch: [{pid-file: app.pid}, {pid-file: /run/a.pid}]}',
      '  db: {run: z, watch: [{container: "db-{{port}}"}]}',
    );
    expect(plan.watch).toEqual([
      { kind: 'container', container: 'shop-db_1.x' },
      { kind: 'port', port: 5432 },
      { kind: 'pid-file', file: '/r/shop/app.pid' },
    ]);
    expect(plan.services.map(({ watch }) => watch)).toEqual([
      [
        { kind: 'pid-file', file: '/r/app.pid' },
        { kind: 'pid-file', file: '/run/a.pid' },
      ],
      [{ kind: 'container', container: 'db-{{port}}' }],
    ]);
  });

  test('may be the port of a service, once that is chosen', async () => {
    const plan = await planned(
      'run: x',
      'service: {run: y, watch: [{port: "{{port}}"}]}',
      'watch: [{port: "{{port}}"}]',
    );
    const { plan: ported } = withPorts(plan, [4711]);
    expect(ported.watch).toEqual([{ kind: 'port', port: '4711' }]);
    expect(ported.services[0]?.watch).toEqual([{ kind: 'port', port: '4711' }]);
  });

  test('has processes of HTTP flows gated by default, as a service has', async () => {
    const metrics = async (...lines: string[]): Promise<string[]> =>
      (await planned('http: http://127.0.0.1:1/', ...lines)).thresholds.map(({ metric }) => metric);
    expect(await metrics()).not.toContain('peak_memory');
    expect(await metrics('watch: [{port: 1}]')).toContain('peak_memory');
  });

  test.each([
    [
      'watch: db',
      ['5:12: scenarios.s.watch: must be a list such as [{container: db}, {port: 5432}], not "db"'],
    ],
    ['watch: []', ['5:5: scenarios.s.watch: is empty; write [{port: 5432}], or leave it out']],
    [
      'watch: [{}]',
      [
        '5:13: scenarios.s.watch[0]: is empty; write a map such as {container: db}, {port: 5432} or {pid-file: app.pid}',
      ],
    ],
    [
      'watch: [{container: db, port: 1}]',
      ['5:13: scenarios.s.watch[0]: container and port are given; write an entry for each'],
    ],
    [
      'watch: [{contaner: db}]',
      ['5:14: scenarios.s.watch[0]: there is no key contaner; did you mean container?'],
    ],
    [
      'watch: [{container: "a b"}]',
      [
        '5:25: scenarios.s.watch[0].container: a b is no name of a container; write a name or an id as "docker ps" shows them',
      ],
    ],
    [
      'watch: [{container: "$(x)"}]',
      [
        '5:25: scenarios.s.watch[0].container: $(x) is no name of a container; write a name or an id as "docker ps" shows them',
      ],
    ],
    ['watch: [{port: 70000}]', ['5:20: scenarios.s.watch[0].port: a port is 1 to 65535, not 70000']],
    ['watch: [{port: http}]', ['5:20: scenarios.s.watch[0].port: a port is 1 to 65535, not http']],
    [
      'watch: [{port: "{{port.db}}"}]',
      [
        expect.stringMatching(
          /^5:2\d: scenarios\.s\.watch\[0\]\.port: there is no placeholder \{\{port\.db\}\}/,
        ),
      ],
    ],
    [
      'service: {run: y, watch: [{pid-file: ""}]}',
      ['5:42: scenarios.s.service.watch[0].pid-file: is empty; write app.pid'],
    ],
  ])('%s is refused', (line, expected) => {
    expect(problems(line)).toEqual(expected);
  });
});

describe('the command before', () => {
  test('is planned', async () => {
    expect((await planned('run: x', 'before: docker compose pull')).before).toBe('docker compose pull');
  });

  test.each([
    ['before: ""', '5:13: scenarios.s.before: is empty; write npm run seed'],
    [
      'before: "# nothing"',
      '5:13: scenarios.s.before: holds nothing but comments, so that nothing would run; write npm run seed',
    ],
  ])('%s is refused', (line, expected) => {
    expect(problems(line)).toEqual([expected]);
  });

  test('can not name a port, which no service has yet', () => {
    expect(problems('service: y', 'before: migrate --port {{port}}')).toEqual([
      '6:28: scenarios.s.before: before runs before the services have their ports; use {{port}} in setup',
    ]);
    expect(problems('before: migrate {{prt}}')[0]).toMatch(/there is no placeholder \{\{prt\}\}/);
  });
});
