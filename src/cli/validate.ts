import { resolve } from 'node:path';
import { UserError } from '../errors.js';
import { defaultConfig, missingConfig, noConfig } from '../inputs/find-config.js';
import { makePlan } from '../inputs/plan.js';
import type { Terminal } from './terminal.js';

/** `flowgate validate`: says everything that is wrong with a config, or that nothing is. */
export async function validate({ screen, ports, cwd }: Terminal, file: string | undefined): Promise<number> {
  const places = { files: ports.files, workspace: cwd };
  const config = file ?? (await defaultConfig(places));
  if (config === undefined) throw new UserError(await noConfig(places));
  if (!(await ports.files.exists(resolve(cwd, config)))) {
    throw new UserError({ message: (await missingConfig(config, places)).message });
  }
  // As a run does it, so that what a run would refuse is found here too: modules and folders that are missing.
  await makePlan({ config }, { ...places, prepares: true });
  screen.write(`${config} is valid\n`);
  return 0;
}
