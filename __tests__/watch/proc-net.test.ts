import { expect, test } from '@jest/globals';
import { parseListeners } from '../../src/watch/machine-state.js';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const line = (local: string, state: string, inode: number): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0 0 10 0`;
const table = (...lines: string[]): string => [HEADER, ...lines, ''].join('\n');

test('only sockets that are listened on, with their address, user and inode', () => {
  const text = table(line('0100007F:2328', '0A', 624), line('0100007F:2328', '01', 625));
  expect(parseListeners(text, true)).toEqual([{ address: '127.0.0.1:9000', user: 1000, inode: 624 }]);
});

test.each([
  ['00000000:0050', '0.0.0.0:80'],
  ['00000000000000000000000001000000:2328', '[::1]:9000'],
  ['00000000000000000000000000000000:2328', '[::]:9000'],
  ['0000000000000000FFFF00000100007F:2328', '[::ffff:127.0.0.1]:9000'],
  ['B80D0120000000000000000001000000:01BB', '[2001:db8::1]:443'],
  ['B80D0120010002000300040005000600:01BB', '[2001:db8:2:1:4:3:6:5]:443'],
  // The longer of two runs of zeros; a single one is written out (RFC 5952 §4.2).
  ['00000120010000000000000001000000:01BB', '[2001:0:0:1::1]:443'],
  ['B80D0120010000000300020005000400:01BB', '[2001:db8:0:1:2:3:4:5]:443'],
])('%s is %s', (local, address) => {
  expect(parseListeners(table(line(local, '0A', 7)), true)).toEqual([{ address, user: 1000, inode: 7 }]);
});

test('words are in the order of the machine', () => {
  expect(parseListeners(table(line('7F000001:2328', '0A', 7)), false)).toEqual([
    { address: '127.0.0.1:9000', user: 1000, inode: 7 },
  ]);
});

test.each([
  ['', 'nonsense', table('a b c'), table(line('xyz', '0A', 7)), table(line('0100007F:2328', '0A', 0))],
])('what is not as expected is passed over', (...texts) => {
  for (const text of texts) expect(parseListeners(text, true)).toEqual([]);
});
