/** Peers in turn: what drifts on a shared machine drifts for all of them. */
import { spawnSync } from 'node:child_process';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs every peer once in each round, in turn, the order turned around every second round. A peer is
 * {name, run(): value | Promise<value>}; one whose `missing()` says why it is not here is left out of the rounds.
 * `onValue(name, value)` is told each value as it comes; once `stopped()`, what there is is all there will be.
 */
export async function inTurn(peers, rounds, { onValue = () => undefined, stopped = () => false } = {}) {
  const rows = peers.map(({ name, missing }) => ({ name, missing: missing?.(), values: [] }));
  const present = peers.flatMap(({ name, run }, index) =>
    rows[index].missing === undefined ? [{ name, run, values: rows[index].values }] : [],
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run, values } of round % 2 === 0 ? present : [...present].reverse()) {
      if (stopped()) return rows;
      const value = await run();
      values.push(value);
      onValue(name, value);
    }
  }
  return rows;
}

/** Relative spread of a peer's own rounds: half the distance between the quartiles (interpolated), over the median. */
export function noise(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)];
    return below + (position % 1) * (sorted[Math.ceil(position)] - below);
  };
  return (at(0.75) - at(0.25)) / 2 / median(sorted);
}

/** Median of the ratios round by round: the pairing takes out what both rounds shared. */
export function ratio(ours, theirs) {
  return median(ours.map((value, round) => value / theirs[round]));
}

/** Asked when it is needed: why a program can not be a peer here; undefined if it can. */
export function missing(program) {
  return () =>
    spawnSync('sh', ['-c', `command -v ${program}`]).status === 0 ? undefined : `${program} is not installed`;
}
