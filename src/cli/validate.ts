import { isAbsolute, join } from 'node:path';
import { UserError } from '../errors.js';
import { DEFAULT_CONFIGS, makePlan } from '../inputs/plan.js';
import type { Terminal } from './terminal.js';

/** `flowgate validate`: says everything that is wrong with a config, or that nothing is. */
export async function validate({ screen, ports, cwd }: Terminal, file: string | undefined): Promise<number> {
  const candidates = file === undefined ? DEFAULT_CONFIGS : [file];
  for (const candidate of candidates) {
    if (!(await ports.files.exists(isAbsolute(candidate) ? candidate : join(cwd, candidate)))) continue;
    // As a run does it, so that what a run would refuse is found here too: modules and folders that are missing.
    await makePlan({ config: candidate }, { files: ports.files, workspace: cwd, prepares: true });
    screen.write(`${candidate} is valid\n`);
    return 0;
  }
  throw new UserError({
    ...(file === undefined ? {} : { file }),
    message: `there is no ${candidates.join(' or ')}; flowgate init writes one`,
  });
}
