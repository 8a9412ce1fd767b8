import type { Excerpt } from '../model/record.js';
import { lastLine } from '../stats/last-line.js';

/** Of what Node prints when it crashes, the line that names the error. */
export function crashLine(stderr: Excerpt): string {
  const lines = `${stderr.head}\n${stderr.tail}`.split('\n');
  return lines.find((line) => /^[\w.]*(Error|Exception)\b/.test(line)) ?? lastLine(stderr);
}
