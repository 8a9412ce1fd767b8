import { z } from 'zod';
import { messageOf, UserError } from './lib/errors.js';
import type { Files } from './system/ports.js';

/* Files that flowgate has written, read again: data from outside, of which nothing is used that no schema has let through. */

/** Bytes. A run of a million flows keeps some 20,000 of them, about 20 MB; the columns of a shard's are another 100 MB. */
const LARGEST = 256e6;

/** @throws UserError if it cannot be read or is not JSON */
export async function readJson(path: string, files: Files, named = path): Promise<unknown> {
  const file = named;
  let text: string | undefined;
  try {
    text = await files.read(path, LARGEST);
  } catch (thrown) {
    if (thrown instanceof UserError)
      throw new UserError({ file, message: thrown.problems[0]?.message ?? '' });
    throw new UserError({ file, message: `can not be read: ${messageOf(thrown)}` });
  }
  if (text === undefined)
    throw new UserError({ file, message: 'there is no such file; flowgate run writes it' });
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new UserError({ file, message: `is not JSON: ${messageOf(thrown)}` });
  }
}

interface Expected {
  readonly file: string;
  /** Follows `is not a`. */
  readonly what: string;
  /** Its name and version. */
  readonly schema: string;
}

/** @throws UserError if it is not what the schema says */
export function parsedAs<S extends z.ZodType>(schema: S, json: unknown, expected: Expected): z.infer<S> {
  const { data, error } = schema.safeParse(json);
  if (error === undefined) return data;
  const message = `is not a ${expected.what} of this version (${expected.schema}):\n${firstOf(error)}`;
  throw new UserError({ file: expected.file, message });
}

/** Nobody reads more. */
const MOST_ISSUES = 20;

function firstOf({ issues }: z.ZodError): string {
  const rest = issues.length > MOST_ISSUES ? [`and ${issues.length - MOST_ISSUES} more`] : [];
  return [z.prettifyError({ issues: issues.slice(0, MOST_ISSUES) }), ...rest].join('\n');
}
