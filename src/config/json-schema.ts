import { z } from 'zod';
import { calibrationSchema } from '../model/calibration.js';
import { resultsSchema } from '../model/results.js';
import { CONFIG_SCHEMA_ID, configSchema } from './schema.js';

export type JsonSchema = Record<string, unknown>;

export const RESULTS_SCHEMA_ID = 'urn:flowgate:results:1';
const CALIBRATION_SCHEMA_ID = 'urn:flowgate:calibration:1';

/** JSON Schema (2020-12) of the config file, for editors. It knows the shape and not the grammar of thresholds. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  return identified(schema, CONFIG_SCHEMA_ID);
}

/** JSON Schema (2020-12) of results.json, for tools that read it. */
export function resultsJsonSchema(): JsonSchema {
  // A reader of a newer file may find keys that it does not know: io "input" leaves objects open.
  const schema = z.toJSONSchema(resultsSchema, { target: 'draft-2020-12', io: 'input' });
  return identified(schema, RESULTS_SCHEMA_ID);
}

/** JSON Schema (2020-12) of what `calibrate --json` writes. */
export function calibrationJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(calibrationSchema, { target: 'draft-2020-12', io: 'input' });
  return identified(schema, CALIBRATION_SCHEMA_ID);
}

/** A schema with an id of zod's own is written as a reference to itself; here it is the root. */
function identified(schema: JsonSchema, id: string): JsonSchema {
  const { $schema, $ref } = schema;
  const definitions = schema['$defs'] as Record<string, JsonSchema> | undefined;
  const root = (typeof $ref === 'string' ? definitions?.[lastOf($ref)] : undefined) ?? schema;
  return { $schema, $id: id, ...without(root, ['$schema', 'id']) };
}

function without(schema: JsonSchema, keys: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

/** `#/$defs/flowgate.results~11` → `flowgate.results/1` */
function lastOf(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
}
