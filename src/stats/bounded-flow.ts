import type { Excerpt, Flow, FlowError, StepTiming } from '../model/flow.js';

/** Characters of what a flow says of itself. Whatever the code under test does, results have to fit into memory and a file. */
const LONGEST = { message: 1000, stack: 8000, step: 200, head: 4096, tail: 12_288 } as const;
/** Steps, and times to the first byte, of one flow. */
const MOST_STEPS = 1000;

/**
 * A flow as it is recorded: what is too long is cut, and texts are well-formed Unicode, as JSON and files ask for. What
 * can be long comes last, as it does in results.json.
 */
export function boundedFlow({ error, steps, ttfb, ...flow }: Flow): Flow {
  const { stdout, stderr } = flow;
  return {
    ...flow,
    ...(stdout === undefined ? {} : { stdout: boundedExcerpt(stdout) }),
    ...(stderr === undefined ? {} : { stderr: boundedExcerpt(stderr) }),
    ...(error === undefined ? {} : { error: boundedError(error) }),
    ...(steps === undefined ? {} : { steps: steps.slice(0, MOST_STEPS).map(boundedStep) }),
    ...(ttfb === undefined ? {} : { ttfb: ttfb.length <= MOST_STEPS ? ttfb : ttfb.slice(0, MOST_STEPS) }),
  };
}

/** Whether anything was left out by it that counts: steps that no metric will know of. */
export function losesSteps({ steps, ttfb }: Flow): boolean {
  return (steps?.length ?? 0) > MOST_STEPS || (ttfb?.length ?? 0) > MOST_STEPS;
}

function boundedError(error: FlowError): FlowError {
  const { message, stack } = error;
  return {
    ...error,
    message: cut(message, LONGEST.message),
    ...(stack === undefined ? {} : { stack: cut(stack, LONGEST.stack) }),
  };
}

function boundedStep(step: StepTiming): StepTiming {
  const name = cut(step.name, LONGEST.step);
  return name === step.name ? step : { ...step, name };
}

function boundedExcerpt(excerpt: Excerpt): Excerpt {
  const head = cut(excerpt.head, LONGEST.head);
  const tail = excerpt.tail.length <= LONGEST.tail ? excerpt.tail : excerpt.tail.slice(-LONGEST.tail);
  return { ...excerpt, head, tail: tail.toWellFormed() };
}

/** At most so many characters, of which the last says that it was cut. */
function cut(text: string, most: number): string {
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();
}

/** About how many characters the details of a flow take in a file of results. */
export function detailsOf({ error, steps, ttfb, stdout, stderr }: Flow): number {
  const texts = [error?.message, error?.stack, stdout?.head, stdout?.tail, stderr?.head, stderr?.tail];
  return (
    texts.reduce((sum, text) => sum + (text?.length ?? 0), 0) +
    (steps ?? []).reduce((sum, { name }) => sum + name.length + PER_STEP, 0) +
    (ttfb?.length ?? 0) * PER_NUMBER
  );
}

const PER_STEP = 80;
const PER_NUMBER = 20;
/** Of a message, where there is no room for details any more. */
const LEAST_MESSAGE = 200;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is left of a flow for which there is no room: that it ran, when, and how it ended. */
export function withoutDetails(flow: Flow): Flow {
  const bare: Mutable<Flow> = { ...flow };
  for (const key of ['steps', 'ttfb', 'stdout', 'stderr'] as const) Reflect.deleteProperty(bare, key);
  if (flow.error === undefined) return bare;
  const error: Mutable<FlowError> = { ...flow.error, message: cut(flow.error.message, LEAST_MESSAGE) };
  delete error.stack;
  return { ...bare, error };
}
