import { resolve } from 'node:path';
import { z } from 'zod';
import { map, mustBe, refuse, text } from '../lib/fields.js';
import { fillAll } from '../lib/placeholders.js';
import type { WatchPlan } from '../model/plan.js';

/* `watch`: what runs already, and is measured with what flowgate starts. */

const KINDS = ['container', 'port', 'pid-file'] as const;
const FORM = 'a map such as {container: db}, {port: 5432} or {pid-file: app.pid}';

/** As Docker and Podman name containers; an id is such a name too. */
const CONTAINER = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const container = text('db').refine((name) => name.trim() === '' || CONTAINER.test(fillAll(name, '1')), {
  error: ({ input }) =>
    `${String(input)} is no name of a container; write a name or an id as "docker ps" shows them`,
});

/** A number, or a placeholder for one. */
const port = z
  .union([z.number(), z.string()], { error: mustBe('a port such as 5432') })
  .transform((given, context): number | string => {
    const number = Number(fillAll(String(given), '1'));
    if (!Number.isInteger(number) || number < 1 || number > 65_535) {
      return refuse(context, `a port is 1 to 65535, not ${given}`);
    }
    return typeof given === 'number' || /^\s*\d+\s*$/.test(given) ? number : given;
  });

/** Paths are as they were written. */
const entry = map(
  {
    container: container
      .optional()
      .describe('the name or id of a container of Docker or Podman, measured by its control group'),
    port: port
      .optional()
      .describe('the process that listens on this TCP port, with everything below it; {{port}} is filled in'),
    'pid-file': text('app.pid')
      .optional()
      .describe(
        'a file with a process id: that process, with everything below it; from the working directory',
      ),
  },
  FORM,
)
  .meta({ minProperties: 1, maxProperties: 1 })
  .transform((given, context): WatchPlan => {
    const [kind, second] = KINDS.filter((key) => given[key] !== undefined);
    if (kind !== undefined && second !== undefined) {
      return refuse(context, `${kind} and ${second} are given; write an entry for each`);
    }
    if (given.container !== undefined) return { kind: 'container', container: given.container };
    if (given.port !== undefined) return { kind: 'port', port: given.port };
    if (given['pid-file'] !== undefined) return { kind: 'pid-file', file: given['pid-file'] };
    // A key that there is not is what is wrong, where there is one.
    return context.issues.length > 0 ? z.NEVER : refuse(context, `is empty; write ${FORM}`);
  });

export const watch = z
  .array(entry, { error: mustBe('a list such as [{container: db}, {port: 5432}]') })
  .min(1, { error: 'is empty; write [{port: 5432}], or leave it out' })
  .optional()
  .describe('what runs already and belongs to the system: it is measured with the rest, and never ended');

/** With the paths absolute; nothing where nothing is watched. */
export function planWatch(
  entries: readonly WatchPlan[] | undefined,
  folder: string,
): { readonly watch?: readonly WatchPlan[] } {
  if (entries === undefined) return {};
  return {
    watch: entries.map((each) =>
      each.kind === 'pid-file' ? { ...each, file: resolve(folder, each.file) } : each,
    ),
  };
}
