import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { play, tokenOf } from './play.js';

/** Processes that carry a flow's token in their environment. Linux only: that is what /proc is for. */
async function carriersOf(token: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1 && pid !== process.pid);
  return pids.filter((pid) => environmentOf(pid).includes(`FLOWGATE_TOKEN=${token}\0`));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

afterEach(() => {
  jest.restoreAllMocks();
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'bug orphan leaves a process behind that carries the token of its flow, and no other flow does',
  async () => {
    jest.spyOn(console, 'log').mockReturnValue(undefined);
    await play({ flows: 3, options: { bug: 'orphan' } });
    const [first, second] = [await carriersOf(tokenOf(1)), await carriersOf(tokenOf(2))];
    for (const pid of first) {
      process.kill(pid, 'SIGKILL');
    }
    expect(first).toHaveLength(1);
    expect(second).toHaveLength(0);
  },
);
