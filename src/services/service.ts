import { type Confinement, failedBy, type LimitVerdict, UNLIMITED } from '../flows/confinement.js';
import { assertNever } from '../lib/errors.js';
import { lastPrinted, withoutEscapes } from '../lib/message.js';
import { SlowPattern, TextPattern } from '../lib/text-pattern.js';
import { type Readiness, type ServicePlan, serviceTitle } from '../model/plan.js';
import { inTime, openDeadline } from '../system/deadline.js';
import { exitError } from '../system/hook.js';
import type { Clock, CommandSpec, Exit, RunningProcess, Spawner, Timer } from '../system/ports.js';

/** ms between two probes, and how long one may take. */
const PROBE_EVERY = 50;
const PROBE_TIMEOUT = 2000;

/** ms without more of a line that has not ended: then it is taken for whole, as a prompt is. */
const PROMPT = 100;

/** After an interrupt a service has this long to stop, whatever its grace: the runner kills everything soon. ms. */
const HURRIED_GRACE = 2000;

export interface ServicePorts {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly http: Http;
  readonly interrupt: AbortSignal;
  /** Aborted when another service of the scenario has failed: this one need not become ready any more. */
  readonly giveUp?: AbortSignal;
  /** Certificates in PEM that readiness over https trusts besides the usual ones. */
  readonly ca?: string;
  /** The limits that it runs in. */
  readonly confinement?: Confinement;
}

export interface Service {
  readonly pid: number;
  /** Resolves, if the service ends before it is stopped, to what to tell the user. */
  readonly died: Promise<string>;
  /** Its stop signal to the whole group, SIGKILL after the grace time; resolves when it is gone. */
  stop(): Promise<void>;
}

/** A service that never became ready, or died before; the message holds its last output. */
export class ServiceError extends Error {}

/**
 * Starts a service and resolves when it is ready. `onStart` is told its pid at once, so that it is watched from the
 * beginning. Throws ServiceError after having ended it, when it is not ready in time, dies, or the run is interrupted.
 */
export async function startService(
  plan: ServicePlan,
  spec: CommandSpec,
  { onStart, ...ports }: ServicePorts & { onStart: (pid: number) => void },
): Promise<Service> {
  await refuseStranger(plan, ports);
  const enclosure = ports.confinement?.enclosure;
  const running = ports.spawner.spawn(enclosure === undefined ? spec : { ...spec, enclosure });
  const service = serviceOf(running, plan, ports);
  onStart(running.pid);
  const over = new AbortController();
  const attempt: Attempt = { last: undefined };
  const waiting = waitUntilReady(plan, { running, ...ports, giveUp: over.signal, attempt });
  const { interrupt, giveUp = NEVER } = ports;
  const reason = await Promise.race([
    waiting,
    service.died,
    ports.clock
      .sleep(plan.readyTimeout, AbortSignal.any([interrupt, giveUp, over.signal]))
      .then(() => notReady(plan, running, { interrupt, giveUp, attempt })),
  ]);
  over.abort();
  if (reason === undefined) return service;
  await service.stop();
  throw new ServiceError(reason);
}

/** "was killed: out of memory, the limit is 256 MB", "ended by itself (exit status 1; …)". */
function endOf(exit: Exit, limits: LimitVerdict): string {
  if (limits.killed !== undefined) return `was ${limits.killed}`;
  return `ended by itself (${failedBy(exitError(exit), limits).error.message})`;
}

const NEVER = new AbortController().signal;

function serviceOf(
  running: RunningProcess,
  plan: ServicePlan,
  { clock, interrupt, confinement }: Pick<ServicePorts, 'clock' | 'interrupt' | 'confinement'>,
): Service {
  const limits = confinement?.watch() ?? UNLIMITED;
  let stopping = false;
  const died = new Promise<string>((resolve) => {
    void running.exited.then((exit) => {
      if (!stopping) {
        resolve(`${serviceTitle(plan)} ${endOf(exit, limits(exit))}${lastWords(running)}`);
      }
    });
  });
  return {
    pid: running.pid,
    died,
    stop: async () => {
      stopping = true;
      running.kill(plan.stop);
      const afterInterrupt = Math.min(plan.grace, HURRIED_GRACE);
      await inTime(running.exited, openDeadline({ clock, interrupt, limit: plan.grace, afterInterrupt }));
      // Also when the leader is gone: others of its group may have outlived it.
      running.kill('SIGKILL');
      await running.exited;
    },
  };
}

/** Why the last probe failed. */
interface Attempt {
  last: string | undefined;
}

interface Waiting extends Pick<ServicePorts, 'clock' | 'http' | 'ca'> {
  readonly running: RunningProcess;
  readonly giveUp: AbortSignal;
  readonly attempt: Attempt;
}

