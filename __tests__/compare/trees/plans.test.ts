import { describe, expect, test } from '@jest/globals';
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

test('what each side watches and runs before is its own, and a pid file of the tree is that of its tree', async () => {
  const repository = makeRepository();
  const config = (before: string): string => `version: 1
compare: base
scenarios:
  a:
    run: x
    before: ${before}
    watch: [{pid-file: run/a.pid}, {pid-file: /run/b.pid}, {container: ${before}}]
    service: {run: y, watch: [{pid-file: c.pid}]}
`;
  repository.commit('one', { '.github/flowgate.yml': config('old') });
  repository.commit('two', { '.github/flowgate.yml': config('new') });
  const { plan, opponents } = await openIn(treeWorld(), { workspace: repository.folder, inputs: {} });
  const [head] = plan.scenarios;
  if (head === undefined) throw new Error('there is one scenario');
  const base = opponents.of(head);
  if ('absent' in base) throw new Error(base.absent);
  for (const [side, before] of [
    [head, 'new'],
    [base.plan, 'old'],
  ] as const) {
    const tree = side.workingDirectory;
    expect(tree).not.toBe(repository.folder);
    expect(side.before).toBe(before);
    expect(side.watch).toEqual([
      { kind: 'pid-file', file: `${tree}/run/a.pid` },
      { kind: 'pid-file', file: '/run/b.pid' },
      { kind: 'container', container: before },
    ]);
    expect(side.services[0]?.watch).toEqual([{ kind: 'pid-file', file: `${tree}/c.pid` }]);
  }
  await opponents.close();
});
