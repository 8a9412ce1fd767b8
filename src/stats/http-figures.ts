import type { FlowTally } from '../model/flow.js';
import { type Figures, figureOr, NO_REQUEST } from './measures.js';

/** What the connections of HTTP flows carried. */
export function httpFigures({
  received,
  sent,
  resent,
}: FlowTally): Figures<'bytes_received' | 'bytes_sent' | 'resent'> {
  return {
    bytes_received: figureOr(received, NO_REQUEST),
    bytes_sent: figureOr(sent, NO_REQUEST),
    resent: figureOr(sent === undefined ? undefined : resent, NO_REQUEST),
  };
}
