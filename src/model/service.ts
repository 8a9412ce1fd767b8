/** When a service counts as ready. */
export type Readiness =
  | { readonly kind: 'http'; readonly url: string }
  /** Until the ports are chosen the port may be a placeholder, `{{port}}`. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number | string }
  /** A regular expression that one line of its output matches, without escape sequences. */
  | { readonly kind: 'output'; readonly pattern: string; readonly flags?: string }
  /** Ready as soon as it runs. */
  | { readonly kind: 'none' };

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'SIGKILL';

export interface ServicePlan {
  /** Undefined for the only one, `service:`. */
  readonly name?: string;
  readonly run: string;
  readonly ready: Readiness;
  /** Names of the services that must be ready before it is started. */
  readonly after: readonly string[];
  /** Added to the environment of the scenario, for this service only. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Absolute path of a PEM file: certificates that its readiness trusts besides the usual ones. */
  readonly ca?: string;
  /** Signal sent first, to the whole process group; SIGKILL follows after `grace`. */
  readonly stop: StopSignal;
  /** ms to become ready. */
  readonly readyTimeout: number;
  /** ms between the stop signal and SIGKILL. */
  readonly grace: number;
}

/** "the service", or "the service db" if it has a name: how messages call it. */
export function serviceTitle({ name }: Pick<ServicePlan, 'name'>): string {
  return name === undefined ? 'the service' : `the service ${name}`;
}

/** `FLOWGATE_PORT_USER_DB` for user-db: where everything of the scenario finds the service's port. */
export function portVariable(name: string): string {
  return `FLOWGATE_PORT_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}
