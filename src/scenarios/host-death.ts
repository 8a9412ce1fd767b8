import type { Excerpt } from '../model/record.js';
import type { Exit } from '../ports.js';
import { lastLine } from '../stats/last-line.js';
import { exitError } from './command-end.js';

/** Why a host has ended by itself: how, and what it said of it. */
export function hostDeath(exit: Exit, stderr: Excerpt): string {
  const said = crashLine(stderr);
  return `the module's process ended (${exitError(exit).message})${said === '' ? '' : `: ${said}`}`;
}

/** Of what Node prints when it crashes, the line that names the error. */
function crashLine(stderr: Excerpt): string {
  const lines = `${stderr.head}\n${stderr.tail}`.split('\n');
  return lines.find((line) => /^[\w.]*(Error|Exception)\b/.test(line)) ?? lastLine(stderr);
}
