/**
 * The Universal Scalability Law: X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1)), with contention σ and coherency κ, both at
 * least 0 (Gunther, "Guerrilla Capacity Planning", 2007; "A general theory of computational scalability based on
 * rational functions", arXiv:0808.1431).
 */
export interface UslLaw {
  /** Throughput of one flow alone. */
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

/** X(N), in the unit of λ. */
export function uslThroughput(law: UslLaw, flows: number): number {
  return (law.lambda * flows) / uslDivisor(law, flows);
}

/** By how much N flows at once fall behind N times one. */
export function uslDivisor({ sigma, kappa }: Pick<UslLaw, 'sigma' | 'kappa'>, flows: number): number {
  return 1 + sigma * (flows - 1) + kappa * flows * (flows - 1);
}
