/**
 * Loaded before a program of Node (--require): at its end it writes the program's highest resident set, in KiB, into the
 * file that BENCH_PEAK names. VmHWM and not ru_maxrss, in which who started it has a share: exec keeps that.
 */
const { readFileSync, writeFileSync } = require('node:fs');

process.once('exit', () => {
  const status = readFileSync('/proc/self/status', 'latin1');
  writeFileSync(process.env.BENCH_PEAK, /^VmHWM:\s+(\d+)/m.exec(status)[1]);
});
