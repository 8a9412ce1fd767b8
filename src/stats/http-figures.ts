import type { Flow, Record } from '../model/record.js';
import { countedFlows } from './counted.js';
import { type Distribution, distributionOf } from './distribution.js';
import { type Figure, type Figures, figure, noData, NO_REQUEST } from './measures.js';

/** What the connections of HTTP flows carried. */
export function httpFigures(record: Record): Figures<'bytes_received' | 'bytes_sent'> {
  const flows = countedFlows(record);
  return {
    bytes_received: total(flows.map(({ bytesIn }) => bytesIn)),
    bytes_sent: total(flows.map(({ bytesOut }) => bytesOut)),
  };
}

/** ms to the first byte of every response of every ok flow. */
export function firstByteTimes(flows: readonly Flow[]): Distribution | undefined {
  return distributionOf(flows.flatMap(({ outcome, ttfb }) => (outcome === 'ok' ? (ttfb ?? []) : [])));
}

function total(bytes: readonly (number | undefined)[]): Figure {
  const known = bytes.filter((each) => each !== undefined);
  return known.length === 0 ? noData(NO_REQUEST) : figure(known.reduce((sum, each) => sum + each, 0));
}
