/**
 * Probability that a random order of `count` values has at most `inversions` pairs the wrong way round, exactly: the
 * null distribution of Kendall's rank correlation (Kendall, "A new measure of rank correlation", 1938). The k-th value
 * can be put in k places, which make 0 … k − 1 inversions, each as likely as the other.
 */
export function inversionsAtMost(count: number, inversions: number): number {
  let chances = [1];
  for (let values = 2; values <= count; values++) {
    const next = new Array<number>(chances.length + values - 1).fill(0);
    chances.forEach((chance, made) => {
      for (let more = 0; more < values; more++)
        next[made + more] = (next[made + more] ?? 0) + chance / values;
    });
    chances = next;
  }
  return chances.slice(0, Math.max(0, inversions + 1)).reduce((sum, chance) => sum + chance, 0);
}
