import { resolve } from 'node:path';
import type { z } from 'zod';
import { map, mapOrText, oneOf, show, text } from '../lib/fields.js';
import { type DataPlan, ROW_ORDERS } from '../model/plan.js';
import { formatOf } from './rows.js';

/* `data`: a file of which each flow is given a row. */

const file = text('users.csv').refine((name) => formatOf(name) !== undefined, {
  error: ({ input }) =>
    `${show(input)} is no file of rows; its name must end in .csv, .json, .ndjson or .jsonl`,
});

const data = map(
  {
    file: file.describe(
      '.csv with a header, .json with a list of maps, or .ndjson or .jsonl with a map a line',
    ),
    order: oneOf(ROW_ORDERS)
      .optional()
      .describe('sequence: the order of the file; shuffle: one drawn by seed; sequence if left out'),
  },
  (input) => `must be a file such as users.csv, or a map with file and order, not ${show(input)}`,
);

export const DATA_FIELDS = {
  data: mapOrText('file', data)
    .optional()
    .describe('a file whose rows the flows are given, one each, from the working directory'),
};

export function planData(
  { file: name, order = 'sequence' }: z.output<typeof data>,
  workingDirectory: string,
): DataPlan {
  return { name, file: resolve(workingDirectory, name), order };
}
