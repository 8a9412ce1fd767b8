import { uslDivisor, type UslLaw } from '../model/ladder.js';
import { leastSquares, type Fit, type Linearised } from './least-squares.js';

/** A law that was fitted. */
export interface Usl extends UslLaw {
  /** 1 − residual ÷ total sum of squares. */
  readonly rSquared: number;
}

export interface UslPoint {
  readonly flows: number;
  readonly throughput: number;
}

/** Three parameters take three points. */
const FEWEST = 3;
const START = { sigma: 0.05, kappa: 1e-4 };

/** Which of the parameters are fitted; those that are not are 0, the bound of their range. */
interface Free {
  readonly sigma: boolean;
  readonly kappa: boolean;
}

/** Should the law without bounds want less than none of one, the best fit lies on a bound. */
const SIDES: readonly Free[] = [
  { sigma: true, kappa: true },
  { sigma: true, kappa: false },
  { sigma: false, kappa: true },
  { sigma: false, kappa: false },
];

/**
 * The law nearest to the points in least squares of the throughput; undefined with fewer than three points that have a
 * throughput.
 */
export function fitUsl(points: readonly UslPoint[]): Usl | undefined {
  const known = points.filter(({ throughput }) => throughput > 0);
  if (new Set(known.map(({ flows }) => flows)).size < FEWEST) return undefined;
  // In units of the largest: the fit does not hang on whether it is 0.1 or a million a second.
  const scale = known.reduce((most, { throughput }) => Math.max(most, throughput), 0);
  const scaled = known.map(({ flows, throughput }) => ({ flows, throughput: throughput / scale }));
  const [best] = SIDES.flatMap((free) => fitSide(scaled, free)).sort((a, b) => a.residual - b.residual);
  if (best === undefined) return undefined;
  const { lambda, sigma, kappa, residual } = best;
  return { lambda: lambda * scale, sigma, kappa, rSquared: 1 - residual / (spread(scaled) || 1) };
}

type Side = UslLaw & { readonly residual: number };

/** None if the fit leaves the range of σ or κ. */
function fitSide(points: readonly UslPoint[], free: Free): readonly Side[] {
  const lambda = points.reduce((most, { flows, throughput }) => Math.max(most, throughput / flows), 0);
  const start = [lambda, ...(free.sigma ? [START.sigma] : []), ...(free.kappa ? [START.kappa] : [])];
  const fit = leastSquares((parameters) => linearised(points, free, parameters), start);
  if (fit === undefined) return [];
  const side = { ...named(free, fit.parameters), residual: fit.sumOfSquares };
  return isInRange(side, fit) ? [side] : [];
}

function isInRange({ sigma, kappa }: Side, { parameters }: Fit): boolean {
  return sigma >= 0 && kappa >= 0 && parameters.every(Number.isFinite);
}

function named(free: Free, parameters: readonly number[]): UslLaw {
  const [lambda = 0, second = 0, third = 0] = parameters;
  const sigma = free.sigma ? second : 0;
  return { lambda, sigma, kappa: free.kappa ? (free.sigma ? third : second) : 0 };
}

/** With X = λN ÷ D: ∂X/∂λ = N ÷ D, ∂X/∂σ = −X(N − 1) ÷ D, ∂X/∂κ = −XN(N − 1) ÷ D. */
function linearised(
  points: readonly UslPoint[],
  free: Free,
  parameters: readonly number[],
): Linearised | undefined {
  const law = named(free, parameters);
  const residuals: number[] = [];
  const jacobian: number[][] = [];
  for (const { flows, throughput } of points) {
    const divisor = uslDivisor(law, flows);
    // Behind a pole throughput would be negative.
    if (!(divisor > 0)) return undefined;
    const predicted = (law.lambda * flows) / divisor;
    const slope = (-predicted * (flows - 1)) / divisor;
    residuals.push(predicted - throughput);
    jacobian.push([flows / divisor, ...(free.sigma ? [slope] : []), ...(free.kappa ? [slope * flows] : [])]);
  }
  return { residuals, jacobian };
}

function spread(points: readonly UslPoint[]): number {
  const mean = points.reduce((sum, { throughput }) => sum + throughput, 0) / points.length;
  return points.reduce((sum, { throughput }) => sum + (throughput - mean) ** 2, 0);
}

/**
 * N* = √((1 − σ) ÷ κ), where throughput is highest: more flows at once do less. At least 1; undefined without
 * coherency (κ = 0), as throughput then never falls.
 */
export function kneeOf({ sigma, kappa }: Pick<UslLaw, 'sigma' | 'kappa'>): number | undefined {
  if (kappa <= 0) return undefined;
  const knee = Math.sqrt(Math.max(0, 1 - sigma) / kappa);
  return Number.isFinite(knee) ? Math.max(1, knee) : undefined;
}
