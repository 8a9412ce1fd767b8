import { codeOf } from '../errors.js';

/** This process, and whether another one still runs: one of another user's does too. */
export const otherProcess = {
  pid: process.pid,
  isRunning: (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (thrown) {
      return codeOf(thrown) === 'EPERM';
    }
  },
};
