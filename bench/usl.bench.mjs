import { readFileSync } from 'node:fs';
import { built } from './built.mjs';

const CISCO = JSON.parse(readFileSync(new URL('data/usl-cisco.json', import.meta.url), 'utf8'));
const POINTS = CISCO.throughput.map((throughput, index) => ({ flows: index + 1, throughput }));

function figures({ sigma, kappa, lambda }) {
  const pairs = Object.entries({ sigma, kappa, lambda });
  const off = pairs.map(([name, value]) => Math.abs(value / CISCO.published[name] - 1) * 100);
  return { σ: sigma, κ: kappa, λ: lambda, 'largest distance to the published, %': Math.max(...off) };
}

/**
 * The quadratic fit that a spreadsheet can do: with x = N − 1 and C = X(N) ÷ X(1), N ÷ C − 1 = κx² + (σ + κ)x through
 * the origin; λ is taken to be X(1) (Gunther, "Guerrilla Capacity Planning", 2007, chapter 5).
 */
function quadratic() {
  const [{ throughput: alone }] = POINTS;
  const rows = POINTS.map(({ flows, throughput }) => ({
    x: flows - 1,
    y: flows / (throughput / alone) - 1,
  }));
  const sum = (term) => rows.reduce((total, row) => total + term(row), 0);
  const [x2, x3, x4] = [2, 3, 4].map((power) => sum(({ x }) => x ** power));
  const [xy, x2y] = [1, 2].map((power) => sum(({ x, y }) => x ** power * y));
  const determinant = x2 * x4 - x3 * x3;
  const kappa = (x2 * x2y - x3 * xy) / determinant;
  const linear = (x4 * xy - x3 * x2y) / determinant;
  return { sigma: linear - kappa, kappa, lambda: alone };
}

export default {
  title: 'Universal Scalability Law, 32 points of a Cisco benchmark (usl4j’s test data)',
  unit: '%',
  target: 'Target 13: coefficients within 0.02% of the published.',
  rounds: 1,
  untimed: true,
  columns: Object.keys(figures(CISCO.published)),
  peers: [
    { name: 'flowgate', run: async () => figures((await built('ladder/usl.js')).fitUsl(POINTS)) },
    { name: 'usl4j, published', run: () => figures(CISCO.published) },
    { name: 'quadratic fit, as in a spreadsheet', run: () => figures(quadratic()) },
  ],
};
