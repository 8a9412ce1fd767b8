/*
 * Data whose results by R are published; what R printed stands beside each use.
 */

/** Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 29 f.; the example of R's ?wilcox.test. */
export const DEPRESSION = {
  x: [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3],
  y: [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29],
};

/** Notes of a course on nonparametric statistics, 2016, example 3.2: wilcox.test(x, mu = 15) printed 0.05224609. */
export const TWELVE = [-2, 4, 8, 25, -5, 16, 3, 1, 12, 17, 20, 9];

/**
 * The same notes: wilcox.test(before − after, conf.int = TRUE, alternative =
 * "greater") printed V = 33, p-value = 0.01953, 95 percent confidence interval 2.15 … Inf, (pseudo)median 6.6.
 */
export const PATIENTS = {
  before: [51.2, 46.5, 24.1, 10.2, 65.3, 92.1, 30.3, 49.2],
  after: [45.8, 41.3, 15.8, 11.1, 58.5, 70.3, 31.6, 35.4],
};

/** Manual of the R package statease, wilcoxon_interpret: V = 24, p-value 0.1094, 95% CI −2.5 … 15. */
export const SEVEN = {
  x: [23, 45, 12, 67, 34, 89, 56],
  y: [19, 38, 22, 51, 29, 74, 44],
};

/**
 * Penicillin and rabbits (Agresti 1990, p. 231 ff.), the example of R's ?mantelhaen.test: for five doses, cured and
 * died of those injected at once, cured and died of those injected after 1.5 h.
 */
export const RABBITS = [
  { none: { cured: 0, died: 6 }, delayed: { cured: 0, died: 5 } },
  { none: { cured: 3, died: 3 }, delayed: { cured: 0, died: 6 } },
  { none: { cured: 6, died: 0 }, delayed: { cured: 2, died: 4 } },
  { none: { cured: 5, died: 1 }, delayed: { cured: 6, died: 0 } },
  { none: { cured: 2, died: 0 }, delayed: { cured: 5, died: 0 } },
];

export function minus(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.map((value, index) => value - (other[index] ?? NaN));
}
