import type { GroupCounters, LimitPlan, LimitSet, LimitsInForce, LimitSubject } from '../../model/limits.js';
import type { Enclosure } from '../../system/ports.js';

/** Where a process belongs: the flows of one worker slot, or one service. */
export type LimitPlace =
  { readonly kind: 'flow'; readonly slot: number } | { readonly kind: 'service'; readonly name: string };

export interface LimitRequest {
  readonly limits: readonly LimitPlan[];
  /** Worker slots, numbered from 1; 0 if the flows have no processes of their own. */
  readonly slots: number;
  readonly services: readonly string[];
}

/** The limits of one scenario, from before its first process until after its last. */
export interface LimitSession {
  readonly inForce: LimitsInForce;
  /** Throws for a place that was not in the request. */
  enclosure(place: LimitPlace): Enclosure;
  /** Of flows and services together; undefined without a control group. */
  counters(): GroupCounters | undefined;
  /**
   * Kills what is still inside and removes everything that was made. Resolves to what could not be removed, in words
   * for the report; never rejects. To be called after an interrupt too; a second call finds nothing to do.
   */
  close(): Promise<readonly string[]>;
}

export interface ResourceLimits {
  /** Finds the best strategy that works on this machine. Never rejects for want of one: `inForce` says what is missing. */
  open(request: LimitRequest): Promise<LimitSession>;
}

/** One control group, by its path below the run's own; parents come before their children. */
export interface GroupPlan {
  readonly path: string;
  readonly limits: LimitSet;
  /** Processes are put into it; the others only hold groups. */
  readonly leaf: boolean;
}

const FLOWS = 'flows';

/** Path below the run's group of the one that a place's processes are put into. */
export function pathOf(place: LimitPlace): string {
  return place.kind === 'flow' ? `${FLOWS}/flow-${place.slot}` : `service-${place.name}`;
}

/** The group whose limit several places share; undefined for a service, which shares none. */
export function sharedPathOf(place: LimitPlace): string | undefined {
  return place.kind === 'flow' ? FLOWS : undefined;
}

/** Every place that the request knows. */
export function placesOf({ slots, services }: LimitRequest): readonly LimitPlace[] {
  return [
    ...Array.from({ length: slots }, (_, index): LimitPlace => ({ kind: 'flow', slot: index + 1 })),
    ...services.map((name): LimitPlace => ({ kind: 'service', name })),
  ];
}

/**
 * A group for each slot below one for all flows, and one for each service: all of them, limited or not, so that the
 * counters of the run's own group are those of everything that was started.
 */
export function groupsOf(request: LimitRequest): readonly GroupPlan[] {
  const { slots } = request;
  const flows = limitsOf(request.limits, 'flows');
  const flow = limitsOf(request.limits, 'flow');
  const service = limitsOf(request.limits, 'service');
  const shared = { path: FLOWS, limits: withLaunchers(flows, slots), leaf: false };
  const leaves = placesOf(request).map((place) => ({
    path: pathOf(place),
    limits: place.kind === 'flow' ? withLaunchers(below(flow, flows), 1) : service,
    leaf: true,
  }));
  return slots === 0 ? leaves : [shared, ...leaves];
}

/** What was asked for one subject; empty if nothing was. */
export function limitsOf(limits: readonly LimitPlan[], subject: LimitSubject): LimitSet {
  return limits.find((each) => each.of === subject) ?? {};
}

/** A launcher of ours waits in each slot's group: it is none of the flow's processes. */
function withLaunchers(limits: LimitSet, launchers: number): LimitSet {
  const { processes } = limits;
  return processes === undefined ? limits : { ...limits, processes: processes + launchers };
}

/** cgroup v1 refuses a quota of CPU above the parent's (EINVAL), which would be in force anyway. */
function below(own: LimitSet, parent: LimitSet): LimitSet {
  if (own.cpu === undefined || parent.cpu === undefined) return own;
  return { ...own, cpu: Math.min(own.cpu, parent.cpu) };
}

/** Exit status of a shell that could not enter its limits; 126 and 127 are the shell's own. */
export const NOT_ENTERED = 125;

/** For sh: safe whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Enters control groups: the kernel takes 0 for the pid of the writer, and echo is no process of its own. */
export function enterDirectly(files: readonly string[]): readonly string[] {
  return files.map((file) => `echo 0 >${quoted(file)}`);
}

/** The same where only root may write: sudo moves the shell, which waits for it, and does not read what is meant for the program. */
export function enterThroughSudo(files: readonly string[]): readonly string[] {
  return files.map((file) => `sudo -n sh -c 'echo "$1" >"$2"' sh $$ ${quoted(file)} </dev/null`);
}

/** The text that goes before everything else that a shell does; empty if there is nothing to do. */
export function preludeOf(commands: readonly string[]): string {
  if (commands.length === 0) return '';
  const failed = `echo 'flowgate: the resource limits could not be entered' >&2; exit ${NOT_ENTERED}`;
  return `{ ${commands.join(' && ')}; } || { ${failed}; }`;
}

/** A shell that enters and then becomes the program, under its own pid. */
export function wrapped(prelude: string, argv: readonly [string, ...string[]]): [string, ...string[]] {
  return prelude === '' ? [...argv] : ['/bin/sh', '-c', `${prelude}\nexec "$@"`, 'sh', ...argv];
}
