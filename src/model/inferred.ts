import type { z } from 'zod';

/** What a schema lets through, read-only all through: how each type of the model that has a schema is made. */
export type Inferred<S extends z.ZodType> = ReadOnly<z.infer<S>>;

type ReadOnly<T> = T extends readonly (infer Item)[]
  ? readonly ReadOnly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
    : T;
