import type { Excerpt } from '../model/flow.js';
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
  const error = lines.find((line) => /^[\w.]*(Error|Exception)\b/.test(line));
  if (error !== undefined) return error;
  const head = withoutWarnings(stderr.head);
  const tail = withoutWarnings(stderr.tail);
  const left = stderr.head.length + stderr.tail.length - head.length - tail.length;
  return lastLine({ ...stderr, head, tail, bytes: stderr.bytes - left });
}

/** What Node warns of by itself, and how to see more of it, is not why a process has ended. */
function withoutWarnings(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\(node:\d+\) |^\(Use `node --trace-/.test(line))
    .join('\n');
}
