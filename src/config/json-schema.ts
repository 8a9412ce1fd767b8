import { z } from 'zod';
import { calibrationSchema } from '../model/calibration.js';
import { resultsSchema } from '../model/results.js';
import { limits, limitSetSchema } from './limit-fields.js';
import { httpRequests, requestSchema } from './http-fields.js';
import { HISTORY_JSON_SCHEMA, history } from './history-schema.js';
import { compare } from './compare-fields.js';
import { CONFIG_SCHEMA_ID, configSchema } from './schema.js';
import { namedService, serviceOrCommand } from './service-schema.js';

export type JsonSchema = Record<string, unknown>;

export const RESULTS_SCHEMA_ID = 'urn:flowgate:results:1';
const CALIBRATION_SCHEMA_ID = 'urn:flowgate:calibration:1';

/** JSON Schema (2020-12) of the config file, for editors. It knows the shape and not the grammar of thresholds. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === serviceOrCommand || zodSchema === namedService) offerCommand(jsonSchema);
      if (zodSchema === compare) offerCommand(jsonSchema);
      if (zodSchema === httpRequests) offerRequests(jsonSchema);
      if (zodSchema === limits) offerLimits(jsonSchema);
      if (zodSchema === history) offerHistory(jsonSchema);
    },
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

/** A preprocessing step is not visible from outside: only the map would be, and not the text that stands for it. */
function offerCommand(service: JsonSchema): void {
  const description = service['description'];
  const map = without(service, ['description']);
  for (const key of Object.keys(map)) Reflect.deleteProperty(service, key);
  Object.assign(service, { description, anyOf: [{ type: 'string', minLength: 1 }, map] });
}

/** One request or a list; the transformation that reads them shows nothing of itself. */
function offerRequests(http: JsonSchema): void {
  const whole = z.toJSONSchema(requestSchema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  const request = without(whole, ['$schema']);
  const url = { type: 'string', minLength: 1 };
  Object.assign(http, {
    anyOf: [url, request, { type: 'array', minItems: 1, items: { anyOf: [url, request] } }],
  });
}

/** One map or a list. */
function offerLimits(schema: JsonSchema): void {
  const whole = z.toJSONSchema(limitSetSchema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  const map = without(whole, ['$schema']);
  Object.assign(schema, { anyOf: [map, { type: 'array', minItems: 1, items: map }] });
}

/** True, false, or a map. */
function offerHistory(schema: JsonSchema): void {
  const description = schema['description'];
  for (const key of Object.keys(schema)) Reflect.deleteProperty(schema, key);
  Object.assign(schema, { description, ...HISTORY_JSON_SCHEMA });
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
