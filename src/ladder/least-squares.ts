/** A model's residuals at some parameters, and how each of them changes with each parameter. */
export interface Linearised {
  readonly residuals: readonly number[];
  /** One row for each residual, one column for each parameter. */
  readonly jacobian: readonly (readonly number[])[];
}

export interface Fit {
  readonly parameters: readonly number[];
  readonly sumOfSquares: number;
}

/** Undefined where the model is not defined: no step leads there. */
type Model = (parameters: readonly number[]) => Linearised | undefined;

const MOST_STEPS = 500;
const FIRST_DAMPING = 1e-3;
const MOST_DAMPING = 1e16;
/** Relative to the sum of squares: less than this is rounding. */
const NOTHING_GAINED = 1e-15;

/**
 * Least squares of a model that is not linear, by Levenberg's and Marquardt's method: Gauss–Newton steps, damped along
 * the diagonal of JᵀJ until they gain (Marquardt, "An algorithm for least-squares estimation of nonlinear parameters",
 * SIAM 1963), which makes it indifferent to the parameters' scales. `start` must be where the model is defined.
 */
export function leastSquares(model: Model, start: readonly number[]): Fit | undefined {
  let at = model(start);
  if (at === undefined) return undefined;
  let parameters = start;
  let sum = sumOfSquares(at.residuals);
  let damping = FIRST_DAMPING;
  for (let step = 0; step < MOST_STEPS && damping < MOST_DAMPING; step++) {
    const change = dampedStep(at, damping);
    const tried = change && parameters.map((value, index) => value + (change[index] ?? 0));
    const there = tried && model(tried);
    const reached = there === undefined ? Infinity : sumOfSquares(there.residuals);
    if (tried === undefined || there === undefined || !(reached < sum)) {
      damping *= 10;
      continue;
    }
    const gained = sum - reached;
    [parameters, at, sum, damping] = [tried, there, reached, damping / 10];
    if (gained <= NOTHING_GAINED * sum) break;
  }
  return { parameters, sumOfSquares: sum };
}

function sumOfSquares(residuals: readonly number[]): number {
  return residuals.reduce((sum, residual) => sum + residual * residual, 0);
}

/** Solves (JᵀJ + damping · diag JᵀJ) · step = −Jᵀr. */
function dampedStep({ residuals, jacobian }: Linearised, damping: number): number[] | undefined {
  const size = jacobian[0]?.length ?? 0;
  const indices = Array.from({ length: size }, (_unused, index) => index);
  const rows = indices.map((row) => {
    const product = indices.map((column) =>
      jacobian.reduce((sum, slopes) => sum + (slopes[row] ?? 0) * (slopes[column] ?? 0), 0),
    );
    product[row] = (product[row] ?? 0) * (1 + damping);
    const right = jacobian.reduce(
      (sum, slopes, index) => sum - (slopes[row] ?? 0) * (residuals[index] ?? 0),
      0,
    );
    return [...product, right];
  });
  return solve(rows);
}

/** Gauss's elimination with partial pivots; the right side is the last column. Undefined if there is no one solution. */
function solve(rows: number[][]): number[] | undefined {
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(cell(row, column)) > Math.abs(cell(pivot, column))) pivot = row;
    }
    const above = rows[pivot];
    if (above === undefined || !(Math.abs(cell(pivot, column)) > 0)) return undefined;
    [rows[pivot], rows[column]] = [rows[column] ?? [], above];
    for (let row = column + 1; row < size; row++) {
      const factor = cell(row, column) / cell(column, column);
      rows[row] = rows[row]?.map((value, index) => value - factor * cell(column, index)) ?? [];
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const known = solution.reduce(
      (sum, value, index) => (index > row ? sum + cell(row, index) * value : sum),
      0,
    );
    solution[row] = (cell(row, size) - known) / cell(row, row);
  }
  return solution.every(Number.isFinite) ? solution : undefined;
}
