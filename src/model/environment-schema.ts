import { z } from 'zod';

/** The machine, as files of results and of calibrations have it (`Environment` of model/record). */
export const environmentSchema = z.object({
  os: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memory: z.number(),
  node: z.string(),
  image: z.string().optional(),
});
