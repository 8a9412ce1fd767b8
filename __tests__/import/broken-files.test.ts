import { expect, test } from '@jest/globals';
import { seededRandom } from '../../src/lib/random.js';
import { UserError } from '../../src/lib/errors.js';
import type { MetricResult } from '../../src/model/results.js';
import { fixture, metricsOf, readText } from './imported.js';

/* Files that are broken by chance: each is refused, or all that it says is possible. Nothing else is ever thrown. */

const ASKED = [
  'success_rate',
  'error_rate',
  'total_time',
  'throughput',
  'failed',
  'timed_out',
  'dropped',
  'peak_memory',
  'cpu_per_flow',
  'flow_time.avg',
  'flow_time.med',
  'flow_time.p95',
  'flow_time.p99',
  'ttfb.p95',
  'max_concurrency',
];

function isPossible(name: string, { value, atMost, note }: MetricResult): boolean {
  if (value === null) return note !== undefined && note !== '';
  const most = name.endsWith('_rate') ? 1 : Number.MAX_VALUE;
  return value >= 0 && value <= most && (atMost === undefined || atMost >= value);
}

/** What is impossible in it, or the error that should not have been thrown; undefined if it is refused or right. */
async function wrongIn(text: string): Promise<string | undefined> {
  try {
    const run = await readText(text);
    const of = metricsOf(run);
    const wrong = ASKED.filter((name) => !isPossible(name, of(name)));
    const { ok, failed, timed_out } = run.tally.counts;
    const counted = [ok, failed, timed_out].every((count) => Number.isSafeInteger(count) && count >= 0);
    return wrong.length === 0 && counted ? undefined : `${wrong.join()} ${JSON.stringify(run.tally.counts)}`;
  } catch (thrown) {
    return thrown instanceof UserError ? undefined : String(thrown);
  }
}

const HOSTILE: readonly unknown[] = [
  null,
  -1,
  -0.5,
  1e300,
  'x',
  '',
  '12',
  true,
  [],
  {},
  [1],
  { a: 1 },
  1.5,
  1e20,
  0,
];

type Random = () => number;

/** The JSON with one of its parts gone or replaced. */
function mutated(json: unknown, random: Random): unknown {
  const parts: { readonly of: Record<string, unknown>; readonly key: string }[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      parts.push({ of: value as Record<string, unknown>, key });
      walk((value as Record<string, unknown>)[key]);
    }
  };
  const copy: unknown = structuredClone(json);
  walk(copy);
  const part = parts[Math.floor(random() * parts.length)];
  if (part === undefined) return copy;
  if (random() < 0.3) Reflect.deleteProperty(part.of, part.key);
  else part.of[part.key] = HOSTILE[Math.floor(random() * HOSTILE.length)];
  return copy;
}

function withWrongField(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = Math.floor(random() * lines.length);
  const fields = (lines[at] ?? '').split(',');
  fields[Math.floor(random() * fields.length)] = String(HOSTILE[Math.floor(random() * HOSTILE.length)]);
  lines[at] = fields.join(',');
  return lines.join('\n');
}

/** Bytes gone, doubled or changed. */
function garbled(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  const length = Math.floor(random() * 30);
  const middle =
    ['', text.slice(at, at + length).repeat(2), '"', '\n', ',', '}', '\uD800'][Math.floor(random() * 7)] ??
    '';
  return text.slice(0, at) + middle + text.slice(at + length);
}

async function wrongOf(changed: readonly string[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const text of changed) {
    const found = await wrongIn(text);
    if (found !== undefined) wrong.push(`${found}: ${text.slice(0, 2000)}`);
  }
  return wrong;
}

const JSON_FILES = [
  'k6-summary-export.json',
  'k6-handle-summary.json',
  'k6-machine-readable.json',
  'hyperfine-two.json',
  'hyperfine-failing.json',
  'oha.json',
  'autocannon.json',
  'artillery.json',
];

test.each(JSON_FILES)('%s with one part that is gone or something else', async (name) => {
  const random = seededRandom(7);
  const json: unknown = JSON.parse(fixture(name));
  const changed = Array.from({ length: 100 }, () => JSON.stringify(mutated(json, random)));
  expect(await wrongOf(changed)).toEqual([]);
});

test.each(['locust_stats.csv', 'locust_stats_history.csv', 'jmeter.jtl'])(
  '%s with a field that is wrong',
  async (name) => {
    const random = seededRandom(8);
    const changed = Array.from({ length: 100 }, () => withWrongField(fixture(name), random));
    expect(await wrongOf(changed)).toEqual([]);
  },
);

test.each([...JSON_FILES, 'locust_stats.csv', 'jmeter.jtl', 'k6-lines.json'])(
  '%s that is garbled',
  async (name) => {
    const random = seededRandom(9);
    const whole = fixture(name);
    const text = name === 'k6-lines.json' ? whole.slice(0, 8000) : whole;
    const changed = Array.from({ length: 50 }, () => garbled(text, random));
    expect(await wrongOf(changed)).toEqual([]);
  },
);
