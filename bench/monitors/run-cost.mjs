/**
 * A whole run of the scenario in the first argument (JSON), with the monitor, or, if there is a second argument, with one
 * that reads nothing. Prints all CPU that this process used between the monitor's first and last look, and what the
 * monitor says that it used.
 */
import { readNothing, runInside } from '../product.mjs';

/** ms of all threads: reading, compiling, collecting. */
const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let first;
/** ms of CPU. */
let reads = 0;
let last;
const timed = (table) => ({
  source: table.source,
  read: (...asked) => {
    const begun = { cpu: spent(), at: performance.now() };
    first ??= begun;
    const readings = table.read(...asked);
    last = { cpu: spent(), at: performance.now() };
    reads += last.cpu - begun.cpu;
    return readings;
  },
  started: () => table.started?.(),
  close: () => table.close(),
});

/** A look that seems to cost a second of CPU is taken as seldom as can be: once a second (SLOW, source "pidusage"). */
let looks = 0;
const idle = ({ clock }) => ({
  clock: { ...clock, cpuTime: () => (looks += 1) * 1000 },
  openTable: () => timed({ ...readNothing(), source: 'pidusage' }),
});
const watching = ({ openTable }) => ({ openTable: (mark) => timed(openTable(mark)) });

const [scenario, isIdle] = process.argv.slice(2);
const { record } = await runInside(JSON.parse(scenario), isIdle === undefined ? watching : idle);
const duration = last.at - first.at;
const { cost, samples } = record.monitor;
const processes = Math.max(...samples.map((sample) => sample.processes));
console.log(
  JSON.stringify({
    used: (100 * (last.cpu - first.cpu)) / duration,
    reads: (100 * reads) / duration,
    said: (100 * cost.cpuTime) / cost.duration,
    looks: (1000 * cost.samples) / cost.duration,
    processes,
  }),
);
