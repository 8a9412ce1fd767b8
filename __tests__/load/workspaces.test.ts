import { describe, expect, test } from '@jest/globals';
import { Workspaces } from '../../src/load/workspaces.js';
import { fakeFiles } from '../fakes/files.js';

async function opened(count: number) {
  const files = fakeFiles();
  const workspaces = new Workspaces(files, '/scratch');
  await workspaces.prepare(count);
  return { files, workspaces };
}

describe('workspaces', () => {
  test('a folder that its flow left empty is used again, under a name that no flow had', async () => {
    const { files, workspaces } = await opened(1);
    const first = await workspaces.take();
    workspaces.release(first);
    expect(await files.exists(first)).toBe(false);
    const second = await workspaces.take();
    expect(second).not.toBe(first);
    expect(await files.exists(second)).toBe(true);
  });

  test('a folder in which something was left goes with it, and the next flow has an empty one', async () => {
    const { files, workspaces } = await opened(1);
    const first = await workspaces.take();
    await files.write(`${first}/token`, 'of the first flow');
    workspaces.release(first);
    const second = await workspaces.take();
    expect(await files.list(second)).toEqual([]);
    await workspaces.settle();
    expect(files.contents.size).toBe(0);
    expect(await files.list('/scratch')).toEqual([second.slice('/scratch/'.length)]);
  });

  test('there are never more folders than flows at once and those made ahead', async () => {
    const { files, workspaces } = await opened(2);
    for (let round = 0; round < 20; round += 1) {
      const taken = [await workspaces.take(), await workspaces.take(), await workspaces.take()];
      expect(new Set(taken).size).toBe(3);
      taken.forEach((each) => {
        workspaces.release(each);
      });
    }
    await workspaces.settle();
    expect(await files.list('/scratch')).toHaveLength(3);
  });
});
