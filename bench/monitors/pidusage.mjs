/** pidtree and pidusage below a process (argument), twenty times a second; prints the share of a core that they took. */
import { pidtree } from 'pidtree';
import pidusage from 'pidusage';
import { EVERY, reportShare } from './share.mjs';

let processes;
const look = async () => {
  const begun = performance.now();
  processes = Object.keys(await pidusage(await pidtree(Number(process.argv[2])))).length;
  setTimeout(() => void look(), Math.max(0, EVERY - (performance.now() - begun)));
};
void look();
await reportShare(() => processes);
