import { isMap } from '../lib/fields.js';
import { ReportedValues } from '../measure/reported.js';
import { Values } from '../measure/values.js';
import type { Distribution, ReportedTotals } from '../model/flow.js';
import type { ImportedRun } from '../model/imported.js';
import { type K6Metric, type K6Test, k6Run } from './k6.js';
import type { Line } from './lines.js';
import { labelOf, numberAt, shown, Unusable } from './told.js';

/*
 * k6 run --out json=FILE: one JSON object a line, each value of each metric. Read as it comes, so that a file of some GB
 * takes no memory to speak of.
 */

type Json = Readonly<Record<string, unknown>>;

/** Whether a file that begins with this line is of k6. */
export function isK6Line(json: unknown): boolean {
  return (
    isMap(json) &&
    (json['type'] === 'Metric' || json['type'] === 'Point') &&
    'metric' in json &&
    'data' in json
  );
}

/** A script has some tens; each may keep a million values. */
const MOST_METRICS = 300;
const MOST_CHECKS = 1000;

export async function readK6Lines(lines: AsyncIterable<Line>): Promise<ImportedRun> {
  const test = new Test();
  for await (const { text, number } of lines) {
    if (text.trim() === '') continue;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new Unusable(
        `is JSON lines of k6 up to line ${number}, which is not JSON: it may have been cut off`,
      );
    }
    if (!isK6Line(json)) throw new Unusable(`has line ${number}, which is no Metric and no Point of k6`);
    test.add(json as Json, number);
  }
  return k6Run(test.result());
}

type Collected = Pick<K6Metric, 'kind' | 'contains'> & {
  /** Of a trend. */
  readonly times?: Values;
  readonly numbers?: ReportedValues;
  count: number;
  sum: number;
  min: number;
  max: number;
};

class Test {
  readonly #metrics = new Map<string, Collected>();
  readonly #checks = new Map<string, number>();
  #first = Infinity;
  #last = -Infinity;

  add(json: Json, line: number): void {
    const { type, metric: name, data } = json;
    if (typeof name !== 'string' || !isMap(data))
      throw new Unusable(`has line ${line}, which has no metric or no data`);
    if (type === 'Metric') this.#declare(name, data, line);
    else this.#point(name, data, line);
  }

  #declare(name: string, { type, contains }: Json, line: number): void {
    if (this.#metrics.has(name)) return;
    if (this.#metrics.size >= MOST_METRICS) throw new Unusable(`has more than ${MOST_METRICS} metrics`);
    if (type !== 'trend' && type !== 'counter' && type !== 'rate' && type !== 'gauge') {
      throw new Unusable(`has line ${line}, which declares ${shown(name)} as ${shown(type)}`);
    }
    const isTime = contains === 'time';
    this.#metrics.set(name, {
      kind: type,
      contains: isTime || contains === 'data' ? contains : 'default',
      ...(type !== 'trend'
        ? {}
        : isTime
          ? { times: new Values() }
          : { numbers: new ReportedValues(contains === 'data' ? 'bytes' : 'count') }),
      count: 0,
      sum: 0,
      min: Infinity,
      max: -Infinity,
    });
  }

  #point(name: string, data: Json, line: number): void {
    const metric = this.#metrics.get(name);
    if (metric === undefined)
      throw new Unusable(`has line ${line}, a Point of ${shown(name)}, which no line before declares`);
    const value = numberAt(data, 'value', `a value in line ${line}`);
    if (value === undefined) throw new Unusable(`has line ${line}, a Point without a value`);
    if (metric.kind === 'rate' && value !== 0 && value !== 1)
      throw new Unusable(`has line ${line}, a rate of ${value}; k6 writes 0 or 1`);
    if (metric.times !== undefined && value < 0) throw new Unusable(`has line ${line}, a time of ${value}`);
    metric.count += 1;
    metric.sum += value;
    metric.min = Math.min(metric.min, value);
    metric.max = Math.max(metric.max, value);
    metric.times?.push(value);
    metric.numbers?.push(value);
    if (name === 'iteration_duration') this.#span(data['time'], value, line);
    if (name === 'checks' && value === 0) this.#failedCheck(data['tags']);
  }

  /** A point is written when its iteration ends. */
  #span(time: unknown, duration: number, line: number): void {
    const end = typeof time === 'string' ? Date.parse(time) : NaN;
    if (!Number.isFinite(end)) throw new Unusable(`has line ${line}, a Point with the time ${shown(time)}`);
    this.#first = Math.min(this.#first, end - duration);
    this.#last = Math.max(this.#last, end);
  }

  #failedCheck(tags: unknown): void {
    const name = isMap(tags) && typeof tags['check'] === 'string' ? labelOf(tags['check']) : 'without a name';
    if (!this.#checks.has(name) && this.#checks.size >= MOST_CHECKS) return;
    this.#checks.set(name, (this.#checks.get(name) ?? 0) + 1);
  }

  result(): K6Test {
    const steps = new Map<string, Distribution>();
    const reported = new Map<string, ReportedTotals>();
    for (const [name, { times, numbers, count }] of this.#metrics) {
      if (count === 0) continue;
      const distribution = times?.distribution();
      if (distribution !== undefined && name !== FLOW_TIME) steps.set(labelOf(name), distribution);
      if (numbers !== undefined) reported.set(labelOf(name), numbers.totals());
    }
    return {
      format: 'k6 JSON lines',
      metrics: [...this.#metrics]
        .filter(([, { count }]) => count > 0)
        .map(([name, metric]) => asSummary(name, metric)),
      checks: [...this.#checks].map(([name, fails]) => ({ name, fails })),
      length: this.#last > this.#first ? this.#last - this.#first : undefined,
      exact: {
        flowTimes: this.#metrics.get(FLOW_TIME)?.times?.distribution(),
        firstByteTimes: this.#metrics.get('http_req_waiting')?.times?.distribution(),
        stepTimes: steps,
        reported,
      },
    };
  }
}

const FLOW_TIME = 'iteration_duration';

function asSummary(name: string, { kind, contains, count, sum, min, max }: Collected): K6Metric {
  const values =
    kind === 'counter'
      ? { count: sum }
      : kind === 'rate'
        ? { passes: sum, fails: count - sum }
        : kind === 'gauge'
          ? { min, max }
          : {};
  return { name, kind, contains, values };
}
