import { describe, expect, test } from '@jest/globals';
import { shardSet, type ShardName } from '../../src/shards/set.js';

const RUN = { url: '', id: 7, number: 1, attempt: 1, workflow: 'w', job: 'load' };

const shard = (index: number, differs: Partial<ShardName> = {}): ShardName => ({
  file: `${index}.json`,
  flowgate: '0.1.0',
  shard: { index, of: 3 },
  config: 'c',
  asked: 'a',
  git: { sha: 'abc' },
  run: RUN,
  ...differs,
});
const all = [shard(1), shard(2), shard(3)];
const faultsOf = (names: readonly ShardName[], known?: Parameters<typeof shardSet>[1]) =>
  shardSet(names, known).faults;

describe('the shards of a run', () => {
  test('are all there, in any order', () => {
    const { shards, faults } = shardSet(all.toReversed());
    expect(shards.map((each) => each.shard.index)).toEqual([1, 2, 3]);
    expect(faults).toEqual([]);
  });

  test('lack those that are not there', () => {
    expect(faultsOf([shard(2)])).toEqual(['shard 1/3 is missing', 'shard 3/3 is missing']);
  });

  test('are there once each', () => {
    expect(faultsOf([...all, shard(2, { file: 'x.json' })])).toEqual([
      'shard 2/3 is there twice: 2.json, x.json',
    ]);
  });

  test.each<[string, Partial<ShardName>]>([
    ['another commit', { git: { sha: 'def' } }],
    ['another repository', { git: { sha: 'abc', repository: 'o/r' } }],
    ['another run', { run: { ...RUN, id: 8 } }],
    ['another attempt of the run', { run: { ...RUN, attempt: 2 } }],
    ['another config or other inputs', { config: 'd' }],
    ['another config or other inputs', { asked: 'b' }],
    ['another number of shards', { shard: { index: 3, of: 4 } }],
    ['another version of flowgate', { flowgate: '0.2.0' }],
  ])('are not of %s', (what, differs) => {
    const { index, of } = differs.shard ?? { index: 3, of: 3 };
    expect(faultsOf([shard(1), shard(2), shard(3, differs)])).toEqual([
      `shard ${index}/${of} in 3.json is foreign: it is of ${what} than 1.json`,
      'shard 3/3 is missing',
    ]);
  });

  test('of another attempt than the one under way are all foreign, though they fit together', () => {
    const { shards, faults } = shardSet(all, { git: { sha: 'abc' }, run: { ...RUN, attempt: 2 } });
    expect(shards).toHaveLength(3);
    expect(faults).toEqual(
      [1, 2, 3].map(
        (index) =>
          `shard ${index}/3 in ${index}.json is foreign: it is of another attempt of the run than this one`,
      ),
    );
  });
});
