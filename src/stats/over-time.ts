interface Reading {
  /** ms. */
  readonly at: number;
  readonly value: number;
}

/**
 * The average over time: each reading weighs as much as the time around it, so that a monitor that slows down does not
 * shift it (trapezoids between neighbours). One reading, or several at one instant: their plain mean. None: undefined.
 */
export function averageOverTime(readings: readonly Reading[]): number | undefined {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (last.at <= first.at) {
    return readings.reduce((sum, { value }) => sum + value, 0) / readings.length;
  }
  let area = 0;
  let before = first;
  for (const reading of readings) {
    area += ((before.value + reading.value) / 2) * (reading.at - before.at);
    before = reading;
  }
  return area / (last.at - first.at);
}
