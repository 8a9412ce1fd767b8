import { isAbsolute, join } from 'node:path';
import { UserError } from '../errors.js';
import { DEFAULT_CONFIGS, validateConfig } from '../inputs/plan.js';
import type { Terminal } from './terminal.js';

/** `flowgate validate`: says everything that is wrong with a config, or that nothing is. */
export async function validate({ screen, ports, cwd }: Terminal, file: string | undefined): Promise<number> {
  const candidates = file === undefined ? DEFAULT_CONFIGS : [file];
  for (const candidate of candidates) {
    const text = await ports.files.read(isAbsolute(candidate) ? candidate : join(cwd, candidate));
    if (text === undefined) continue;
    const problems = validateConfig(text, candidate);
    if (problems.length > 0) throw new UserError(problems);
    screen.write(`${candidate} is valid\n`);
    return 0;
  }
  throw new UserError({
    ...(file === undefined ? {} : { file }),
    message: `there is no ${candidates.join(' or ')}; flowgate init writes one`,
  });
}
