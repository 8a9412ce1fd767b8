/** The product's sampler below a process (argument), twenty times a second; prints the share of a core that it took. */
import { built } from '../built.mjs';
import { EVERY, reportShare } from './share.mjs';

const { nodeClock } = await built('system/clock.js');
const { openProcfs } = await built('watch/procfs/table.js');
const { startMonitor } = await built('watch/sampler.js');

// It chooses its interval by what it costs; only the clock is made to keep the pace that is asked for here.
const paced = { ...nodeClock, timer: (_, callback) => nodeClock.timer(EVERY, callback) };
const clock = process.argv[3] === 'adaptive' ? nodeClock : paced;
const monitor = startMonitor({ clock, table: openProcfs('FLOWGATE_RUN=bench'), origin: clock.now() });
monitor.addRoot({ pid: Number(process.argv[2]), role: 'service', launcher: true });
await reportShare(() => monitor.latest()?.sample.processes);
