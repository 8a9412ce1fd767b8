/**
 * What a module scenario may export, and what it is given. This is public: user code is written against it.
 *
 * ```js
 * export default async function flow(ctx) { await ctx.step('order', () => order(ctx.token)); }
 * export async function setup(ctx) { return { stock: 100 }; }      // what it returns is ctx.shared of every flow
 * // With isolate: thread or process it is handed to the other hosts as data (structured clone); verify and teardown run
 * // where setup ran, and no flow runs there.
 * export async function verify(ctx) { assert(…ctx.flows, ctx.shared…); }   // throws, or returns false, if the shared state is wrong
 * export async function teardown(ctx) {}
 * ```
 *
 * It imports nothing: the package has it as the types of `flowgate`.
 */
export interface ModuleContext<Shared = unknown> {
    /** What `setup` returned; undefined inside `setup`. */
    readonly shared: Shared;
    /** Seed of the scenario. */
    readonly seed: number;
    /** Options of the scenario; the demo takes its bug from them. */
    readonly options: Readonly<Record<string, string>>;
}
export interface FlowContext<Shared = unknown> extends ModuleContext<Shared> {
    /** The worker slot, from 1. */
    readonly flow: number;
    /** From 1 in order of start; 0 in warm-up. */
    readonly iteration: number;
    /** A canary, unique to the flow. */
    readonly token: string;
    /** An empty private folder. */
    readonly workspace: string;
    /** The flow's row of the file that `data` of the scenario names: a copy of its own. Undefined without one. */
    readonly data?: {
        readonly [column: string]: unknown;
    };
    /** Aborted when the flow is past its timeout or the run is interrupted. */
    readonly signal: AbortSignal;
    /** Uniform in [0, 1), seeded by the scenario's seed and the iteration. */
    random(): number;
    /** Times a stage of the flow; `step(name).p95` is then a metric. Steps may nest and overlap. */
    step<T>(name: string, body: () => T | Promise<T>): Promise<T>;
    /**
     * Reports an amount that the flow knows: `metric(tokens).sum` is then a metric. What a flow reports by one name is added
     * up, and counts however the flow ends. Without a unit it is a number of something; a name has one kind of unit.
     * Throws if the value is no finite number, or the unit none of these.
     */
    metric(name: string, value: number, unit?: MetricUnit): void;
}
/** `%` and `ratio` of a share: 20% is 0.2. */
export type MetricUnit = '%' | 'ratio' | 'ns' | 'us' | '\u00b5s' | '\u03bcs' | 'ms' | 's' | 'm' | 'h' | 'B' | 'KB' | 'MB' | 'GB' | 'KiB' | 'MiB' | 'GiB';
export type Outcome = 'ok' | 'failed' | 'timed_out' | 'killed' | 'dropped';
export interface FlowSummary {
    readonly flow: number;
    readonly iteration: number;
    readonly token: string;
    readonly outcome: Outcome;
    /** Of a mix: the scenario that it is a flow of. */
    readonly part?: string;
    /** ms. */
    readonly time: number;
    readonly error?: string;
}
/** What a verify export or command is told of the run. */
export interface RunSummary {
    /** In order of iteration: every counted flow, or of more than 10,000 a random sample and those that are not ok. */
    readonly flows: readonly FlowSummary[];
    /** How many counted flows there were, by outcome. */
    readonly counts: Readonly<Record<Outcome, number>>;
    /** Of a mix: the same of each part, by its name. */
    readonly parts?: Readonly<Record<string, Readonly<Record<Outcome, number>>>>;
    /** Warm-up flows that ran before them, which share the state as well. */
    readonly warmup: number;
}
export type VerifyContext<Shared = unknown> = ModuleContext<Shared> & RunSummary;
export interface FlowModule<Shared = unknown> {
    default(ctx: FlowContext<Shared>): unknown;
    setup?(ctx: ModuleContext): Shared | Promise<Shared>;
    verify?(ctx: VerifyContext<Shared>): unknown;
    teardown?(ctx: ModuleContext<Shared>): unknown;
}
