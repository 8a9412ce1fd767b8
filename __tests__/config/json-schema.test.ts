import { describe, expect, test } from '@jest/globals';
import { configJsonSchema, resultsJsonSchema } from '../../src/config/json-schema.js';
import { configSchema } from '../../src/config/schema.js';
import { CHECK_IDS } from '../../src/model/checks.js';
import { resultsSchema } from '../../src/model/results.js';

interface Schema {
  readonly $id?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly required?: string[];
  readonly additionalProperties?: Schema | false;
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
}

const SERVICE = ['run', 'ready', 'env', 'working-directory', 'stop', 'timeout', 'grace', 'watch'];

const schema = configJsonSchema() as Schema;
const scenarios = schema.properties?.['scenarios'];
const scenario = scenarios === undefined ? undefined : scenarios.additionalProperties;
const properties = scenario === undefined || scenario === false ? {} : (scenario.properties ?? {});

describe('the JSON Schema of the config says what the config schema says', () => {
  test('it has an id, and the same keys at every level, and no others', () => {
    expect(schema.$id).toBe('urn:flowgate:config:1');
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(configSchema.shape));
    expect(Object.keys(properties)).toEqual(Object.keys(configSchema.shape.scenarios.valueType.shape));
    expect(schema.additionalProperties).toBe(false);
    expect(scenario).toMatchObject({ additionalProperties: false });
    expect(Object.keys(properties['checks']?.properties ?? {})).toEqual([...CHECK_IDS]);
  });

  test('every key of a scenario is described', () => {
    for (const [key, { description }] of Object.entries(properties)) {
      expect([key, description]).toEqual([key, expect.stringMatching(/\w/)]);
    }
  });

  test('a scenario has exactly one of run, module, http, mix and import', () => {
    const kinds = ['run', 'module', 'http', 'mix', 'import'];
    expect(scenario).toMatchObject({ oneOf: kinds.map((kind) => ({ required: [kind] })) });
  });

  test('http is a URL, a request or a list', () => {
    const [url, request, list] = properties['http']?.anyOf ?? [];
    expect([url?.type, request?.type, list?.type]).toEqual(['string', 'object', 'array']);
    expect(Object.keys(request?.properties ?? {})).toEqual([
      'name',
      'method',
      'url',
      'headers',
      'body',
      'expect',
      'capture',
      'measure',
      'timeout',
      'pause',
    ]);
    expect(Object.keys(request?.properties?.['expect']?.properties ?? {})).toEqual([
      'status',
      'headers',
      'body',
      'json',
      'time',
    ]);
    expect(request?.required).toEqual(['url']);
  });

  test('a service is a command or a map', () => {
    const [command, map] = properties['service']?.anyOf ?? [];
    expect(command?.type).toBe('string');
    expect(Object.keys(map?.properties ?? {})).toEqual(SERVICE);
    expect(map?.required).toEqual(['run']);
    expect(properties['service']?.properties).toBeUndefined();
  });

  test('each of several services is a command or a map, and may be after others', () => {
    const each = properties['services']?.additionalProperties;
    const [command, map] = (each === undefined || each === false ? undefined : each.anyOf) ?? [];
    expect(command?.type).toBe('string');
    expect(Object.keys(map?.properties ?? {})).toEqual([...SERVICE, 'after']);
    expect(map?.properties?.['after']?.anyOf?.map(({ type }) => type)).toEqual(['string', 'array']);
  });

  test('times are text with a unit, counts are whole numbers, thresholds a text or a list', () => {
    expect(properties['timeout']).toMatchObject({ type: 'string' });
    expect('30').not.toMatch(new RegExp(properties['timeout']?.pattern ?? ''));
    expect(properties['flows']).toMatchObject({ type: 'integer', minimum: 1 });
    expect(properties['warmup']).toMatchObject({ type: 'integer', minimum: 0 });
    expect(properties['thresholds']?.anyOf?.map(({ type }) => type)).toEqual(['string', 'array']);
  });
});

test('the JSON Schema of the results has an id and the same keys', () => {
  const results = resultsJsonSchema() as Schema;
  expect(results.$id).toBe('urn:flowgate:results:1');
  expect(Object.keys(results.properties ?? {})).toEqual(Object.keys(resultsSchema.shape));
});
