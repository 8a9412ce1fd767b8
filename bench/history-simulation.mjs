/**
 * Change points of the history on series whose truth is known: how often a series without a change is said to have one
 * when neighbours are alike (AR(1)), and how often steps are found; with permutations alone, and whitened first as the
 * product does. With --data also on a published series, whose change points are printed.
 *
 *   node bench/history-simulation.mjs [--runs N] [--lengths 30,60,100] [--part alarms|steps|levels]
 *     [--method permutations|whitened] [--data FILE]
 *
 * FILE: JSON, a list of {name, values, annotated?}: annotated are the indices at which people saw a new level begin.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { built } from './built.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    lengths: { type: 'string', default: '30,60,100' },
    part: { type: 'string' },
    method: { type: 'string' },
    data: { type: 'string' },
  },
});
const { changePoints } = await built('history/change-points.js');
const { changePointsOfCorrelated } = await built('history/correlation.js');
const { seededRandom } = await built('lib/random.js');

/** That of src/history/trend.ts. */
const LEVEL = 0.0005;
const ALL = { permutations: changePoints, whitened: changePointsOfCorrelated };
const METHODS = options.method === undefined ? ALL : { [options.method]: ALL[options.method] };
const CORRELATIONS = [0, 0.3, 0.5, 0.7, 0.9];
/** A step is found if a change point is at most so many runs from it. */
const NEAR = 2;
const runs = Number(options.runs);
const lengths = options.lengths.split(',').map(Number);

const find = (method, values) => METHODS[method](values, { level: LEVEL, seed: 1 });

/** Noise of deviation 1. */
function autoregressive(length, correlation, seed) {
  const uniform = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const values = [normal()];
  while (values.length < length)
    values.push(correlation * values.at(-1) + Math.sqrt(1 - correlation ** 2) * normal());
  return values;
}

/** Levels of the places 0 … length − 1, in deviations. */
const SHAPES = {
  'step of 1': (at, length) => (at < 0.6 * length ? 0 : 1),
  'step of 2': (at, length) => (at < 0.6 * length ? 0 : 2),
  'step of 3': (at, length) => (at < 0.6 * length ? 0 : 3),
  'up by 4 and back': (at, length) => (at < length / 3 || at >= (2 * length) / 3 ? 0 : 4),
  'five levels, 3 to 6 apart': (at, length) => [0, 4, 8, 3, -2][Math.floor((5 * at) / length)],
};

const percent = (share) => `${(100 * share).toFixed(1)}%`;

function row(what, cells) {
  console.log(`| ${[what, ...cells].join(' | ')} |`);
}

function alarms() {
  console.log(`\nSeries without a change that are said to have one, of ${runs} each`);
  row(
    'lag-1 correlation',
    lengths.flatMap((length) => Object.keys(METHODS).map((name) => `${length}: ${name}`)),
  );
  for (const correlation of CORRELATIONS) {
    const cells = lengths.flatMap((length) =>
      Object.keys(METHODS).map((method) => {
        let found = 0;
        for (let seed = 1; seed <= runs; seed++)
          if (find(method, autoregressive(length, correlation, 7 * seed + length)).length > 0) found += 1;
        return percent(found / runs);
      }),
    );
    row(correlation, cells);
  }
}

function steps(shapes, correlations) {
  console.log(`\nSteps that are found within ${NEAR} runs of their place, of ${runs} series each`);
  row(
    '',
    lengths.flatMap((length) => Object.keys(METHODS).map((name) => `${length}: ${name}`)),
  );
  for (const shape of shapes) {
    for (const correlation of correlations) {
      const cells = lengths.flatMap((length) => {
        const levels = Array.from({ length }, (_, at) => SHAPES[shape](at, length));
        const places = levels.flatMap((level, at) => (at > 0 && level !== levels[at - 1] ? [at] : []));
        return Object.keys(METHODS).map((method) => {
          let found = 0;
          for (let seed = 1; seed <= runs; seed++) {
            const noise = autoregressive(length, correlation, 7 * seed + length);
            const points = find(
              method,
              noise.map((value, at) => value + levels[at]),
            );
            found += places.filter((place) => points.some((point) => Math.abs(point - place) <= NEAR)).length;
          }
          return percent(found / runs / places.length);
        });
      });
      row(`${shape}, correlation ${correlation}`, cells);
    }
  }
}

function published(file) {
  for (const { name, values, annotated } of JSON.parse(readFileSync(file, 'utf8'))) {
    console.log(`\n${name}: ${values.length} values`);
    if (annotated !== undefined) console.log(`  annotated: ${annotated.join(' ')}`);
    for (const method of Object.keys(METHODS)) {
      console.log(`  ${method}: ${find(method, values).join(' ') || 'none'}`);
    }
  }
}

if (options.data !== undefined) published(options.data);
else {
  const { part } = options;
  if (part === undefined || part === 'alarms') alarms();
  if (part === undefined || part === 'steps') steps(Object.keys(SHAPES).slice(0, 3), [0, 0.3, 0.5]);
  if (part === undefined || part === 'levels') steps(Object.keys(SHAPES).slice(3), [0, 0.3]);
}
