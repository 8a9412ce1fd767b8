import type { FlowError } from '../model/flow.js';
import type { Clock, HostSpec, Spawner } from '../ports.js';
import type { Confinement } from './confinement.js';
import type { RunSummary } from './module-api.js';
import type { Hook } from './module-protocol.js';
import type { FlowRunner, Watch } from './runner.js';

export interface ModuleRunnerOptions {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly spec: HostSpec;
  /** Absolute path or built-in name. */
  readonly module: string;
  readonly options: Readonly<Record<string, string>>;
  readonly seed: number;
  /** ms. */
  readonly timeout: number;
  readonly interrupt: AbortSignal;
  /** Tokens of other flows are looked for in what each prints and returns. */
  readonly canaries?: boolean;
  /** Share of itself by which each flow is made longer, 0 or more. */
  readonly slowdown?: number;
  /** The limits of the host process of a slot, of the only one, or of that in which hooks run; none if left out. */
  readonly confine?: (host: number | 'hooks') => Confinement;
}

export interface ModuleRunner extends FlowRunner {
  /** The hooks that the module exports. */
  readonly hooks: ReadonlySet<Hook>;
  /** Resolves when the hook is through, to its error if it threw, took too long, or the host died. */
  setup(): Promise<FlowError | undefined>;
  verify(run: RunSummary): Promise<FlowError | undefined>;
  /** `afterInterrupt`: ms that it still has then. */
  teardown(afterInterrupt: number): Promise<FlowError | undefined>;
}
