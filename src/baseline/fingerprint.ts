import type { Environment } from '../model/record.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/**
 * What decides how fast a machine is, as far as can be told: `4 × AMD EPYC 7763 64-Core Processor, 16 GiB, ubuntu24`.
 * Where a limit leaves less of the machine, that is counted: `0.5 × …, 512 MiB`. Memory in whole GiB, as machines of one
 * kind differ in what the kernel keeps of it; of the image its name alone: its version changes weekly, and no machine
 * would ever have twenty runs.
 */
export function fingerprintOf({ cpu, cores, memory, image, os, arch }: Environment): string {
  const system = image?.split(' ')[0] ?? `${os.split(' ')[0] ?? ''} ${arch}`;
  return `${Number(cores.toPrecision(3))} × ${cpu.replace(/\s+/g, ' ').trim()}, ${rounded(memory)}, ${system}`;
}

function rounded(memory: number): string {
  return memory < GIB ? `${Math.round(memory / MIB)} MiB` : `${Math.round(memory / GIB)} GiB`;
}
