/** Bounds of a share, each missed with a probability of at most `miss` (Clopper and Pearson 1934). */
export function shareBounds(count, of, miss = 0.05) {
  return { low: 1 - highest(of - count, of, miss), high: highest(count, of, miss) };
}

const HALVINGS = 40;

/** The largest chance with which at most so many of the trials are no rarer than `miss`. */
function highest(most, trials, miss) {
  if (most >= trials) return 1;
  let low = 0;
  let high = 1;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (atMost(most, trials, middle) > miss) low = middle;
    else high = middle;
  }
  return high;
}

function atMost(most, trials, chance) {
  let term = trials * Math.log1p(-chance);
  let sum = 0;
  for (let count = 0; count <= most; count += 1) {
    sum += Math.exp(term);
    term += Math.log((trials - count) / (count + 1)) + Math.log(chance) - Math.log1p(-chance);
  }
  return sum;
}
