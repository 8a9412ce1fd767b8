import type { Hit } from '../model/flow.js';

/** Why an HTTP flow fails, in words that begin with the kind of error. */
export class FlowFailure extends Error {}

/** Why an HTTP flow is ended before it ends by itself. */
export class FlowEnding extends Error {
  constructor(
    readonly outcome: 'timed_out' | 'killed',
    message: string,
    /** The fault that ended it. */
    readonly hit?: Hit,
  ) {
    super(message);
  }
}
