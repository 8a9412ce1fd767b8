import { crc32, deflateRawSync } from 'node:zlib';

/** What an entry of a zip says; all but the name and the data is as an honest program writes it, if left out. */
export interface ZipEntry {
  readonly name: string;
  readonly data?: Buffer | string;
  readonly method?: 0 | 8 | 99;
  readonly flags?: number;
  /** Unix mode. */
  readonly mode?: number;
  /** Said in place of the true ones. */
  readonly size?: number;
  readonly crc?: number;
  readonly offset?: number;
  /** In the local header. */
  readonly localName?: string;
}

/** A zip, honest or forged. */
export function makeZip(
  entries: readonly ZipEntry[],
  said: { readonly count?: number; readonly gap?: Buffer } = {},
): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const { method = 8, flags = 0, mode = 0o100644 } = entry;
    const data = Buffer.from(entry.data ?? '');
    const packed = method === 8 ? deflateRawSync(data) : data;
    const { size = data.length, crc = crc32(data), offset = at } = entry;
    const sizes = [crc, packed.length, size];
    const local = header({ signature: 0x04034b50, size: 30 }, entry.localName ?? entry.name, [
      [4, 20],
      [6, flags],
      [8, method],
    ]);
    sizes.forEach((value, index) => local.writeUInt32LE(value, 14 + index * 4));
    const directory = header({ signature: 0x02014b50, size: 46 }, entry.name, [
      [4, 0x0314],
      [6, 20],
      [8, flags],
      [10, method],
    ]);
    sizes.forEach((value, index) => directory.writeUInt32LE(value, 16 + index * 4));
    directory.writeUInt32LE((mode << 16) >>> 0, 38);
    directory.writeUInt32LE(offset, 42);
    locals.push(local, packed);
    central.push(directory);
    at += local.length + packed.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const count = said.count ?? entries.length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, said.gap ?? Buffer.alloc(0), end]);
}

/** A header of that signature and size with the name behind it, and 16-bit numbers at their offsets. */
function header(
  { signature, size }: { readonly signature: number; readonly size: number },
  name: string,
  fields: readonly (readonly [number, number])[],
): Buffer {
  const bytes = Buffer.from(name);
  const buffer = Buffer.alloc(size + bytes.length);
  buffer.writeUInt32LE(signature, 0);
  for (const [offset, value] of fields) buffer.writeUInt16LE(value, offset);
  buffer.writeUInt16LE(bytes.length, size === 30 ? 26 : 28);
  bytes.copy(buffer, size);
  return buffer;
}
