import type { ListeningSocket } from '../ports/machine-state.js';

/** TCP_LISTEN of include/net/tcp_states.h. */
const LISTEN = '0A';
/** Columns of /proc/net/tcp and tcp6 (Documentation/networking/proc_net_tcp.rst). */
const LOCAL = 1;
const STATE = 3;
const INODE = 9;

/** The sockets of /proc/net/tcp or tcp6 that are listened on; lines that are not as expected are passed over. */
export function parseListeners(table: string, littleEndian: boolean): readonly ListeningSocket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const inode = Number(columns[INODE]);
      if (columns[STATE] !== LISTEN || !Number.isInteger(inode) || inode === 0) return [];
      const address = addressOf(columns[LOCAL] ?? '', littleEndian);
      return address === undefined ? [] : [{ address, inode }];
    });
}

/** The address is in words of 32 bits, each in the machine's byte order; the port is in the usual one. */
function addressOf(local: string, littleEndian: boolean): string | undefined {
  const [, hex, port] = /^((?:[0-9A-F]{8})+):([0-9A-F]{4})$/i.exec(local) ?? [];
  if (hex === undefined || port === undefined) return undefined;
  const words = Buffer.from(hex, 'hex');
  if (littleEndian) words.swap32();
  if (words.length === 4) return `${[...words].join('.')}:${parseInt(port, 16)}`;
  if (words.length === 16) return `[${ipv6(words)}]:${parseInt(port, 16)}`;
  return undefined;
}

const V4_MAPPED = '00000000000000000000ffff';

/** As RFC 5952 has it: the first of the longest runs of zeros is left out. */
function ipv6(bytes: Buffer): string {
  if (bytes.toString('hex').startsWith(V4_MAPPED)) return `::ffff:${[...bytes.subarray(12)].join('.')}`;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (zeros(run) > zeros(best) ? run : best), '');
  if (longest === '') return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

function zeros(run: string): number {
  return run.split('0').length - 1;
}
