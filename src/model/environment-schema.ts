import { z } from 'zod';

const machineLimit = z.object({
  machine: z.number().meta({ description: 'what the machine has' }),
  by: z.enum(['control group', 'CPU affinity']),
});

/** The machine, as files of results and of calibrations have it (`Environment` of model/record). */
export const environmentSchema = z.object({
  os: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: z.number().positive().meta({ description: 'that could be used; a quota can make it a fraction' }),
  memory: z.number().meta({ description: 'bytes that could be used' }),
  limits: z
    .object({ cores: machineLimit.optional(), memory: machineLimit.optional() })
    .optional()
    .meta({ description: 'where cores or memory are less than the machine has' }),
  node: z.string(),
  image: z.string().optional(),
});
