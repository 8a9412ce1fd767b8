import { expect, test } from '@jest/globals';
import { makeRepository, type TestRepository } from '../repository.js';
import { openIn, treeWorld } from './world.js';

const SHALLOW = 'the clone is shallow (fetch-depth: 0 shows them)';

function twoCommits(): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { a: '1' });
  repository.commit('two', { a: '2' });
  return repository;
}

async function told(repository: TestRepository, compare: string) {
  const world = treeWorld();
  const { plan, opponents } = await openIn(world, {
    workspace: repository.folder,
    inputs: { run: 'true', compare },
  });
  await opponents.close();
  const [scenario] = plan.scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return { warnings: world.log.filter((line) => line.startsWith('warn')), opponent: opponents.of(scenario) };
}

test.each(['HEAD', 'main'])('%s compared with itself is warned of', async (ref) => {
  const repository = twoCommits();
  const sha = repository.git('rev-parse', '--short=7', 'HEAD');
  expect((await told(repository, ref)).warnings).toEqual([
    `warn compare: ${ref} is what is checked out: both sides are the same commit (${sha}), and nothing but noise is compared; name an earlier ref, or base`,
  ]);
});

test('an earlier commit, or changes in the working tree, are warned of by nobody', async () => {
  const repository = twoCommits();
  expect((await told(repository, 'HEAD~1')).warnings).toEqual([]);
  repository.write({ a: '3' });
  expect((await told(repository, 'HEAD')).warnings).toEqual([]);
});

test('commits between are known in a whole clone, and said to be unknown in a shallow one', async () => {
  const repository = twoCommits();
  expect((await told(repository, 'base')).opponent.commits).toMatchObject({
    total: 1,
    list: [{ subject: 'two' }],
  });
  expect((await told(repository.clone(1), 'base')).opponent.commits).toEqual({
    total: 0,
    list: [],
    unknown: SHALLOW,
  });
});
