import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SIZE_UNITS, TIME_UNITS } from '../../../src/lib/units.js';
import { OUTCOMES } from '../../../src/model/flow.js';

const SOURCE = readFileSync(join(import.meta.dirname, '../../../src/flows/module/api.ts'), 'utf8');

/** The texts that a type of the module API is one of. */
function textsOf(type: string): readonly string[] {
  const [, union = ''] = new RegExp(`export type ${type} =([^;]*);`).exec(SOURCE) ?? [];
  return Array.from(union.matchAll(/'([^']+)'/g), ([, text]) => JSON.parse(`"${text ?? ''}"`) as string);
}

test('the module API, which imports nothing, names the units and outcomes that flowgate has', () => {
  expect(textsOf('MetricUnit')).toEqual([
    '%',
    'ratio',
    ...Object.keys(TIME_UNITS),
    ...Object.keys(SIZE_UNITS),
  ]);
  expect(textsOf('Outcome')).toEqual(OUTCOMES);
});
