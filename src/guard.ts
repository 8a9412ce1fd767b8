/**
 * Ends what a flowgate that was killed has left running. Its guard (adapters/guard.ts) becomes this program, never
 * started by hand: guard.js LEADER… -- RUN…
 */
import { endRun } from './watch/end-run.js';

const given = process.argv.slice(2);
const end = given.indexOf('--');
await endRun({ leaders: given.slice(0, end).map(Number), runs: given.slice(end + 1) });
