import type { ServicePlan } from '../../src/model/plan.js';
import type { ServicesOptions } from '../../src/services/services.js';
import type { CommandSpec, Exit, OutputLine, RunningProcess, Spawner } from '../../src/system/ports.js';
import { excerptOf } from './record.js';
import { SimulatedClock } from './simulated-clock.js';

/** How a simulated service behaves; times are ms after its start. */
export interface Behaviour {
  /** Prints "ready" then; never if left out. */
  readonly readyAfter?: number;
  readonly diesAfter?: number;
  /** Between the stop signal and its end; a service that ignores the signal has Infinity. */
  readonly stopsIn?: number;
  readonly says?: string;
}

/** Services that run in simulated time, and a log of what became of them: "0 start db", "50 ready db". */
export class ServiceWorld {
  readonly clock = new SimulatedClock(0);
  readonly log: string[] = [];
  readonly interrupt = new AbortController();
  readonly #behaviours: Readonly<Record<string, Behaviour>>;
  #pid = 100;

  constructor(behaviours: Readonly<Record<string, Behaviour>>) {
    this.#behaviours = behaviours;
  }

  /** What `startServices` needs; a service's command is its name. */
  options(): ServicesOptions {
    return {
      clock: this.clock,
      interrupt: this.interrupt.signal,
      spawner: { spawn: (spec: CommandSpec) => this.#spawn(spec.command) } as Spawner,
      http: { probe: nobody, connect: nobody },
      specOf: ({ run }) => ({ shell: 'sh', command: run, cwd: '/', env: {} }),
      onStart: () => undefined,
    };
  }

  #spawn(name: string): RunningProcess {
    const { readyAfter, diesAfter, stopsIn = 0, says = '' } = this.#behaviours[name] ?? {};
    const { clock } = this;
    const listeners: ((line: OutputLine) => void)[] = [];
    let settle: (exit: Exit) => void = () => undefined;
    const exited = new Promise<Exit>((resolve) => {
      settle = resolve;
    });
    let gone = false;
    const end = (exit: Exit): void => {
      if (gone) return;
      gone = true;
      this.#note(`gone ${name}`);
      settle(exit);
    };
    this.#note(`start ${name}`);
    if (readyAfter !== undefined) {
      clock.timer(readyAfter, () => {
        if (gone) return;
        this.#note(`ready ${name}`);
        for (const listener of listeners) listener({ stream: 'stdout', text: 'ready', ended: true });
      });
    }
    if (diesAfter !== undefined) {
      clock.timer(diesAfter, () => {
        end({ code: 7, signal: null });
      });
    }
    return {
      pid: (this.#pid += 1),
      exited,
      stdout: () => excerptOf(''),
      stderr: () => excerptOf(says),
      onLine: (listener) => {
        listeners.push(listener);
      },
      kill: (signal) => {
        if (gone) return;
        this.#note(`${signal} ${name}`);
        const exit = { code: null, signal };
        if (signal === 'SIGKILL') end(exit);
        else if (stopsIn !== Infinity) {
          clock.timer(stopsIn, () => {
            end(exit);
          });
        }
      },
    };
  }

  #note(event: string): void {
    this.log.push(`${this.clock.now()} ${event}`);
  }
}

const nobody = (): Promise<string> => Promise.resolve('connect ECONNREFUSED');

/** A service whose command is its name, ready when it prints "ready". */
export function servicePlanOf(name: string, differs: Partial<ServicePlan> = {}): ServicePlan {
  return {
    name,
    run: name,
    ready: { kind: 'output', pattern: '^ready$' },
    after: [],
    env: {},
    workingDirectory: '/',
    stop: 'SIGTERM',
    readyTimeout: 60_000,
    grace: 5000,
    ...differs,
  };
}
