import { describe, expect, test } from '@jest/globals';
import { openData } from '../../../src/data/data.js';
import type { ScenarioPlan } from '../../../src/model/plan.js';
import { nodeFiles } from '../../../src/system/files.js';
import { makeRepository, type TestRepository } from '../../repository.js';
import { openIn, treeWorld } from './world.js';

/** Two commits with the same files. */
function repositoryWith(files: Readonly<Record<string, string>>): TestRepository {
  const repository = makeRepository();
  repository.commit('one', files);
  repository.commit('two');
  return repository;
}

const treesOf = (repository: TestRepository): number =>
  repository.git('worktree', 'list').split('\n').length - 1;

describe('what head names and git does not hold', () => {
  const PLACES = `version: 1
compare: base
scenarios:
  built:
    module: built/flow.mjs
  shop:
    http: {url: http://127.0.0.1:1/}
    working-directory: made
    ca: certs/ca.pem
    service: {run: 'true', working-directory: server}
`;
  const MAKING = 'mkdir -p built made/certs server; touch built/flow.mjs made/certs/ca.pem';

  test('is asked of prepare', async () => {
    const repository = repositoryWith({ '.gitignore': 'built/\n' });
    repository.write({ 'built/flow.mjs': 'export default () => undefined;\n' });
    const opening = { workspace: repository.folder, inputs: { module: 'built/flow.mjs', compare: 'base' } };
    await expect(openIn(treeWorld(), opening)).rejects.toThrow(
      'compare: built/flow.mjs, which flow names, is in the workspace and not in git, so that no tree has it; let prepare make it',
    );
    expect(treesOf(repository)).toBe(0);
  });

  test('need not be in the workspace, where prepare makes it', async () => {
    const repository = repositoryWith({ '.github/flowgate.yml': PLACES });
    const inputs = { prepare: MAKING };
    const { plan, opponents } = await openIn(treeWorld(), { workspace: repository.folder, inputs });
    const absent = plan.scenarios.map((scenario) => {
      const opponent = opponents.of(scenario);
      return 'absent' in opponent ? opponent.absent : undefined;
    });
    expect(absent).toEqual([undefined, undefined]);
    await opponents.close();
  });

  test('is told all at once where prepare does not make it', async () => {
    const repository = repositoryWith({ '.github/flowgate.yml': PLACES });
    const opening = { workspace: repository.folder };
    const why = 'is not there once head is prepared: neither git holds it nor does prepare make it';
    await expect(openIn(treeWorld(), { ...opening, inputs: { prepare: 'true' } })).rejects.toThrow(
      [
        `compare: built/flow.mjs, which built names, ${why}`,
        `compare: made, which shop names, ${why}`,
        `compare: server, which shop names, ${why}`,
      ].join('\n'),
    );
    await expect(openIn(treeWorld(), { ...opening, inputs: { prepare: 'mkdir made' } })).rejects.toThrow(
      `compare: made/certs/ca.pem, which shop names, ${why}`,
    );
    expect(treesOf(repository)).toBe(0);
  });
});

describe('the file of data', () => {
  const config = (data: string): string =>
    `version: 1\ncompare: base\nscenarios: {s: {http: 'http://127.0.0.1:{{port}}/{{data.x}}', data: ${data}, service: y, flows: 1}}\n`;

  async function opened(base: Readonly<Record<string, string>>, head: Readonly<Record<string, string>>) {
    const repository = makeRepository();
    repository.commit('one', base);
    repository.commit('two', head);
    const { plan, opponents } = await openIn(treeWorld(), { workspace: repository.folder });
    const [scenario] = plan.scenarios;
    const opponent = scenario && opponents.of(scenario);
    const rowOf = async (side: ScenarioPlan | undefined): Promise<unknown> =>
      side && (await openData(side, nodeFiles))?.rowOf(1);
    const found =
      opponent === undefined || 'absent' in opponent
        ? opponent?.absent
        : [await rowOf(opponent.plan), await rowOf(scenario)];
    await opponents.close();
    return found;
  }

  test('is that of each side', async () => {
    const base = { '.github/flowgate.yml': config('a.csv'), 'a.csv': 'x\nof base\n' };
    expect(await opened(base, { 'a.csv': 'x\nof head\n' })).toEqual([{ x: 'of base' }, { x: 'of head' }]);
    const moved = { '.github/flowgate.yml': config('b.json'), 'b.json': '[{"x":"of head"}]' };
    expect(await opened(base, moved)).toEqual([{ x: 'of base' }, { x: 'of head' }]);
  });

  test('of base is wrong, so that head is not compared', async () => {
    const base = { '.github/flowgate.yml': config('a.csv'), 'a.csv': 'y\n1\n' };
    expect(await opened(base, { 'a.csv': 'x\n1\n' })).toBe(
      'what the commit before has of it can not be run: scenarios.s.http {{data.x}}: a.csv has no column x; columns are y (line 3)',
    );
    expect(await opened({ ...base, 'a.csv': 'x\n1,2\n' }, { 'a.csv': 'x\n1\n' })).toBe(
      'what the commit before has of it can not be run: a.csv has 2 fields, and the header has 1 field (line 2)',
    );
  });

  test('of head is not in git', async () => {
    const repository = repositoryWith({ '.github/flowgate.yml': config('a.csv'), '.gitignore': 'a.csv\n' });
    repository.write({ 'a.csv': 'x\n1\n' });
    await expect(openIn(treeWorld(), { workspace: repository.folder })).rejects.toThrow(
      'compare: a.csv, which s names, is in the workspace and not in git, so that no tree has it; let prepare make it',
    );
  });
});

const asking = (more = '', port = 3000): string =>
  `version: 1
compare: base
scenarios:
  page: {http: 'http://127.0.0.1:${port}/', ${more}flows: 2}
`;

/** Why head is not compared with the commit before. */
async function absenceWith(head: string): Promise<string | undefined> {
  const repository = makeRepository();
  repository.commit('one', { '.github/flowgate.yml': asking() });
  repository.commit('two', { '.github/flowgate.yml': head, 'server.js': '' });
  const { plan, opponents } = await openIn(treeWorld(), { workspace: repository.folder });
  const [scenario] = plan.scenarios;
  const opponent = scenario && opponents.of(scenario);
  await opponents.close();
  return opponent !== undefined && 'absent' in opponent ? opponent.absent : undefined;
}

test('where both sides ask one server that neither starts, head is not compared with itself', async () => {
  expect(await absenceWith(asking())).toBe(
    'both sides send the same requests to a server that neither of them starts, so that head would be compared with itself; start the server as a service of the scenario',
  );
});

test.each([
  ['a service', "service: {run: node server.js, ready: 'tcp://127.0.0.1:3000'}, ", 3000],
  ['a setup that may start one', 'setup: docker compose up -d, ', 3000],
  ['another server', '', 3001],
])('with %s they are compared', async (_what, more, port) => {
  expect(await absenceWith(asking(more, port))).toBeUndefined();
});
