/** A map of the config as the YAML has it: nothing is known of its values. */
export type Raw = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
