/** Peers in turn: what drifts on a shared machine drifts for all of them. */
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { spawnSync } from 'node:child_process';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs every peer once in each round, in turn, the order turned around every second round. A peer is
 * {name, run(): number | Promise<number>}; one whose `missing` says why it is not here is left out of the rounds.
 */
export async function inTurn(peers, rounds) {
  const present = peers.filter(({ missing }) => missing === undefined);
  const values = new Map(present.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of round % 2 === 0 ? present : [...present].reverse()) {
      values.get(name).push(await run());
    }
  }
  return peers.map(({ name, missing }) => ({ name, missing, values: values.get(name) ?? [] }));
}

/** Relative spread of a peer's own rounds: half the distance between the quartiles, over the median. */
export function noise(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return (at(0.75) - at(0.25)) / 2 / median(sorted);
}

/** Median of the ratios round by round: the pairing takes out what both rounds shared. */
export function ratio(ours, theirs) {
  return median(ours.map((value, round) => value / theirs[round]));
}

/** Why a program can not be a peer here; undefined if it can. */
export function missing(program) {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return found ? undefined : `${program} is not installed`;
}

export function fingerprint() {
  const memory = `${Math.round(totalmem() / 1e9)} GB`;
  const system = `${platform()} ${release()}`;
  return `${availableParallelism()} cores ${cpus()[0]?.model.trim()}, ${memory}, ${system}, Node ${process.versions.node}`;
}
