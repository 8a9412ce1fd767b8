import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { Descriptors, GONE, UNREADABLE } from '../../../src/watch/procfs/descriptors.js';
import { onLinux } from './procfs-processes.js';

onLinux('descriptors kept open', () => {
  const buffer = Buffer.alloc(4096);
  const own = (): { path: string; descriptor?: number } => ({ path: `/proc/${process.pid}/stat` });

  test('a file is opened once and read anew each time', () => {
    const descriptors = new Descriptors();
    const file = own();
    const [first, second] = [descriptors.read(file, buffer), descriptors.read(file, buffer)];
    expect(Math.min(first, second)).toBeGreaterThan(100);
    expect(descriptors.count()).toBe(1);
    descriptors.close();
    expect(descriptors.count()).toBe(0);
  });

  test('beyond the bound files are read all the same', () => {
    const descriptors = new Descriptors(2);
    const files = [own(), own(), own(), own()];
    for (let again = 0; again < 3; again++) {
      for (const file of files) expect(descriptors.read(file, buffer)).toBeGreaterThan(100);
    }
    expect(descriptors.count()).toBe(2);
    descriptors.close();
  });

  test('a process that ended is gone, through an open descriptor and by its path', async () => {
    const child = spawn('sleep', ['60']);
    const descriptors = new Descriptors();
    const file = { path: `/proc/${child.pid ?? 0}/stat` };
    expect(descriptors.read(file, buffer)).toBeGreaterThan(100);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(descriptors.read(file, buffer)).toBe(GONE);
    expect(descriptors.read(file, buffer)).toBe(GONE);
    expect(descriptors.count()).toBe(0);
  });

  test('what can not be read is no process that ended', () => {
    expect(new Descriptors().read({ path: '/proc/self/fd' }, buffer)).toBe(UNREADABLE);
  });
});
