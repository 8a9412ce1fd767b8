import { expect, test } from '@jest/globals';
import { makeRepository } from '../repository.js';
import { openIn, treeWorld } from './world.js';

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
