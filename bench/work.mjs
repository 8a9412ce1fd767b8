/** Scenarios of the same kind of work, more or less of it. */

/** Iterations of bash's loop, some 20 ms on a core of 2020. */
const BASH_TURNS = 15_000;
/** Of a loop of JavaScript, some 2 ms. */
const NODE_TURNS = 2_000_000;

/** As many as the cores of the smallest hosted machine. */
const FLOWS = 2;

/** A command whose work is done by bash, as that is what the product needs anyway. */
export function commandText(amount = 1) {
  return `for ((i = 0; i < ${Math.round(BASH_TURNS * amount)}; i += 1)); do :; done`;
}

/** Commands that compute. */
export function commandWork(amount = 1) {
  return { run: commandText(amount), flows: FLOWS, iterations: 400 };
}

export const loop = (turns) =>
  `let sum = 0; for (let i = 0; i < ${Math.round(turns)}; i += 1) sum = (sum * 31 + i) | 0;`;

/** Requests to a server of its own that computes its answer. */
export function httpWork(amount = 1, turns = NODE_TURNS) {
  const server = `require('node:http').createServer((_, response) => { ${loop(turns * amount)} response.end(String(sum)); }).listen(Number(process.argv[1]), '127.0.0.1')`;
  return {
    http: { url: 'http://127.0.0.1:{{port}}/' },
    flows: FLOWS,
    iterations: 4000,
    service: { run: `exec node -e "${server}" {{port}}`, ready: 'tcp://127.0.0.1:{{port}}' },
  };
}
