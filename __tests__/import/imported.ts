import { readFileSync } from 'node:fs';
import { readImport } from '../../src/import/read.js';
import { UserError } from '../../src/lib/errors.js';
import { measure, summarize } from '../../src/measure/summarize.js';
import { isMetricId, parseMetricName } from '../../src/model/metrics.js';
import type { ImportedRun } from '../../src/model/imported.js';
import type { MetricResult } from '../../src/model/results.js';
import { fakeFiles } from '../fakes/files.js';
import { monitorOf, recordOf } from '../fakes/record.js';

/** The text of a file that a real tool has written. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

export function readText(text: string, others: Readonly<Record<string, string>> = {}): Promise<ImportedRun> {
  return readImport(
    { name: 'results', file: '/repo/results' },
    fakeFiles({ '/repo/results': text, ...others }),
  );
}

export function readFixture(name: string): Promise<ImportedRun> {
  return readText(fixture(name));
}

/** Why it cannot be used; undefined if it can. */
export async function refusalOf(text: string): Promise<string | undefined> {
  try {
    await readText(text);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems[0]?.message;
    throw thrown;
  }
}

/** What a gate on the metric would be judged by. */
export function metricsOf({
  from,
  tally,
  flows,
  stated,
  counted,
}: ImportedRun): (name: string) => MetricResult {
  const monitor = { ...monitorOf([], 'none'), unwatched: true } as const;
  const record = recordOf({ monitor, flows, tally, imported: from, told: { stated, counted } });
  const measures = summarize(record);
  return (name) => {
    const { id, label, stat } = parseMetricName(name);
    if (!isMetricId(id)) throw new Error(`no metric ${name}`);
    return measure(measures, {
      metric: id,
      ...(label === undefined ? {} : { label }),
      ...(stat === undefined ? {} : { stat }),
    });
  };
}

/** The values of several metrics, with so many digits as a tool prints. */
export function valuesOf(
  run: ImportedRun,
  names: readonly string[],
  digits = 4,
): Record<string, number | null> {
  const of = metricsOf(run);
  return Object.fromEntries(
    names.map((name) => {
      const { value } = of(name);
      return [name, value === null ? null : Number(value.toPrecision(digits))];
    }),
  );
}
