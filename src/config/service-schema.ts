import { z } from 'zod';
import { commandText, duration, oneOf, readiness, show, text, textMap } from './fields.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGKILL'] as const;

/** It becomes part of a variable's name and of a placeholder. */
const SERVICE_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

const about = (description: string) => ({ description });

const shape = {
  run: commandText('npm start').meta(
    about('the command that starts it; it is ended with everything that it started'),
  ),
  ready: readiness
    .optional()
    .meta(about('http://…, https://…, tcp://HOST:PORT, or a /pattern/ that one line of its output matches')),
  env: textMap('variables and their values')
    .optional()
    .meta(about('added to the environment of this service only')),
  'working-directory': text('packages/shop')
    .optional()
    .meta(about('where it runs, from the workspace; where the scenario runs if left out')),
  stop: oneOf(STOP_SIGNALS).optional().meta(about('the signal that ends it; SIGTERM if left out')),
  timeout: duration.optional().meta(about('how long it may take to become ready; 60s if left out')),
  grace: duration.optional().meta(about('how long it may take to end before SIGKILL; 5s if left out')),
};

const serviceSchema = z.strictObject(shape, { error: serviceShape });

const after = z
  .preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(text('db'), {
      error: ({ input }) => `must be names of services such as [db], not ${show(input)}`,
    }),
  )
  .meta({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] });

const namedSchema = z.strictObject(
  { ...shape, after: after.optional().meta(about('the services that must be ready before it is started')) },
  { error: serviceShape },
);

function serviceShape({ code, input }: { code?: string | undefined; input?: unknown }): string | undefined {
  if (code !== 'invalid_type') return undefined;
  if (Array.isArray(input)) return 'is a list; write more than one as services: {NAME: {run: …}, …}';
  return `must be a command, or a map with run, ready, env, working-directory, stop, timeout and grace, not ${show(input)}`;
}

const orCommand = (value: unknown): unknown => (typeof value === 'string' ? { run: value } : value);

/** A command alone is a service that counts as ready as soon as it runs. */
export const serviceOrCommand = z
  .preprocess(orCommand, serviceSchema)
  .meta(about('a long-running process that the flows talk to'));

export const namedService = z
  .preprocess(orCommand, namedSchema)
  .meta(about('a long-running process that the flows or other services talk to'));

export const services = z
  .record(z.string().regex(SERVICE_NAME), namedService, {
    error: ({ code, input }) =>
      code === 'invalid_type' ? `must be a map of names and services, not ${show(input)}` : undefined,
  })
  .meta(about('several services by name; each is started when those that it is after are ready'));

export type ServiceConfig = z.output<typeof serviceSchema>;
export type NamedServiceConfig = z.output<typeof namedSchema>;

/** The keys that exist. */
export const SERVICE_KEYS = {
  service: Object.keys(shape),
  services: Object.keys(namedSchema.shape),
} as const;
