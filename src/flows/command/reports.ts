import { messageOf } from '../../lib/errors.js';
import { parseQuantity, valueFor } from '../../lib/quantity.js';
import type { StepTiming } from '../../model/flow.js';
import type { Clock, Files } from '../../system/ports.js';
import { reportedOf, Reports } from '../reported.js';
import type { FlowEnd } from '../runner.js';

/*
 * What a command reports of itself: lines in two files that it is given the paths of. They are there only if the flow has
 * written them, each attempt has its own, and they are outside its workspace.
 */

/** Bytes of each file. */
const LARGEST = 1_000_000;
/** Steps of one flow: one more than is recorded, so that it is seen that there are more. */
const MOST_STEPS = 1001;

const METRICS = 'FLOWGATE_METRICS';
const STEPS = 'FLOWGATE_STEPS';

interface Sources {
  readonly files: Pick<Files, 'take'>;
  readonly clock: Pick<Clock, 'now' | 'wall'>;
}

/** The two files of one flow. */
export class FlowReports {
  readonly env: Readonly<Record<typeof METRICS | typeof STEPS, string>>;
  readonly #sources: Sources;

  /** @param path of nothing that is there; the files' paths begin with it */
  constructor(path: string, sources: Sources) {
    this.env = { [METRICS]: `${path}.metrics`, [STEPS]: `${path}.steps` };
    this.#sources = sources;
  }

  /** Adds what it reported, however it ended, and takes the files away. A flow that was ok fails for what cannot be read. */
  addTo(end: FlowEnd): FlowEnd {
    const metrics = this.#take(METRICS);
    const steps = this.#take(STEPS);
    if (metrics === undefined && steps === undefined) return end;
    // What was ended may have been in the middle of a line.
    const isWhole = end.outcome === 'ok' || end.outcome === 'failed';
    const reported = metrics === undefined ? undefined : readMetrics(linesOf(metrics, METRICS, isWhole));
    const timed = steps === undefined ? undefined : this.#readSteps(linesOf(steps, STEPS, isWhole), end);
    const problem = reported?.problem ?? timed?.problem;
    return {
      ...end,
      ...(reported === undefined || reported.metrics.length === 0 ? {} : { metrics: reported.metrics }),
      ...(timed === undefined || timed.steps.length === 0 ? {} : { steps: timed.steps }),
      ...(problem === undefined || end.outcome !== 'ok'
        ? {}
        : { outcome: 'failed', error: { message: problem } }),
    };
  }

  #take(name: typeof METRICS | typeof STEPS): ReturnType<Files['take']> {
    return this.#sources.files.take(this.env[name], LARGEST);
  }

  #readSteps(
    lines: Lines,
    end: FlowEnd,
  ): { readonly steps: readonly StepTiming[]; readonly problem?: string } {
    const { clock } = this.#sources;
    return readSteps(lines, { ...end, sinceWall: clock.now() - clock.wall().getTime() });
  }
}

interface Lines {
  readonly file: string;
  readonly lines: readonly string[];
  /** Why there are none. */
  readonly problem?: string;
}

function linesOf(taken: NonNullable<ReturnType<Files['take']>>, name: string, isWhole: boolean): Lines {
  const file = `$${name}`;
  if ('problem' in taken) return { file, lines: [], problem: `${file} ${taken.problem}` };
  const lines = taken.text.replace(/^\uFEFF/, '').split('\n');
  const last = lines.pop() ?? '';
  return { file, lines: isWhole ? [...lines, last] : lines };
}

/** Calls back for each line that is not blank, until there is one that cannot be read: says which and why. */
function eachLine({ file, lines, problem }: Lines, read: (line: string) => void): string | undefined {
  if (problem !== undefined) return problem;
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    try {
      if (text !== '') read(text);
    } catch (thrown) {
      return `line ${index + 1} of ${file}, ${quoted(text)}, cannot be read: ${messageOf(thrown)}`;
    }
  }
  return undefined;
}

/** Characters of a line that is shown. */
const LONGEST_SHOWN = 100;

function quoted(line: string): string {
  const shown = line.length <= LONGEST_SHOWN ? line : `${line.slice(0, LONGEST_SHOWN - 1)}…`;
  return JSON.stringify(shown.toWellFormed());
}

/** NAME=NUMBER[UNIT]; the name may hold an equals sign. */
const METRIC = /^(.*\S)\s*=\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*(\S*)$/i;

function readMetrics(lines: Lines): ReturnType<typeof reportedOf> {
  const reports = new Reports();
  const problem = eachLine(lines, (line) => {
    const [, name, number, unit] = METRIC.exec(line) ?? [];
    if (name === undefined) throw new Error('write NAME=NUMBER, with a unit or without, such as size=3MB');
    reports.add(name, Number(number), unit);
  });
  const { metrics, problem: unheld } = reportedOf(reports.all());
  return { metrics, problem: problem ?? unheld };
}

/** NAME TIME, or NAME TIME @START, with START counted from 1970. The time of a step that only begins is `?`. */
const STEP = /^(.*\S)\s+(\S+)$/;
const START = /\s+@(\S+)$/;

/** When the flow ran and how it ended; `sinceWall`: ms to be added to those since 1970. */
type Ran = Pick<FlowEnd, 'outcome' | 'startedAt' | 'endedAt'> & { readonly sinceWall: number };

/**
 * The steps on our clock, within the flow and no longer than it. Of one without a start it is not known when it was: it is
 * placed after the one of the line before. A step that only began is shown up to the end of a flow that is not ok.
 */
function readSteps(
  lines: Lines,
  { outcome, startedAt, endedAt, sinceWall }: Ran,
): { readonly steps: readonly StepTiming[]; readonly problem?: string } {
  const steps: StepTiming[] = [];
  const begun = new Map<string, StepTiming>();
  let next = startedAt;
  const problem = eachLine(lines, (line) => {
    const start = START.exec(line);
    const [, name, time] = STEP.exec(start === null ? line : line.slice(0, start.index)) ?? [];
    if (name === undefined || time === undefined) throw new Error('write NAME TIME, such as draft 412ms');
    const from = start === null ? undefined : msOf(start[1] ?? '', 'a start') + sinceWall;
    const key = `${name} ${start?.[1] ?? ''}`;
    if (time === '?' && from !== undefined) {
      begun.set(key, { name, startedAt: within(from, startedAt, endedAt), endedAt });
      return;
    }
    begun.delete(key);
    const took = Math.min(msOf(time, `step(${name.slice(0, LONGEST_SHOWN)})`), endedAt - startedAt);
    const at = within(from ?? next, startedAt, endedAt - took);
    next = at + took;
    if (steps.length < MOST_STEPS) steps.push({ name, startedAt: at, endedAt: Math.max(at, next) });
  });
  const open = outcome === 'ok' ? [] : [...begun.values()];
  return { steps: [...steps, ...open].slice(0, MOST_STEPS), ...(problem === undefined ? {} : { problem }) };
}

/** @throws Error in words for the author of the flow */
function msOf(written: string, what: string): number {
  if (written.startsWith('-')) throw new Error(`${what} cannot be negative`);
  const read = parseQuantity(written);
  if (!read.ok) throw new Error(read.message);
  const value = valueFor(read.quantity, what, 'ms');
  if (!value.ok) throw new Error(value.message);
  return value.value;
}

function within(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to);
}
