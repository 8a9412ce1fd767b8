import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { limits } from '../../src/config/limit-fields.js';

const field = z.strictObject({ limits });

function messagesOf(value: unknown): readonly string[] {
  const { error } = field.safeParse({ limits: value }, { reportInput: true });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('faults.limits', () => {
  test('a map without `of` limits each flow and each service', () => {
    const resources = { memory: 256e6, cpu: 0.5, processes: 64, files: 256 };
    const parsed = field.parse({ limits: { memory: '256MB', cpu: 0.5, processes: 64, files: 256 } });
    expect(parsed.limits).toEqual([
      { of: 'flow', ...resources },
      { of: 'service', ...resources },
    ]);
  });

  test('a list has a map for each of them', () => {
    const list = [
      { of: 'flows', memory: '1GiB' },
      { of: 'flow', cpu: '50%' },
      { of: 'service', files: 1024 },
    ];
    expect(field.parse({ limits: list }).limits).toEqual([
      { of: 'flows', memory: 2 ** 30 },
      { of: 'flow', cpu: 0.5 },
      { of: 'service', files: 1024 },
    ]);
  });

  test.each([
    [0.5, 0.5],
    ['0.5', 0.5],
    [2, 2],
    ['150%', 1.5],
    ['7%', 0.07],
  ])('cpu: %p is %p cores', (written, cores) => {
    expect(field.parse({ limits: { of: 'flow', cpu: written } }).limits).toEqual([
      { of: 'flow', cpu: cores },
    ]);
  });

  test.each([
    [null, 'limits: must be a map such as {memory: 256MB, cpu: 0.5}, or a list of them, not nothing'],
    [[], 'limits: is empty; write a map such as {memory: 256MB, cpu: 0.5}'],
    [{}, 'limits: limits nothing; set memory, cpu, processes or files'],
    [{ of: 'flow' }, 'limits: limits nothing; set memory, cpu, processes or files'],
    [{ memory: 256 }, 'limits.memory: 256 needs a unit; write 256MB'],
    [{ memory: '256' }, 'limits.memory: memory is a size; 256 needs a unit: write 256MB or 256KB'],
    [{ memory: '5s' }, 'limits.memory: memory is a size; 5s is a time; write it as 500MB or 2GiB'],
    [{ memory: '1KB' }, 'limits.memory: 1KB is less than any program needs to start; write 1MB or more'],
    [{ cpu: '5MB' }, 'limits.cpu: is a number of cores; 5MB is none; write 0.5, or 50% of one core'],
    [{ cpu: 0 }, 'limits.cpu: 0 is less than the kernel can give; write 0.01 or more'],
    [{ cpu: -1 }, 'limits.cpu: -1 is negative; a limit is 0 or more'],
    [{ cpu: true }, 'limits.cpu: must be a number of cores such as 0.5, or 50% of one, not true'],
    [{ processes: 0 }, 'limits.processes: must be a whole number from 1 up, not 0'],
    [
      { files: '256' },
      'limits.files: must be a whole number from 16 up, not "256"; write it without quotation marks',
    ],
    [{ of: 'all', files: 64 }, 'limits.of: must be one of flow, flows, service, not "all"'],
    [
      [{ memory: '1GB' }, { of: 'service', memory: '2GB' }],
      'limits.1: limits each service, as entry 1 does; join the two',
    ],
  ])('%j is refused', (value, message) => {
    expect(messagesOf(value)).toEqual([message]);
  });

  test('everything that is wrong is said at once, with its place', () => {
    expect(messagesOf([{ memory: 'much', cpu: 'all' }, { flies: 3 }])).toEqual([
      'limits.0.memory: much is no number; write a number and a unit',
      'limits.0.cpu: all is no number; write a number and a unit',
      expect.stringMatching(/^limits\.1: .*flies/),
    ]);
  });
});
