/** The machine that a bench ran on, and how quiet it was meanwhile. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { median, noise } from './measure.mjs';

export function fingerprint() {
  const memory = `${Math.round(totalmem() / 1e9)} GB`;
  const system = `${platform()} ${release()}`;
  return `${availableParallelism()} cores ${cpus()[0]?.model.trim()}, ${memory}, ${system}, Node ${process.versions.node}`;
}

/** A quiet machine keeps within these: shares of the loop's own time, and of all CPU time. */
const QUIET = { spread: 0.05, drift: 0.05, stolen: 0.01 };

/** Gives a function that tells, at the end, how the machine was from now on. */
export function watchNoise() {
  const [load] = loadavg();
  const before = loopTimes();
  const stolenBefore = cpuTicks();
  return () => {
    const stolen = stolenShare(stolenBefore, cpuTicks());
    const after = loopTimes();
    return {
      load,
      loop: median(before),
      spread: Math.max(noise(before), noise(after)),
      drift: median(after) / median(before) - 1,
      stolen,
    };
  };
}

/** The noise in words, and whether figures are to be trusted; a bench that times nothing has none. */
export function noiseStatement(noise) {
  if (noise === undefined) return 'Noise: nothing is timed here, the figures are the same on every machine.';
  const { load, loop, spread, drift, stolen } = noise;
  const percent = (share) => `${(share * 100).toFixed(1)}%`;
  const stealing =
    stolen === undefined ? 'stolen time is not known here' : `${percent(stolen)} of the CPU time was stolen`;
  const noisy =
    spread > QUIET.spread || Math.abs(drift) > QUIET.drift || (stolen ?? 0) > QUIET.stolen
      ? ' **The machine was too noisy to tell small differences.**'
      : '';
  return `Noise: a fixed loop of ${loop.toFixed(1)} ms spread by ±${percent(spread)} and was ${percent(Math.abs(drift))} ${drift > 0 ? 'slower' : 'faster'} afterwards; ${stealing}; load average ${load.toFixed(1)} before.${noisy}`;
}

const LOOPS = 15;
/** About 10 ms on a core of 2020. */
const STEPS = 1e7;

function loopTimes() {
  loop();
  return Array.from({ length: LOOPS }, () => {
    const start = performance.now();
    loop();
    return performance.now() - start;
  });
}

const { imul } = Math;

function loop() {
  let state = 1;
  for (let step = 0; step < STEPS; step += 1) state = (imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state;
}

/** All ticks and the stolen ones of the line "cpu user nice system idle iowait irq softirq steal …" (proc(5)); Linux only. */
function cpuTicks() {
  if (platform() !== 'linux') return undefined;
  const ticks = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, tick) => sum + tick, 0), stolen: ticks[7] };
}

function stolenShare(before, after) {
  if (before === undefined) return undefined;
  return (after.stolen - before.stolen) / Math.max(1, after.all - before.all);
}
