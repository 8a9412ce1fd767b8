import { runScenario } from './flowgate.mjs';
import { missing } from './measure.mjs';
import { built } from './built.mjs';

const FLOWS = 10_000;
const PYTHON = missing('python3')();

/** Each serves requests on the port of its first argument, and keeps 1 KB of every one if the second is "leak". */
const SERVERS = {
  'Node, JS heap': [
    'node',
    '-e',
    `const kept = []; const leak = process.argv[2] === 'leak';
    require('node:http').createServer((_, response) => {
      const user = { id: Math.random(), tags: Array.from({ length: 120 }, (_, index) => index + Math.random()) };
      if (leak) kept.push(user);
      response.end(JSON.stringify(user).slice(0, 200));
    }).listen(Number(process.argv[1]), '127.0.0.1');`,
  ],
  'Node, Buffers': [
    'node',
    '-e',
    `const kept = []; const leak = process.argv[2] === 'leak';
    require('node:http').createServer((_, response) => {
      const body = Buffer.alloc(1024, 1);
      if (leak) kept.push(body);
      response.end(body);
    }).listen(Number(process.argv[1]), '127.0.0.1');`,
  ],
  'Python, http.server': [
    'python3',
    '-c',
    `import sys
from http.server import ThreadingHTTPServer, BaseHTTPRequestHandler
kept = []
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_GET(self):
        body = bytes(bytearray(1000))
        if sys.argv[2] == "leak": kept.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *rest): pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()`,
  ],
};

const present = Object.entries(SERVERS).filter(
  ([, [program]]) => program !== 'python3' || PYTHON === undefined,
);

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** flowgate as a person runs it: the service started, 10,000 requests by ten at once, judged. */
function runOf([program, ...args], leak) {
  const [flag, source] = args;
  return runScenario({
    http: { url: 'http://127.0.0.1:{{port}}/' },
    flows: 10,
    iterations: FLOWS,
    service: {
      run: `exec ${program} ${flag} ${quoted(source)} {{port}} ${leak ? 'leak' : 'none'}`,
      ready: 'tcp://127.0.0.1:{{port}}',
    },
    checks: { growth: 'fail' },
    thresholds: ['success_rate >= 100%'],
  });
}

/** Runs of every server with and without leak, the same ones for all peers: by round. */
const rounds = [];
function runsOf(round) {
  rounds[round] ??= present.flatMap(([name, server]) =>
    [true, false].map((leak) => ({ name, leak, run: runOf(server, leak) })),
  );
  return rounds[round];
}

/** A peer that says of each run whether it leaks; undefined if it does not know. */
function judging(name, judge) {
  let round = 0;
  return {
    name,
    run: async () => {
      const figures = {};
      const falseAlarms = [];
      const unknown = [];
      for (const { name: server, leak, run } of runsOf(round++)) {
        const alarm = await judge(run);
        unknown.push(alarm === undefined ? 100 : 0);
        if (leak) figures[`${server}: found, %`] = alarm ? 100 : 0;
        else falseAlarms.push(alarm ? 100 : 0);
      }
      figures[FALSE_ALARMS] = meanOf(falseAlarms);
      figures[UNKNOWN] = meanOf(unknown);
      return figures;
    },
  };
}

const FALSE_ALARMS = 'false alarms, %';
const UNKNOWN = 'not known, %';
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of all samples after a third of the flows; one-sided at 1%, by the normal approximation, ties counted. */
async function mannKendall({ monitor }) {
  const { chanceOfOrder } = await built('lib/statistics/slopes.js');
  const values = monitor.samples
    .filter(({ flows }) => flows >= FLOWS / 3 && flows < FLOWS)
    .map(({ serviceMemory }) => [serviceMemory]);
  // Of groups of one value each, the test of Jonckheere and Terpstra is that of Mann and Kendall.
  return chanceOfOrder(values) < 0.01;
}

export default {
  title: `A leak of 1 KB a request in ${FLOWS} requests, real servers with and without`,
  unit: '%',
  target: 'Target 14: found in at least 95%, false alarms in at most 1% of the runs.',
  rounds: 7,
  mean: true,
  columns: [...present.map(([name]) => `${name}: found, %`), FALSE_ALARMS, UNKNOWN],
  peers: [
    judging('flowgate, check growth', ({ checks }) => {
      const { outcome } = checks.find(({ id }) => id === 'growth');
      return outcome === 'inconclusive' ? undefined : outcome === 'fail';
    }),
    judging('Mann–Kendall on all samples', mannKendall),
  ],
};
