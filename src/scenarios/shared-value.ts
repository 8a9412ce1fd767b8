import { Buffer } from 'node:buffer';
import { deserialize, serialize } from 'node:v8';
import { messageOf } from '../errors.js';

/** Characters of what could not be cloned: it may be the text of a whole function. */
const LONGEST = 100;

/**
 * What setup returned, as text that can be handed from host to host: the structured clone of HTML, so that dates, maps,
 * sets and buffers arrive as what they were. Throws if something in it is no data.
 */
export function packShared(shared: unknown): string {
  try {
    return serialize(shared).toString('base64');
  } catch (thrown) {
    const what = messageOf(thrown).replaceAll(/\s+/g, ' ').slice(0, LONGEST);
    throw new Error(
      'what setup returned can not be handed to the other threads or processes: return data (structured clone) and ' +
        `open connections in the module or in the flow, or write isolate: none (${what})`,
      { cause: thrown },
    );
  }
}

export function unpackShared(packed: string): unknown {
  return deserialize(Buffer.from(packed, 'base64'));
}
