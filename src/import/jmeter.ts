import { FlowLog } from '../measure/flow-log.js';
import type { Flow } from '../model/flow.js';
import type { ImportedRun } from '../model/imported.js';
import type { MetricId } from '../model/metrics.js';
import { type Line, type Row, rowsOf } from './lines.js';
import { shown, Unusable } from './told.js';

/*
 * JMeter's JTL as CSV, which is what it writes unless told otherwise: a line a sample, in the order in which they ended. Read
 * as it comes, as a run of some hours has millions of them. A flow is a sample.
 */

/** Columns that nothing can be said without. */
const NEEDED = ['timeStamp', 'elapsed', 'success'] as const;

export function isJtlHead(line: string): boolean {
  const columns = line.split(',');
  return NEEDED.slice(0, 2).every((name) => columns.includes(name));
}

/** XML that begins like this is a JTL too. */
export const JTL_XML = /^(<\?xml[^>]*\?>)?\s*<testResults\b/;
export const WRITE_CSV =
  'is a JTL in XML; let JMeter write CSV, which is its default: -Jjmeter.save.saveservice.output_format=csv';

/** Users that have a line of their own in a drawing of all flows. */
const MOST_SLOTS = 10_000;

export async function readJtl(lines: AsyncIterable<Line>): Promise<ImportedRun> {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  const slots = new Map<string, number>();
  let columns: Columns | undefined;
  let zero = 0;
  for await (const row of rowsOf(lines)) {
    if (columns === undefined) {
      columns = new Columns(row.fields);
      continue;
    }
    const sample = columns.sampleOf(row);
    if (log.count === 0) zero = sample.startedAt;
    log.add(flowOf(sample, { zero, iteration: log.count + 1, slot: slotOf(sample.thread, slots) }));
  }
  if (columns === undefined || log.count === 0) throw new Unusable('is a JTL without a sample');
  const { flows, tally, cut } = log.recorded();
  return {
    from: { file: '', format: 'JMeter JTL', flow: 'sample', count: log.count, notes: [] },
    tally,
    flows,
    stated: new Map(),
    counted: columns.counted(),
    ...(cut === undefined ? {} : { cut }),
  };
}

function slotOf(thread: string, slots: Map<string, number>): number {
  const known = slots.get(thread);
  if (known !== undefined || slots.size >= MOST_SLOTS) return known ?? 0;
  slots.set(thread, slots.size + 1);
  return slots.size;
}

interface Sample {
  /** ms of the wall clock. */
  readonly startedAt: number;
  readonly elapsed: number;
  readonly label: string;
  readonly thread: string;
  /** Undefined if it was successful. */
  readonly failure: string | undefined;
  readonly latency: number | undefined;
  readonly received: number | undefined;
  readonly sent: number | undefined;
}

interface Place {
  readonly zero: number;
  readonly iteration: number;
  readonly slot: number;
}

function flowOf(sample: Sample, { zero, iteration, slot }: Place): Flow {
  const startedAt = sample.startedAt - zero;
  const endedAt = startedAt + sample.elapsed;
  const { failure, latency, received, sent, label } = sample;
  return {
    slot,
    iteration,
    token: '',
    outcome: failure === undefined ? 'ok' : 'failed',
    scheduledAt: startedAt,
    startedAt,
    endedAt,
    ...(failure === undefined ? {} : { error: { message: failure } }),
    ...(label === '' ? {} : { steps: [{ name: label, startedAt, endedAt }] }),
    ...(latency === undefined ? {} : { ttfb: [latency] }),
    ...(received === undefined ? {} : { bytesIn: received }),
    ...(sent === undefined ? {} : { bytesOut: sent }),
  };
}

const ALWAYS: readonly MetricId[] = [
  'success_rate',
  'error_rate',
  'total_time',
  'throughput',
  'flow_time',
  'max_concurrency',
  'failed',
  'error_types',
];

/** Which may be left out in JMeter's properties. */
const OPTIONAL: Readonly<Record<string, MetricId>> = {
  label: 'step',
  Latency: 'ttfb',
  bytes: 'bytes_received',
  sentBytes: 'bytes_sent',
};

class Columns {
  readonly #names: readonly string[];
  readonly #at: ReadonlyMap<string, number>;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#at = new Map(names.map((name, index) => [name, index]));
    const missing = NEEDED.filter((name) => !this.#at.has(name));
    if (missing.length > 0) throw new Unusable(`is a JTL without the column ${missing.join(' and ')}`);
  }

  counted(): ReadonlySet<MetricId> {
    const more = Object.entries(OPTIONAL).flatMap(([name, metric]) => (this.#at.has(name) ? [metric] : []));
    return new Set([...ALWAYS, ...more]);
  }

  sampleOf(row: Row): Sample {
    const { fields, number } = row;
    if (fields.length !== this.#names.length) {
      throw new Unusable(
        `has ${fields.length} fields in line ${number} and ${this.#names.length} in its first: it may have been cut off`,
      );
    }
    const text = (name: string): string => fields[this.#at.get(name) ?? -1] ?? '';
    const whole = (name: string): number => {
      const written = text(name);
      if (/^\d{1,15}$/.test(written)) return Number(written);
      throw new Unusable(`has ${name} = ${shown(written)} in line ${number}, which is no whole number`);
    };
    const optional = (name: string): number | undefined => (this.#at.has(name) ? whole(name) : undefined);
    const success = text('success');
    if (success !== 'true' && success !== 'false') {
      throw new Unusable(
        `has success = ${shown(success)} in line ${number}, which is neither true nor false`,
      );
    }
    return {
      startedAt: whole('timeStamp'),
      elapsed: whole('elapsed'),
      label: text('label'),
      thread: text('threadName'),
      failure: success === 'true' ? undefined : failureOf(text),
      latency: optional('Latency'),
      received: optional('bytes'),
      sent: optional('sentBytes'),
    };
  }
}

/** The assertion's message, or the status: `503 Service Unavailable`. */
function failureOf(text: (name: string) => string): string {
  const message = text('failureMessage').replace(/\s+/g, ' ').trim();
  if (message !== '') return message;
  const status = `${text('responseCode')} ${text('responseMessage')}`.trim();
  return status === '' ? 'the sample was not successful' : status;
}
