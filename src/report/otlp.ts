import { createHash } from 'node:crypto';
import { traceOf } from '../lib/identity.js';
import type { Flow, StepTiming } from '../model/flow.js';
import type { Results, ScenarioResults } from '../model/results.js';

/*
 * OTLP in its JSON encoding (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding": ids in hex, 64-bit numbers as
 * texts, enums as numbers), on one line, as the Collector's otlpjsonfile receiver reads it and as it takes it by HTTP.
 * Attributes are of the semantic conventions where they have one; all others begin with `flowgate.`.
 */

const SPAN_KIND_INTERNAL = 1;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

/** Of all flows together. Beyond it spans of steps are left out, and their flow says how many. */
const MOST_STEPS = 100_000;
/** Characters of a name or a text. */
const LONGEST = 1000;

interface Attribute {
  readonly key: string;
  readonly value:
    { readonly stringValue: string } | { readonly intValue: string } | { readonly doubleValue: number };
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** A span for each flow that is kept and for each of its steps. The flow's is what its TRACEPARENT names as the parent. */
export function renderOtlp(results: Results): string {
  const room = { steps: MOST_STEPS };
  const spans = results.scenarios.flatMap((scenario) =>
    scenario.flows.flatMap((flow) => spansOf(flow, scenario, room)),
  );
  const scope = { name: 'flowgate', version: results.flowgate };
  const resource = { attributes: resourceOf(results) };
  return `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })}\n`;
}

function spansOf(flow: Flow, scenario: ScenarioResults, room: { steps: number }): readonly Span[] {
  const { traceId, spanId } = traceOf(flow.token) ?? derivedTrace(flow, scenario);
  const { steps = [] } = flow;
  const shown = steps.slice(0, room.steps);
  room.steps -= shown.length;
  const time = nanosFrom(scenario.startedAt);
  const whole: Span = {
    traceId,
    spanId,
    name: short(scenario.name),
    kind: SPAN_KIND_INTERNAL,
    startTimeUnixNano: time(flow.startedAt),
    endTimeUnixNano: time(flow.endedAt),
    attributes: flowAttributes(flow, scenario, steps.length - shown.length),
    status: statusOf(flow),
  };
  const part = ({ name, startedAt, endedAt }: StepTiming, index: number): Span => ({
    traceId,
    // Ids of flows begin with zeros: they count up from 1.
    spanId: (index + 1).toString(16).padStart(4, '0') + spanId.slice(4),
    parentSpanId: spanId,
    name: short(name),
    kind: SPAN_KIND_INTERNAL,
    startTimeUnixNano: time(startedAt),
    endTimeUnixNano: time(endedAt),
    attributes: [],
    status: {},
  });
  return [whole, ...shown.map(part)];
}

/** Of a flow whose token is none of ours, as one of another tool: the same each time, as all ids are. */
function derivedTrace(
  { token, iteration }: Flow,
  { name }: ScenarioResults,
): ReturnType<typeof traceOf> & object {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, token, iteration]))
    .digest('hex');
  return { traceId: digest.slice(0, 32), spanId: `0000${digest.slice(32, 44)}` };
}

function statusOf({ outcome, error }: Flow): Span['status'] {
  if (outcome === 'ok') return { code: STATUS_OK };
  return { code: STATUS_ERROR, message: short(error?.message ?? outcome) };
}

function flowAttributes(flow: Flow, { name }: ScenarioResults, left: number): readonly Attribute[] {
  const { error, outcome, hit, metrics = [] } = flow;
  return attributesOf({
    'flowgate.scenario': name,
    'flowgate.part': flow.part,
    'flowgate.flow.slot': flow.slot,
    'flowgate.flow.iteration': flow.iteration,
    'flowgate.flow.token': flow.token,
    'flowgate.flow.outcome': outcome,
    'flowgate.flow.waited_ms':
      flow.startedAt > flow.scheduledAt ? flow.startedAt - flow.scheduledAt : undefined,
    'flowgate.flow.attempts': flow.attempts,
    'flowgate.flow.rung': flow.rung,
    'flowgate.flow.wave': flow.wave,
    'flowgate.flow.fault': hit?.kind,
    'flowgate.flow.steps_left_out': left === 0 ? undefined : left,
    'error.type': outcome === 'ok' ? undefined : outcome,
    'process.exit.code': error?.exitStatus,
    ...Object.fromEntries(metrics.map((each) => [`flowgate.metric.${each.name}`, each.value])),
  });
}

function resourceOf({ environment, git, run, flowgate }: Results): readonly Attribute[] {
  return attributesOf({
    'service.name': 'flowgate',
    'service.version': flowgate,
    'host.cpu.model.name': environment.cpu,
    'host.arch': ARCHITECTURES[environment.arch] ?? environment.arch,
    'host.image.name': environment.image,
    'os.description': environment.os,
    'vcs.ref.head.revision': git.sha,
    'vcs.ref.head.name': git.ref,
    'vcs.repository.name': git.repository,
    'cicd.pipeline.name': run?.workflow,
    'cicd.pipeline.run.id': run === undefined ? undefined : String(run.id),
    'cicd.pipeline.run.url.full': run?.url,
    'cicd.pipeline.task.name': run?.job,
  });
}

/** Node's names, in those of the conventions. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32' };

function attributesOf(values: Readonly<Record<string, string | number | undefined>>): readonly Attribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: short(key), value: valueOf(value) }],
  );
}

function valueOf(value: string | number): Attribute['value'] {
  if (typeof value === 'string') return { stringValue: short(value) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** ns since 1970 of ms from a start. */
function nanosFrom(startedAt: string): (ms: number) => string {
  const start = Date.parse(startedAt);
  const origin = BigInt(Number.isNaN(start) ? 0 : start) * 1_000_000n;
  return (ms) => {
    const nanos = origin + BigInt(Math.round(ms * 1e6));
    // An unsigned number of 64 bits, whatever a file from outside says.
    return String(BigInt.asUintN(64, nanos < 0n ? 0n : nanos));
  };
}

function short(text: string): string {
  return text.slice(0, LONGEST).toWellFormed();
}