/** Resolves to undefined when ready, or to why it cannot be known; keeps trying until it is given up. */
async function waitUntilReady(plan: ServicePlan, waiting: Waiting): Promise<string | undefined> {
  const { ready } = plan;
  if (ready.kind === 'none') return undefined;
  if (ready.kind === 'output') return sawLine(plan, ready, waiting);
  const { clock, giveUp, attempt } = waiting;
  while (!giveUp.aborted) {
    attempt.last = await probe(ready, waiting);
    if (attempt.last === undefined) return undefined;
    await clock.sleep(PROBE_EVERY, giveUp);
  }
  return undefined;
}

/** Whoever answers before the service was started would be taken for it. */
async function refuseStranger(plan: ServicePlan, ports: Pick<ServicePorts, 'http' | 'ca'>): Promise<void> {
  const { ready } = plan;
  if (ready.kind === 'output' || ready.kind === 'none') return;
  if ((await probe(ready, ports)) !== undefined) return;
  const place = ready.kind === 'http' ? ready.url : `${ready.host}:${ready.port}`;
  throw new ServiceError(
    `${place} answers before ${serviceTitle(plan)} was started: another process has its port; stop it or choose another port`,
  );
}

function sawLine(
  plan: ServicePlan,
  { pattern, flags }: Extract<Readiness, { kind: 'output' }>,
  { running, clock, giveUp }: Waiting,
): Promise<string | undefined> {
  const wanted = new TextPattern(pattern, flags);
  const prompts = new Map<string, Timer>();
  return new Promise((resolve) => {
    const look = (text: string): void => {
      if (giveUp.aborted) return;
      try {
        if (wanted.test(withoutEscapes(text))) resolve(undefined);
      } catch (thrown) {
        if (!(thrown instanceof SlowPattern)) throw thrown;
        resolve(`ready of ${serviceTitle(plan)} cannot be judged: /${pattern}/: ${thrown.message}`);
      }
    };
    running.onLine(({ stream, text, ended }) => {
      prompts.get(stream)?.cancel();
      if (giveUp.aborted) return;
      if (ended) look(text);
      else
        prompts.set(
          stream,
          clock.timer(PROMPT, () => {
            look(text);
          }),
        );
    });
  });
}

function probe(
  ready: Extract<Readiness, { kind: 'http' | 'tcp' }>,
  { http, ca }: Pick<ServicePorts, 'http' | 'ca'>,
): Promise<string | undefined> {
  switch (ready.kind) {
    case 'http':
      return http.probe(ready.url, { timeout: PROBE_TIMEOUT, ca });
    case 'tcp':
      return http.connect(ready.host, Number(ready.port), PROBE_TIMEOUT);
    default:
      return assertNever(ready);
  }
}

function notReady(
  plan: ServicePlan,
  running: RunningProcess,
  { interrupt, giveUp, attempt }: { interrupt: AbortSignal; giveUp: AbortSignal; attempt: Attempt },
): string {
  if (interrupt.aborted) return `interrupted while ${serviceTitle(plan)} was starting`;
  if (giveUp.aborted) return `${serviceTitle(plan)} was given up while it was starting`;
  return `${serviceTitle(plan)} was not ready after ${plan.readyTimeout / 1000} s (${describe(plan.ready, attempt.last)}; correct ready, or raise its timeout)${lastWords(running)}`;
}

function describe(ready: Readiness, last = 'no answer yet'): string {
  switch (ready.kind) {
    case 'http':
      return `GET ${ready.url}${last.startsWith('answered') ? '' : ':'} ${last}`;
    case 'tcp':
      return `no connection to ${ready.host}:${ready.port}: ${last}`;
    case 'output':
      return `no line of its output matched /${ready.pattern}/${ready.flags ?? ''}`;
    case 'none':
      return 'it is ready as soon as it runs';
    default:
      return assertNever(ready);
  }
}

function lastWords(running: RunningProcess): string {
  const said = lastPrinted({ stdout: running.stdout(), stderr: running.stderr() });
  return said === '' ? '; it printed nothing' : `; its last output: ${said}`;
}

/** Probes of readiness. Both resolve to a reason why not ("answered 401", "connection refused: …"), or to undefined when ready. */
export interface Http {
  /** GET; ready on status 200…399. `ca`: certificates in PEM that are trusted besides the usual ones. Timeout in ms. */
  probe(
    url: string,
    options: { readonly timeout: number; readonly ca?: string },
  ): Promise<string | undefined>;
  connect(host: string, port: number, timeout: number): Promise<string | undefined>;
}

/** TCP ports of this machine that nobody listens on. */
export interface FreePorts {
  /** `count` different ones. They are only found, not held: whoever is given one had better take it soon. */
  find(count: number): Promise<readonly number[]>;
}
