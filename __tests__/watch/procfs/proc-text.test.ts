import { describe, expect, test } from '@jest/globals';
import {
  environmentValue,
  parseAuxiliaryVector,
  parseCommandLine,
  parseLastPid,
  parseProgram,
  parseSchedstat,
} from '../../../src/watch/procfs/parse.js';

describe('parseCommandLine', () => {
  test('arguments become one line', () => {
    expect(parseCommandLine(Buffer.from('node\0server.js\0--port\x003000\0'))).toBe(
      'node server.js --port 3000',
    );
  });

  test('an empty one is not known, a long one is cut', () => {
    expect(parseCommandLine(Buffer.alloc(0))).toBeUndefined();
    expect(parseCommandLine(Buffer.from('\0\0'))).toBeUndefined();
    expect(parseCommandLine(Buffer.from('x'.repeat(1000)))).toHaveLength(200);
  });
});

test.each([
  ['node\0server.js\0--password\0secret\0', 'node'],
  ['/usr/lib/postgresql/17/bin/postgres\0-D\0/data\0', 'postgres'],
  ['postgres: shop shop 127.0.0.1(41234) idle\0', 'postgres'],
  ['nginx: master process /usr/sbin/nginx -g daemon off;\0', 'nginx'],
  ['\0', undefined],
])('the program of %j is %s, without anything that it was told', (line, program) => {
  expect(parseProgram(Buffer.from(line))).toBe(program);
});

describe('environmentValue', () => {
  const environment = Buffer.from('NOT_A=1\0A=x=y\0EMPTY=\0A=second\0LAST=end');

  test.each([
    ['A', 'x=y'],
    ['NOT_A', '1'],
    ['EMPTY', ''],
    ['LAST', 'end'],
    ['B', undefined],
    ['AST', undefined],
  ])('%s is %j', (name, value) => {
    expect(environmentValue(environment, name)).toBe(value);
  });
});

test('the last pid stands at the end of loadavg', () => {
  expect(parseLastPid('0.74 0.21 0.09 1/90 18116\n')).toBe(18116);
  expect(parseLastPid('nothing')).toBeUndefined();
});

test('schedstat gives CPU time in ms', () => {
  expect(parseSchedstat('1234567890 555 12\n')).toBeCloseTo(1234.56789);
  expect(parseSchedstat('')).toBeUndefined();
});

describe('parseAuxiliaryVector', () => {
  const vector = (pairs: readonly [number, number][], little: boolean): Buffer => {
    const bytes = Buffer.alloc(pairs.length * 16);
    pairs.flat().forEach((word, index) => {
      if (little) bytes.writeBigUInt64LE(BigInt(word), index * 8);
      else bytes.writeBigUInt64BE(BigInt(word), index * 8);
    });
    return bytes;
  };

  test.each([true, false])('page size and ticks are found (little endian: %s)', (little) => {
    const bytes = vector(
      [
        [3, 77],
        [6, 65536],
        [17, 1024],
        [0, 0],
      ],
      little,
    );
    expect(parseAuxiliaryVector(bytes, little)).toEqual({ pageSize: 65536, ticksPerSecond: 1024 });
  });

  test('without it the usual values are taken', () => {
    expect(parseAuxiliaryVector(Buffer.alloc(0), true)).toEqual({ pageSize: 4096, ticksPerSecond: 100 });
  });
});
