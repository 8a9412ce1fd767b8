import { dirname } from 'node:path';
import type { Files } from '../../src/system/ports.js';

/** Files in memory, by absolute path; every folder on the way to one exists. */
export function fakeFiles(initial: Readonly<Record<string, string>> = {}): Files & {
  readonly contents: Map<string, string>;
} {
  const contents = new Map(Object.entries(initial));
  const folders = new Set<string>();
  let temporaries = 0;
  const below = (path: string) =>
    [...contents.keys(), ...folders].filter((each) => each.startsWith(`${path}/`));
  const exists = (path: string) => contents.has(path) || folders.has(path) || below(path).length > 0;
  return {
    contents,
    read: (path) =>
      !contents.has(path) && exists(path)
        ? Promise.reject(new Error(`EISDIR: illegal operation on a directory, read '${path}'`))
        : Promise.resolve(contents.get(path)),
    pieces: async function* (path) {
      const content = contents.get(path);
      if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      await Promise.resolve();
      // Of an odd size, so that lines are cut anywhere.
      for (let at = 0; at < content.length; at += 1009) yield content.slice(at, at + 1009);
    },
    write: (path, content) => {
      folders.add(dirname(path));
      contents.set(path, content);
      return Promise.resolve();
    },
    exists: (path) => Promise.resolve(exists(path)),
    changedAt: (path) => Promise.resolve(exists(path) ? 0 : undefined),
    list: (path) =>
      Promise.resolve([
        ...new Set(below(path).map((each) => each.slice(path.length + 1).split('/')[0] ?? '')),
      ]),
    readBelow: (folder, { maxFiles, maxBytes, open }) => {
      const files = [...contents].filter(([path]) => path.startsWith(`${folder}/`)).slice(0, maxFiles);
      let room = maxBytes;
      for (const [path, content] of files) {
        const bytes = Buffer.from(content).subarray(0, room);
        room -= bytes.length;
        open(path.slice(folder.length + 1)).data(bytes);
      }
      return Promise.resolve(room > 0 && files.length < maxFiles);
    },
    makeTemporary: (prefix) => {
      temporaries += 1;
      const path = `/tmp/${prefix}${temporaries}`;
      folders.add(path);
      return Promise.resolve(path);
    },
    makeFolder: (path) => {
      folders.add(path);
      return Promise.resolve();
    },
    renameEmptyFolder: (path, to) => {
      if (!folders.has(path) || below(path).length > 0) return false;
      folders.delete(path);
      folders.add(to);
      return true;
    },
    take: (path, most) => {
      const text = contents.get(path);
      contents.delete(path);
      if (text === undefined) return undefined;
      return text.length > most ? { problem: `is larger than ${most} B` } : { text };
    },
    hold: (path) => Promise.resolve({ path, close: () => undefined }),
    remove: (path) => {
      for (const each of [path, ...below(path)]) {
        contents.delete(each);
        folders.delete(each);
      }
      return Promise.resolve();
    },
  };
}
