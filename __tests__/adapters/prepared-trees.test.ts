import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
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
  expect(await cache.take(key(1), into)).toBe(true);
  expect(readFileSync(join(into, 'sub/file'), 'utf8')).toBe('one');
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

test('what is kept stays as it is, as another job may be copying from it', async () => {
  const folder = join(temporary(), 'trees');
  const cache = preparedTrees(folder);
  await cache.keep(key(1), tree('one'));
  const { ino } = statSync(join(folder, key(1)));
  await cache.keep(key(1), tree('two'));
  expect(statSync(join(folder, key(1))).ino).toBe(ino);
  expect(readFileSync(join(folder, key(1), 'sub/file'), 'utf8')).toBe('one');
  expect(readdirSync(folder)).toEqual([key(1)]);
});

/** As git makes it: there is nothing in it but its place in the repository. */
function emptyTree(): string {
  const folder = temporary();
  writeFileSync(join(folder, '.git'), 'gitdir: elsewhere');
  return folder;
}

test('what is removed while it is copied was not there: nothing of it stays', async () => {
  const folder = join(temporary(), 'trees');
  const cache = preparedTrees(folder);
  const large = tree('one');
  for (let n = 0; n < 300; n += 1) writeFileSync(join(large, `file-${n}`), '');
  await cache.keep(key(1), large);
  const into = emptyTree();
  const taking = cache.take(key(1), into);
  while (readdirSync(into).length < 2) await new Promise((resolve) => setImmediate(resolve));
  renameSync(join(folder, key(1)), join(folder, 'elsewhere'));
  expect(await taking).toBe(false);
  expect(readdirSync(into)).toEqual(['.git']);
});

test('who aborts waits for no copy, in either direction, and half a copy is none', async () => {
  const folder = join(temporary(), 'trees');
  const cache = preparedTrees(folder);
  const large = tree('one');
  for (let n = 0; n < 300; n += 1) writeFileSync(join(large, `file-${n}`), '');
  const seen = (within: string): number => (existsSync(within) ? readdirSync(within).length : 0);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };

  const keeping = new AbortController();
  const kept = cache.keep(key(1), large, keeping.signal);
  const partial = (): string => readdirSync(folder).find((name) => name.endsWith('.partial')) ?? 'none';
  await until(() => seen(folder) > 0 && seen(join(folder, partial())) > 2);
  keeping.abort(new Error('interrupted'));
  await expect(kept).rejects.toThrow('interrupted');
  expect(seen(join(folder, partial()))).toBeLessThan(301);
  expect(await cache.take(key(1), emptyTree())).toBe(false);

  await cache.keep(key(1), large);
  const into = emptyTree();
  const taking = new AbortController();
  const taken = cache.take(key(1), into, taking.signal);
  await until(() => seen(into) > 2);
  taking.abort(new Error('interrupted'));
  await expect(taken).rejects.toThrow('interrupted');
  expect(seen(into)).toBeLessThan(302);
  expect(seen(into)).toBeGreaterThan(2);
});

test('what can not be copied is told, and nothing of it stays', async () => {
  const folder = join(temporary(), 'trees');
  const cache = preparedTrees(folder);
  await cache.keep(key(1), tree('one'));
  const into = emptyTree();
  mkdirSync(join(into, 'sub/file'), { recursive: true });
  await expect(cache.take(key(1), into)).rejects.toThrow(/overwrite directory/i);
  expect(readdirSync(into)).toEqual(['.git']);
});

test('what killed runs have left half written is removed after an hour', async () => {
  const folder = join(temporary(), 'trees');
  const [old, recent] = [`${key(2)}.17.partial`, `${key(3)}.18.partial`];
  for (const name of [old, recent, 'notes.partial']) mkdirSync(join(folder, name), { recursive: true });
  const earlier = Date.now() / 1000 - 2 * 3600;
  for (const name of [old, 'notes.partial']) utimesSync(join(folder, name), earlier, earlier);
  await preparedTrees(folder).keep(key(1), tree('one'));
  expect(readdirSync(folder).sort()).toEqual([key(1), recent, 'notes.partial'].sort());
});

test('it is where the XDG specification has caches', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/flowgate/trees');
  expect(cacheFolder({ XDG_CACHE_HOME: '' })).toMatch(/\/\.cache\/flowgate\/trees$/);
});
