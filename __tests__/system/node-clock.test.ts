import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { nodeClock } from '../../src/system/clock.js';

/** Keeps the event loop to itself, as a process that is stopped does not run. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a timer that is late lets what has come meanwhile be heard first', async () => {
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    const timer = nodeClock.timer(100, () => {
      heard.push('timer');
      resolve();
    });
    execFile(process.execPath, ['-e', '0'], () => {
      heard.push('end');
      timer.cancel();
      resolve();
    });
    standStill(2000);
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toEqual(['end']);
});

test('a timer that is late fires all the same when nothing has come, unless it was cancelled', async () => {
  const fired: string[] = [];
  await new Promise<void>((resolve) => {
    nodeClock.timer(10, () => {
      fired.push('one');
      resolve();
    });
    const other = nodeClock.timer(10, () => fired.push('other'));
    standStill(600);
    setImmediate(() => {
      other.cancel();
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fired).toEqual(['one']);
});
