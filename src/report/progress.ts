import pc from 'picocolors';
import { plain } from '../lib/escape.js';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatLeft,
  formatRate,
  formatRatio,
  plural,
} from '../lib/format.js';
import { clipped, flowed, sparkline, usableWidth, wrapped } from '../lib/text.js';
import type { ComparingProgress, Progress } from '../system/ports.js';
import { loadWords } from './surroundings.js';

const FULL = '█';
const EMPTY = '░';
const SPARKS = 12;

/** The live lines of a run, three of at most `width` characters (40 … 120), without a newline at the end. */
export function renderProgress(progress: Progress, options: { color: boolean; width: number }): string {
  const colors = pc.createColors(options.color);
  const width = usableWidth(options.width);
  const [head, clock] = titleLine(progress, width);
  const counts = countItems(progress);
  const bar = barOf(progress, width - 4 - counts.join('   ').length);
  const failed = `failed ${formatCount(progress.failed)}`;
  const usage = flowed([...usageItems(progress), failed, ...leftItems(progress)], width - 2);
  return [
    `  ${colors.bold(head)}${colors.dim(clock)}`,
    clipped(`  ${[bar, ...counts].filter((part) => part !== '').join('  ')}`, width).replace(
      bar,
      colors.cyan,
    ),
    ...usage.map(
      (line) => `  ${progress.failed > 0 ? line.replace(failed, (text) => colors.red(text)) : line}`,
    ),
  ].join('\n');
}

/** The same in one line of plain text, for logs that cannot be redrawn. */
export function renderProgressLine(progress: Progress): string {
  return [
    plain(progress.scenario, 40),
    ...countItems(progress),
    `memory ${formatBytes(progress.memory)}`,
    `cpu ${formatRatio(progress.cpu)}`,
    `failed ${formatCount(progress.failed)}`,
    ...leftItems(progress),
  ].join('   ');
}

/** Name and load to the left, the clock to the right. */
function titleLine(progress: Progress, width: number): readonly [string, string] {
  const { scenario, flows, total, duration, elapsed } = progress;
  const closed = { model: 'closed' as const, flows, iterations: total, duration };
  const clock = formatClock(elapsed);
  const room = width - 2 - clock.length - 2;
  const head = clipped(`${plain(scenario, 30)}   ${loadWords(progress.load ?? closed)}`, room);
  return [head, clock.padStart(Math.min(width, 70) - 2 - head.length).padStart(clock.length + 2)];
}

function countItems({ done, total, inFlight, rate }: Progress): readonly string[] {
  const count = total === undefined ? plural(done, 'flow') : `${formatCount(done)}/${formatCount(total)}`;
  return [count, `${formatCount(inFlight)} in flight`, formatRate(rate)];
}

/** Nothing where it is not known how much there is to do, or where there is no room. */
function barOf(progress: Progress, room: number): string {
  const share = shareDone(progress);
  const length = Math.min(38, room);
  if (share === undefined || length < 8) return '';
  const full = Math.min(length, Math.max(0, Math.floor(share * length)));
  return FULL.repeat(full) + EMPTY.repeat(length - full);
}

function shareDone({ done, total, elapsed, duration }: Progress): number | undefined {
  if (total !== undefined && total > 0) return done / total;
  return duration === undefined || duration <= 0 ? undefined : elapsed / duration;
}

function usageItems({ memory, memoryHistory, cpu, cpuHistory }: Progress): readonly string[] {
  return [spark('memory', memoryHistory, formatBytes(memory)), spark('cpu', cpuHistory, formatRatio(cpu))];
}

function spark(name: string, history: readonly number[], latest: string): string {
  return [name, sparkline(history.slice(-SPARKS)), latest].filter((part) => part !== '').join(' ');
}

/** Time left at the pace so far; none before the first flow is done. */
function leftItems({ done, total, elapsed, duration }: Progress): readonly string[] {
  if (duration !== undefined) return [`left ${formatLeft(Math.max(0, duration - elapsed))}`];
  if (total === undefined || done === 0) return [];
  return [`left ${formatLeft((elapsed / done) * Math.max(0, total - done))}`];
}

/** The live lines of a comparison, of at most `width` characters (40 … 120), without a newline at the end. */
export function renderComparing(
  { scenario, base, pairs, most, nextLook, elapsed, budget, plan, known }: ComparingProgress,
  options: { color: boolean; width: number },
): string {
  const colors = pc.createColors(options.color);
  const width = usableWidth(options.width);
  const clock = formatClock(elapsed);
  const head = clipped(`${plain(scenario, 30)}   against ${plain(base, 40)}`, width - 4 - clock.length);
  const left = formatLeft(Math.max(0, budget - elapsed));
  const look = nextLook === undefined ? '' : `, next look at ${nextLook}`;
  const counts = `pair ${pairs} of at most ${most}${look}, ${left} left at most`;
  const lines = known.length === 0 ? wrapped(plain(plan), width - 2) : known;
  return [
    `  ${colors.bold(head)}  ${colors.dim(clock)}`,
    clipped(`  ${counts}`, width),
    ...lines.map((line) => clipped(`  ${plain(line, width - 2)}`, width)),
  ].join('\n');
}
