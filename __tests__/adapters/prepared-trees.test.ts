import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cacheFolder, preparedTrees } from '../../src/adapters/prepared-trees.js';
import { temporary } from '../repository.js';

const key = (n: number): string => n.toString(16).padStart(40, '0');

function tree(content: string): string {
  const folder = temporary();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub/file'), content, { mode: 0o755 });
  writeFileSync(join(folder, '.git'), 'gitdir: elsewhere');
  return folder;
}

test('a tree is given back as it was kept, without its place in the repository', async () => {
  const cache = preparedTrees(join(temporary(), 'trees'));
  const into = temporary();
  expect(await cache.take(key(1), into)).toBe(false);
  await cache.keep(key(1), tree('one'));
  await cache.keep(key(1), tree('two'));
  expect(await cache.take(key(1), into)).toBe(true);
  expect(readFileSync(join(into, 'sub/file'), 'utf8')).toBe('two');
  expect(statSync(join(into, 'sub/file')).mode & 0o777).toBe(0o755);
  expect(existsSync(join(into, '.git'))).toBe(false);
});

test('of more than eight the one that was used longest ago makes room; what is not ours stays', async () => {
  const folder = join(temporary(), 'trees');
  const cache = preparedTrees(folder);
  mkdirSync(join(folder, 'mine'), { recursive: true });
  for (let n = 1; n <= 8; n += 1) {
    await cache.keep(key(n), tree(String(n)));
    utimesSync(join(folder, key(n)), n, n);
  }
  expect(await cache.take(key(1), temporary())).toBe(true);
  await cache.keep(key(9), tree('9'));
  expect(readdirSync(folder).sort()).toEqual([1, 3, 4, 5, 6, 7, 8, 9].map(key).concat('mine').sort());
});

test('it is where the XDG specification has caches', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/flowgate/trees');
  expect(cacheFolder({ XDG_CACHE_HOME: '' })).toMatch(/\/\.cache\/flowgate\/trees$/);
});
