import type { Environment } from '../model/record.js';
import type { Results } from '../model/results.js';

const GIB = 2 ** 30;

/**
 * What decides how fast a machine is, as far as can be told: `4 × AMD EPYC 7763 64-Core Processor, 16 GiB, ubuntu24`.
 * Memory in whole GiB, as machines of one kind differ in what the kernel keeps of it; of the image its name alone: its
 * version changes weekly, and no machine would ever have twenty runs.
 */
export function fingerprintOf({
  cpu,
  cores,
  memory,
  image,
  os,
  arch,
}: Environment | Results['environment']): string {
  const system = image?.split(' ')[0] ?? `${os.split(' ')[0] ?? ''} ${arch}`;
  return `${cores} × ${cpu.replace(/\s+/g, ' ').trim()}, ${Math.round(memory / GIB)} GiB, ${system}`;
}
