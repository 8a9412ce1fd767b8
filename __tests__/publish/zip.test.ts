import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readEntry } from '../../src/publish/zip.js';
import { emptyFolder } from '../e2e/run-cli.js';
import { makeZip, type ZipEntry } from './zip-file.js';

const FILE = 'results.json';
const DATA = '{"schema": "flowgate.results/1"}';
const HONEST: ZipEntry = { name: FILE, data: DATA };

const read = (zip: Buffer, largest = 1000): string | undefined => readEntry(zip, FILE, largest)?.toString();

test.each([0, 8] as const)('the one file is read, whatever else there is (method %d)', (method) => {
  const others: ZipEntry[] = [
    { name: 'report.html', data: '<p>' },
    { name: 'shop/' },
    { name: 'shop/results.json' },
  ];
  expect(read(makeZip([...others, { ...HONEST, method }]))).toBe(DATA);
});

test('a zip of another program is read, with a comment and data descriptors too', () => {
  const file = join(emptyFolder(), 'other.zip');
  const code = `
import sys, zipfile, io
class Stream(io.RawIOBase):
    def __init__(self, file): self.file = file
    def writable(self): return True
    def write(self, data): return self.file.write(data)
with open(sys.argv[1], "wb") as file, zipfile.ZipFile(Stream(file), "w", zipfile.ZIP_DEFLATED) as z:
    z.comment = b"PK\\x05\\x06 and more"
    z.writestr("report.html", "<p>" * 1000)
    z.writestr("results.json", sys.argv[2])
`;
  execFileSync('python3', ['-c', code, file, DATA]);
  expect(read(readFileSync(file))).toBe(DATA);
});

test('a zip without the file is not refused', () => {
  expect(read(makeZip([{ name: 'shard.json', data: '{}' }]))).toBeUndefined();
  expect(read(makeZip([]))).toBeUndefined();
});

describe('what is made to harm is refused', () => {
  const symlink = 0o120777;
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['500 MB', makeZip([{ ...HONEST, size: 500e6 }]), /results\.json has 500000000 bytes, and may have 1000/],
    [
      'a zip bomb',
      makeZip([{ name: FILE, data: Buffer.alloc(10e6), size: 900 }]),
      /unpacks to more than the 900 bytes/,
    ],
    ['fewer bytes than it says', makeZip([{ ...HONEST, size: 900 }]), /has 32 bytes, and says 900/],
    [
      'a path that leads out',
      makeZip([HONEST, { name: '../../etc/passwd' }]),
      /"..\/..\/etc\/passwd" leads out/,
    ],
    ['an absolute path', makeZip([HONEST, { name: '/etc/passwd' }]), /leads out/],
    ['a path of Windows', makeZip([HONEST, { name: 'C:\\x' }]), /leads out/],
    ['a path with a NUL', makeZip([HONEST, { name: 'results.json\0.png' }]), /leads out/],
    ['a link', makeZip([{ ...HONEST, data: '/etc/passwd', mode: symlink }]), /"results\.json" is a link/],
    ['a link beside it', makeZip([HONEST, { name: 'x', data: '/', mode: symlink }]), /"x" is a link/],
    ['a device', makeZip([HONEST, { name: 'x', mode: 0o020666 }]), /special file/],
    ['an entry twice', makeZip([HONEST, HONEST]), /"results\.json" is in it twice/],
    ['an entry twice, by case', makeZip([HONEST, { name: 'RESULTS.JSON' }]), /is in it twice/],
    ['an encrypted entry', makeZip([{ ...HONEST, flags: 1 }]), /"results\.json" is encrypted/],
    ['another packing', makeZip([{ ...HONEST, method: 99 }]), /not deflate/],
    ['a wrong checksum', makeZip([{ ...HONEST, crc: 7 }]), /checksum is wrong/],
    [
      'two headers that contradict',
      makeZip([{ ...HONEST, localName: 'results.jsonx' }]),
      /contradict each other/,
    ],
    ['an offset beyond the end', makeZip([{ ...HONEST, offset: 1e6 }]), /header is missing/],
    ['4 GiB', makeZip([{ ...HONEST, size: 0xffffffff }]), /4 GiB/],
    ['a long name', makeZip([HONEST, { name: 'x'.repeat(1001) }]), /has 1001 bytes/],
    [
      'more entries than it says',
      makeZip([HONEST, { name: 'x' }], { count: 1 }),
      /more entries than it says/,
    ],
    ['fewer entries than it says', makeZip([HONEST], { count: 2 }), /header is missing|is cut/],
    ['a second directory', makeZip([HONEST], { gap: Buffer.alloc(20) }), /not as flowgate writes one/],
    [
      'thousands of files',
      makeZip(Array.from({ length: 101 }, (_, index) => ({ name: `f${index}` }))),
      /has 101 files/,
    ],
    ['no zip', Buffer.from('{"schema": "flowgate.results/1"}'), /not a zip file/],
    ['nothing', Buffer.alloc(0), /not a zip file/],
    ['a cut zip', makeZip([HONEST]).subarray(0, 60), /not a zip file/],
  ];

  test.each(cases)('%s', (_, zip, message) => {
    expect(() => read(zip)).toThrow(message);
  });

  test('damaged data, wherever the damage is: it is refused or read as it was, and nothing else is thrown', () => {
    const zip = makeZip([HONEST, { name: 'report.html', data: '<p>' }]);
    const wrong: string[] = [];
    for (let at = 0; at < zip.length; at += 1) {
      for (const bit of [1, 0x80]) {
        const damaged = Buffer.from(zip);
        damaged[at] = (damaged[at] ?? 0) ^ bit;
        try {
          const text = read(damaged);
          if (text !== DATA && text !== undefined) wrong.push(`${at}: ${text}`);
        } catch (thrown) {
          if ((thrown as Error).constructor.name !== 'Refused') wrong.push(`${at}: ${String(thrown)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
