import { crc32, inflateRawSync } from 'node:zlib';

/*
 * One file out of a zip that may be made to harm: in memory, by the central directory alone, and with everything
 * refused that the artifact service's own client does not write. Offsets are those of PKWARE's APPNOTE.TXT 6.3.10, §4.3.
 */

/** What was uploaded is not taken; the message says why, and is a sentence without its end. */
export class Refused extends Error {}

/** A run uploads a handful of files. */
const MOST_ENTRIES = 100;
const LONGEST_NAME = 1000;

const END = { signature: 0x06054b50, size: 22 };
const CENTRAL = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
/** A comment after the end has two bytes for its length. */
const LONGEST_COMMENT = 0xffff;
/** In place of a size or an offset: it is in a zip64 record. */
const ELSEWHERE = 0xffffffff;
/** Encrypted, strongly encrypted, its central directory encrypted (§4.4.4, bits 0, 6 and 13). */
const ENCRYPTED = 0x2041;
const STORED = 0;
const DEFLATED = 8;
/** Of a Unix mode, in the upper half of the external attributes. */
const TYPE = 0o170000;
/** None is said, a regular file, a folder. */
const PLAIN_TYPES = [0, 0o100000, 0o040000];

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

/**
 * The bytes of the entry of that name; undefined if there is none. No path is ever made of a name. Throws
 * {@link Refused}.
 * @param largest bytes that it may have
 */
export function readEntry(zip: Buffer, name: string, largest: number): Buffer | undefined {
  const directory = findDirectory(zip);
  const entry = entriesOf(zip, directory).find((candidate) => candidate.name === name);
  if (entry === undefined) return undefined;
  if (entry.size > largest) throw new Refused(`${name} has ${entry.size} bytes, and may have ${largest}`);
  return inflated(dataOf(zip, entry, directory.from), entry);
}

interface Directory {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function findDirectory(zip: Buffer): Directory {
  const first = Math.max(0, zip.length - END.size - LONGEST_COMMENT);
  for (let at = zip.length - END.size; at >= first; at -= 1) {
    if (zip.readUInt32LE(at) !== END.signature || at + END.size + zip.readUInt16LE(at + 20) !== zip.length)
      continue;
    const [count, size, from] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 12),
      zip.readUInt32LE(at + 16),
    ];
    // One disk, and nothing between the directory and its end: no zip64 records, no second directory.
    const isWhole =
      zip.readUInt32LE(at + 4) === 0 && zip.readUInt16LE(at + 8) === count && from + size === at;
    if (!isWhole) throw new Refused('its directory is not as flowgate writes one');
    if (count > MOST_ENTRIES) throw new Refused(`it has ${count} files, and may have ${MOST_ENTRIES}`);
    return { from, to: at, count };
  }
  throw new Refused('it is not a zip file');
}

/** All of them, each checked, whether it is read or not. */
function entriesOf(zip: Buffer, { from, to, count }: Directory): readonly Entry[] {
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const length = lengthOf(zip, at, CENTRAL);
    if (at + length > to) throw new Refused('its directory is cut');
    const entry = entryAt(zip, at);
    // As file systems do that tell no case apart.
    const folded = entry.name.normalize('NFC').toLowerCase();
    if (names.has(folded)) throw new Refused(`${JSON.stringify(entry.name)} is in it twice`);
    names.add(folded);
    entries.push(entry);
    at += length;
  }
  if (at !== to) throw new Refused('its directory has more entries than it says');
  return entries;
}

/** Of a header with what follows it: name, extra field and, in the directory, a comment. */
function lengthOf(zip: Buffer, at: number, { signature, size }: { signature: number; size: number }): number {
  if (at + size > zip.length || zip.readUInt32LE(at) !== signature)
    throw new Refused('a header is missing in it');
  const isCentral = signature === CENTRAL.signature;
  const lengths = isCentral ? [28, 30, 32] : [26, 28];
  return lengths.reduce((sum, offset) => sum + zip.readUInt16LE(at + offset), size);
}

function entryAt(zip: Buffer, at: number): Entry {
  const name = nameAt(zip, at + CENTRAL.size, zip.readUInt16LE(at + 28));
  const shown = JSON.stringify(name);
  if ((zip.readUInt16LE(at + 8) & ENCRYPTED) !== 0) throw new Refused(`${shown} is encrypted`);
  const method = zip.readUInt16LE(at + 10);
  if (method !== STORED && method !== DEFLATED)
    throw new Refused(`${shown} is packed by a method that is not deflate`);
  if (!PLAIN_TYPES.includes((zip.readUInt32LE(at + 38) >>> 16) & TYPE))
    throw new Refused(`${shown} is a link or a special file`);
  const [crc, compressed, size] = [16, 20, 24].map((offset) => zip.readUInt32LE(at + offset)) as [
    number,
    number,
    number,
  ];
  const offset = zip.readUInt32LE(at + 42);
  if ([compressed, size, offset].includes(ELSEWHERE)) throw new Refused(`${shown} has 4 GiB or more`);
  return { name, method, crc, compressed, size, offset };
}

function nameAt(zip: Buffer, at: number, length: number): string {
  const name = zip.toString('utf8', at, at + Math.min(length, LONGEST_NAME));
  const shown = JSON.stringify(name.slice(0, 100));
  if (length > LONGEST_NAME) throw new Refused(`the name ${shown}… has ${length} bytes`);
  const parts = name.replace(/\/$/, '').split('/');
  const isPlain =
    !/[\\:\0]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPlain) throw new Refused(`the name ${shown} leads out of the folder`);
  return name;
}

/** What the entry's local header says has to be what the directory says. */
function dataOf(zip: Buffer, { name, offset, compressed }: Entry, directory: number): Buffer {
  const from = offset + lengthOf(zip, offset, LOCAL);
  if (from + compressed > directory) throw new Refused(`${name} is cut`);
  const local = zip.toString(
    'utf8',
    offset + LOCAL.size,
    offset + LOCAL.size + zip.readUInt16LE(offset + 26),
  );
  if (local !== name || (zip.readUInt16LE(offset + 6) & ENCRYPTED) !== 0)
    throw new Refused(`${name} has two headers that contradict each other`);
  return zip.subarray(from, from + compressed);
}

function inflated(data: Buffer, { name, method, size, crc }: Entry): Buffer {
  const content = method === STORED ? data : inflate(data, name, size);
  if (content.length !== size) throw new Refused(`${name} has ${content.length} bytes, and says ${size}`);
  if (crc32(content) !== crc) throw new Refused(`${name} is damaged: its checksum is wrong`);
  return content;
}

/** No more memory than the entry has said to take. */
function inflate(data: Buffer, name: string, size: number): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
  } catch (thrown) {
    const isLarger = (thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Refused(
      isLarger ? `${name} unpacks to more than the ${size} bytes that it says` : `${name} is damaged`,
    );
  }
}
