/** What a monitor costs, seen from inside it. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** ms between two looks. */
export const EVERY = 50;
/** ms until all code is compiled, and for which it is then measured. */
const WARM = 1500;
const MEASURED = 3000;

/** ms of this process and of the children that it has waited for: a monitor that starts `ps` pays for it. */
function spent() {
  const { user, system } = process.cpuUsage();
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ');
  return (user + system) / 1000 + (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Prints % of one core and how many processes it saw, and ends. */
export async function reportShare(processes) {
  await sleep(WARM);
  const [before, begun] = [spent(), performance.now()];
  await sleep(MEASURED);
  const share = ((spent() - before) / (performance.now() - begun)) * 100;
  console.log(JSON.stringify({ share, processes: processes() }));
  process.exit();
}
