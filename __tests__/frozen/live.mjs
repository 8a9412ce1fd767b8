/**
 * The live runs of scripts/frozen.mjs: each is a folder with files and one call of the built CLI or action in it.
 * `ports` are two free ports of 127.0.0.1. What a run gives must not hang on how fast the machine is.
 */

const SERVER = `import { createServer } from 'node:http';
const port = Number(process.argv[2] ?? process.env.FLOWGATE_PORT);
createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname.startsWith('/fg-')) response.setHeader('connection', 'close');
  if (pathname === '/moved') return response.writeHead(302, { location: '/orders/moved' }).end();
  if (pathname.startsWith('/bad')) return response.writeHead(500).end('the till is broken');
  if (pathname === '/cut') return request.socket.destroy();
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    setTimeout(() => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end('{"path":' + JSON.stringify(pathname) + ',"sent":' + (body === '' ? 'null' : body) + '}');
    }, 20);
  });
}).listen(port, '127.0.0.1', () => console.log('open on port ' + port));
`;

const MODULE = `import { setTimeout as delay } from 'node:timers/promises';
export async function setup({ options }) { console.log('setting up'); return { stock: Number(options.stock ?? 10) }; }
export default async function flow(ctx) {
  await ctx.step('order', () => delay(30 + 20 * ctx.random()));
  await ctx.step('pay', async () => { await delay(20); await ctx.step('card', () => delay(5)); });
  console.log('order of ' + ctx.token);
  if (ctx.iteration % 7 === 0) throw new TypeError('no card for order ' + ctx.iteration);
  return { customer: ctx.token };
}
export async function verify(ctx) {
  if (ctx.options.broken === 'yes') throw new Error('stock is 9, not ' + ctx.shared.stock);
}
export async function teardown() { console.log('torn down'); }
`;

const config = (text) => `version: 1\n${text}`;
const RUN = ['run', '--json', 'results.json'];

export const cases = ({ ports: [listen, upstream] }) => [
  {
    name: 'commands',
    files: {
      'flowgate.yml': config(`scenarios:
  pass:
    run: sleep 0.2; echo "done $FLOWGATE_TOKEN"
    flows: 4
    iterations: 8
    warmup: 2
    env: { PLACE: here }
    setup: echo ready
    teardown: echo over
    verify: test "$PLACE" = here
    thresholds: [success_rate >= 99%, flow_time.p95 < 20s, flow_time.max < 30s, throughput > 0.1/s, peak_memory < 5GB, dropped == 0, max_concurrency >= 4, start_skew < 5s]
    alerts: [peak_processes <= 500, 'cpu_per_flow < 10s', error_types == 0]
  fail:
    run: |
      echo "flow $FLOWGATE_ITERATION begins"
      case $((FLOWGATE_ITERATION % 4)) in
        1) echo "no connection to db-$FLOWGATE_ITERATION" >&2; exit 3;;
        2) echo "Error: out of \`tea\` | <b>$FLOWGATE_ITERATION</b>" >&2; exit 4;;
        *) sleep 0.1;;
      esac
    flows: 4
    iterations: 20
    thresholds: [success_rate >= 99%, failed == 0, flow_time.med < 1ms, 'error_rate < 10%']
    alerts: [throughput > 1000000/s, error_types <= 1]
`),
    },
    args: RUN,
  },
  {
    name: 'timeouts',
    files: {
      'flowgate.yml': config(`scenarios:
  late:
    run: 'if [ $FLOWGATE_FLOW = 2 ]; then sleep 30; else sleep 0.1; fi'
    flows: 3
    timeout: 700ms
    thresholds: [timed_out == 0, success_rate >= 50%]
  again:
    run: 'f=tried-$FLOWGATE_ITERATION; if [ -e "$f" ]; then echo better; else touch "$f"; echo "first time" >&2; exit 5; fi'
    flows: 2
    iterations: 6
    retries: { times: 2, backoff: 10ms }
    thresholds: [success_rate == 100%]
    alerts: [retried == 0]
  never:
    run: 'exit 1'
    flows: 2
    thresholds: [flow_time.p95 < 1s, 'step(pay).p95 < 1s']
    alerts: [memory_growth < 1MB/min]
`),
    },
    args: RUN,
  },
  {
    name: 'modules',
    files: {
      'flow.mjs': MODULE,
      'slower.mjs': `export default ({ iteration, step }) =>
  step('query', () => new Promise((end) => setTimeout(end, 5 + iteration / 3)));
`,
      'flowgate.yml': config(`scenarios:
  shared: { module: flow.mjs, flows: 5, iterations: 20, warmup: 1, thresholds: [success_rate >= 80%, 'step(order).p95 < 10s', 'step(card).med < 5s'], checks: { isolation: fail, cleanup: fail, growth: warn } }
  slower: { module: slower.mjs, flows: 2, iterations: 150, thresholds: [success_rate == 100%] }
  threads: { module: flow.mjs, isolate: thread, flows: 3, iterations: 9, options: { stock: 5 }, thresholds: ['step(pay).max < 10s'], alerts: [success_rate == 100%] }
  processes: { module: flow.mjs, isolate: process, flows: 2, iterations: 8, options: { broken: 'yes' }, checks: { concurrency: off } }
`),
    },
    args: RUN,
  },
  {
    name: 'http',
    files: {
      'server.mjs': SERVER,
      'flowgate.yml': config(`scenarios:
  orders:
    http:
      - { name: place, method: POST, url: 'http://127.0.0.1:{{port}}/orders', body: { customer: '{{token}}', n: 12345678901234567890 }, expect: { status: 201, json: { sent: { customer: '{{token}}', n: 12345678901234567890 } } } }
      - { name: look, url: 'http://127.0.0.1:{{port}}/orders/{{iteration}}', headers: { accept: '*/*' }, expect: { status: 2xx, body: '/path/' } }
      - http://127.0.0.1:{{port}}/moved
    follow-redirects: true
    service: { run: exec node server.mjs, ready: '/open on port \\d+/', grace: 2s }
    flows: 4
    iterations: 24
    thresholds: [success_rate == 100%, 'ttfb.p95 < 10s', 'step(place).p99 < 10s', bytes_received > 0B, resent == 0]
    checks: { isolation: fail }
  wrong:
    http:
      - { name: bad, url: 'http://127.0.0.1:{{port}}/bad', expect: { status: 200 } }
    service: { run: exec node server.mjs, ready: 'http://127.0.0.1:{{port}}/' }
    flows: 2
    iterations: 4
    thresholds: [success_rate >= 90%]
  body:
    http: { url: 'http://127.0.0.1:{{port}}/x', expect: { json: { path: /y } } }
    service: { run: exec node server.mjs, ready: 'tcp://127.0.0.1:{{port}}' }
    flows: 2
  cut:
    http: 'http://127.0.0.1:{{port}}/cut'
    service: { run: exec node server.mjs, ready: 'tcp://127.0.0.1:{{port}}' }
    flows: 2
  nobody:
    http: http://127.0.0.1:1/
    flows: 2
`),
    },
    args: RUN,
  },
  {
    name: 'services',
    files: {
      'server.mjs': SERVER,
      'flowgate.yml': config(`scenarios:
  shop:
    services:
      db: { run: exec node server.mjs, ready: 'open on port \\d+' }
      app: { run: exec node server.mjs, after: [db], env: { DB: '{{port.db}}' }, ready: 'tcp://127.0.0.1:{{port.app}}', stop: SIGINT, timeout: 20s }
    setup: echo 90 > stock
    run: n=$(cat stock); sleep 0.1; echo $((n-1)) > stock; echo $FLOWGATE_PORT_DB > port
    flows: 5
    verify: n=$(cat stock); echo "stock is $n, not 85" >&2; [ $n = 85 ]
    teardown: rm -f stock
    thresholds: [success_rate >= 99%]
  unready:
    service: { run: "echo starting; sleep 30", ready: 'tcp://127.0.0.1:{{port}}', timeout: 600ms }
    run: 'true'
    flows: 1
  ends:
    service: { run: "echo no configuration >&2; exit 7", ready: 'open' }
    run: 'true'
    flows: 1
  unset:
    setup: echo "no database" >&2; exit 9
    run: 'true'
    flows: 1
  untorn:
    run: sleep 0.3
    teardown: echo "rows are left" >&2; exit 4
    flows: 1
    thresholds: [success_rate == 100%]
`),
    },
    args: RUN,
  },
  {
    name: 'checks',
    files: {
      'flowgate.yml': config(`scenarios:
  bleed:
    run: echo "$FLOWGATE_TOKEN" > session; sleep 0.3; echo "placed for $(cat session)"; echo mine "$FLOWGATE_TOKEN"
    flows: 4
    iterations: 8
    thresholds: [success_rate == 100%]
    checks: { isolation: fail, concurrency: fail }
  left:
    run: (sleep 4 >/dev/null 2>&1 &); echo x > left-$FLOWGATE_ITERATION; mkdir -p cache/$FLOWGATE_FLOW; sleep 0.4
    flows: 2
    thresholds: [success_rate == 100%]
    checks: { cleanup: fail, isolation: off }
  apart:
    run: 'true'
    flows: 3
    iterations: 3
    checks: { isolation: warn, monitoring: warn }
    thresholds: [success_rate == 100%]
`),
    },
    args: RUN,
  },
  {
    name: 'growth',
    files: {
      'server.mjs': `import { createServer } from 'node:http';
const kept = [];
createServer((_, response) => {
  if (process.argv[2] === 'leak') kept.push(Buffer.alloc(20_000, 1));
  setTimeout(() => response.end('ok'), 8);
}).listen(Number(process.env.FLOWGATE_PORT), '127.0.0.1');
`,
      'flowgate.yml': config(`scenarios:
  leak:
    http: 'http://127.0.0.1:{{port}}/'
    iterations: 4000
    service: { run: exec node server.mjs leak, ready: 'tcp://127.0.0.1:{{port}}' }
    checks: { growth: fail }
    thresholds: [success_rate == 100%]
`),
    },
    args: RUN,
  },
  {
    name: 'kill',
    files: {
      'flow.mjs': 'export default () => new Promise((end) => setTimeout(end, 150));\n',
      'flowgate.yml': config(`scenarios:
  command: { run: sleep 0.3, flows: 6, thresholds: [success_rate >= 99%], faults: { seed: 9, rounds: 5, kill: { share: 40%, after: 50ms..200ms } } }
  module: { module: flow.mjs, isolate: process, flows: 4, thresholds: [success_rate >= 99%], faults: { seed: 9, rounds: 1, kill: { share: 40%, after: 20ms..80ms } } }
`),
    },
    args: RUN,
  },
  {
    name: 'network',
    files: {
      'server.mjs': SERVER,
      'flowgate.yml': config(`scenarios:
  shop:
    service: { run: exec node server.mjs ${upstream}, ready: 'tcp://127.0.0.1:${upstream}' }
    http: { url: 'http://127.0.0.1:${listen}/{{token}}' }
    flows: 6
    iterations: 18
    thresholds: [success_rate >= 99%]
    faults:
      seed: 42
      rounds: 5
      network: [{ listen: ${listen}, upstream: '127.0.0.1:${upstream}', latency: { mean: 20ms, jitter: 5ms, probability: 20% }, reset: 10% }]
  down:
    service: { run: exec node server.mjs ${upstream}, ready: 'tcp://127.0.0.1:${upstream}' }
    http: { url: 'http://127.0.0.1:${listen}/{{token}}' }
    flows: 2
    iterations: 20
    thresholds: [success_rate >= 99%]
    faults: { seed: 1, rounds: 1, network: [{ listen: ${listen}, upstream: '127.0.0.1:${upstream}', down: 0s.., bandwidth: 1MB/s }] }
`),
    },
    args: RUN,
  },
  {
    name: 'limits',
    files: {
      'grow.cjs':
        'const held = [];\nfor (let i = 0; i < Number(process.argv[2]); i += 1) held.push(Buffer.alloc(1e6, 1));\nsetTimeout(() => {}, 200);\n',
      'flowgate.yml': config(`scenarios:
  memory: { run: 'node grow.cjs $((FLOWGATE_FLOW == 2 ? 3000 : 5))', flows: 2, thresholds: [success_rate == 100%], faults: { limits: { of: flow, memory: 300MB } } }
  files: { run: 'sleep 0.2', flows: 2, thresholds: [success_rate == 100%], faults: { limits: [{ of: flow, files: 64, processes: 50 }] } }
`),
    },
    args: RUN,
  },
  {
    name: 'ladder',
    files: {
      'flow.mjs':
        'export default (ctx) => ctx.step("wait", () => new Promise((end) => setTimeout(end, 60)));\n',
      'flowgate.yml': config(`scenarios:
  climbs: { module: flow.mjs, ladder: [1, 2, 4, 8, 16], thresholds: [success_rate == 100%, 'efficiency(8) >= 10%', memory_per_flow < 5GB, knee >= 1], alerts: ['threads_per_flow < 50'] }
  stops: { run: 'mkdir busy || exit 6; sleep 0.2; rmdir busy', ladder: [1, 4, 8], abort-on-fail: true, thresholds: [success_rate >= 90%] }
`),
    },
    args: RUN,
  },
  {
    name: 'open',
    files: {
      'flow.mjs': 'export default () => new Promise((end) => setTimeout(end, 400));\n',
      'flowgate.yml': config(`scenarios:
  drops: { module: flow.mjs, rate: 40/s, duration: 1s, max-flows: 4, thresholds: [dropped == 0, success_rate >= 99%] }
  holds: { module: flow.mjs, rate: 20/s, duration: 1s, thresholds: [success_rate == 100%, flow_time.p95 < 20s] }
  stages: { module: flow.mjs, stages: [{ flows: 2, for: 800ms }, { flows: 5, for: 1s, ramp: 300ms }], thresholds: [success_rate == 100%] }
  time: { module: flow.mjs, flows: 3, duration: 1s, thresholds: [total_time < 60s] }
  aborted: { run: 'exit 8', flows: 2, duration: 20s, thresholds: [{ expr: error_rate < 10%, abort-on-fail: true, delay: 1s }] }
`),
    },
    args: RUN,
  },
  {
    name: 'not-judged',
    files: {
      'flowgate.yml': config(`compare: base
budget: 10s
scenarios:
  s: { run: sleep 0.2, flows: 2, thresholds: [success_rate == 100%, flow_time.p95 <= base + 5%], alerts: [peak_memory <= base + 10MB] }
`),
    },
    args: [...RUN, '--no-compare'],
  },
  {
    name: 'interrupted',
    files: {},
    args: [...RUN, '--run', 'echo begun; sleep 20', '--flows', '2', '--threshold', 'success_rate >= 90%'],
    interrupt: { signal: 'SIGINT', after: 1500 },
  },
  {
    name: 'options',
    files: {},
    args: [
      ...RUN,
      '--run',
      'sleep 0.2',
      '--flows',
      '3',
      '--seed',
      '5',
      '--alert',
      'peak_memory < 1B',
      '--timeout',
      '9s',
    ],
  },
  { name: 'demo', files: {}, args: ['demo', '--json', 'results.json'] },
  { name: 'demo-race', files: {}, args: ['demo', '--bug', 'race', '--json', 'results.json'] },
  { name: 'demo-bleed', files: {}, args: ['demo', '--bug', 'bleed', '--json', 'results.json'] },
  { name: 'demo-orphan', files: {}, args: ['demo', '--bug', 'orphan', '--json', 'results.json'] },
  { name: 'demo-cascade', files: {}, args: ['demo', '--bug', 'cascade', '--json', 'results.json'] },
  { name: 'demo-leak', files: {}, args: ['demo', '--bug', 'leak', '--json', 'results.json'] },
  { name: 'demo-stuck', files: {}, args: ['demo', '--bug', 'stuck', '--json', 'results.json'] },
  {
    name: 'compare-commands',
    files: {},
    args: [
      ...['compare', '--base-run', 'sleep 0.05', '--run', 'sleep 0.1', '--flows', '2', '--iterations', '10'],
      ...[
        '--budget',
        '15s',
        '--threshold',
        'flow_time.med <= base + 10%',
        '--threshold',
        'success_rate >= base',
      ],
      ...['--alert', 'throughput >= base - 5%', '--json', 'results.json'],
    ],
  },
  {
    name: 'compare-same',
    files: { 'flow.mjs': 'export default () => new Promise((end) => setTimeout(end, 20));\n' },
    args: [
      ...[
        'compare',
        '--base-module',
        'flow.mjs',
        '--module',
        'flow.mjs',
        '--flows',
        '2',
        '--iterations',
        '20',
      ],
      ...['--budget', '8s', '--threshold', 'flow_time.p95 <= base + 0.1%', '--json', 'results.json'],
    ],
  },
  {
    name: 'compare-git',
    git: [
      {
        message: 'as it was',
        files: {
          'work.sh': 'echo "at $(cat built)"; sleep 0.05\n',
          'flowgate.yml': config(`compare: base
prepare: echo built > built
budget: 12s
scenarios:
  work: { run: sh work.sh, flows: 2, iterations: 10, thresholds: [success_rate >= 99%, flow_time.p95 <= base + 5%], checks: { isolation: off } }
  gone: { run: 'true', flows: 1, thresholds: [success_rate >= 99%] }
`),
        },
      },
      {
        branch: 'feature',
        message: 'wait longer',
        files: {
          'work.sh': 'echo "at $(cat built)"; sleep 0.1\n',
          'flowgate.yml': config(`compare: base
prepare: echo built > built
budget: 12s
scenarios:
  work: { run: sh work.sh, flows: 2, iterations: 10, thresholds: [success_rate >= 90%, flow_time.med <= base + 20%], checks: { isolation: off } }
  new: { run: sleep 0.2, flows: 2, thresholds: [success_rate >= 99%, flow_time.p95 <= base + 20%] }
`),
        },
      },
    ],
    args: RUN,
  },
  {
    name: 'calibrate',
    files: { 'flow.mjs': 'export default () => new Promise((end) => setTimeout(end, 20));\n' },
    args: [
      ...['calibrate', '--module', 'flow.mjs', '--flows', '4', '--iterations', '40', '--budget', '6s'],
      ...['--runs', '1', '--json', 'results.json', '--markdown', 'calibration.md'],
    ],
    calibration: true,
  },
  {
    name: 'action-pass',
    action: { run: 'sleep 0.2', flows: '2', thresholds: 'success_rate >= 90%', 'check-name': 'load' },
    files: {},
  },
  {
    name: 'action-fail',
    action: { config: 'flowgate.yml' },
    files: {
      'flowgate.yml': config(`scenarios:
  orders: { run: 'echo "no tea for $FLOWGATE_TOKEN" >&2; sleep 0.2; exit 3', flows: 2, thresholds: [success_rate >= 99%, failed == 0], alerts: [throughput > 100000/s] }
  fine: { run: sleep 0.2, flows: 2, thresholds: [success_rate >= 99%] }
`),
    },
  },
  {
    name: 'action-history',
    action: { run: 'sleep 0.2', flows: '2', thresholds: 'success_rate >= 90%', history: 'true' },
    history: true,
    files: {},
  },
  {
    name: 'action-inputs',
    action: {
      flows: 'many',
      timeout: 'soon',
      thresholds: 'flow_tme.p95 < 5s',
      alerts: 'peak_memory < 5',
      comment: 'perhaps',
      run: 'x',
      url: 'y',
      budget: '2',
      'on-inconclusive': 'maybe',
      history: 'perhaps',
      shard: '1/2',
      'pull-request': '0',
    },
    files: {},
    textOnly: true,
  },
  { name: 'action-no-config', action: {}, files: {}, textOnly: true },
  {
    name: 'action-unused',
    action: {
      run: 'true',
      prepare: 'x',
      budget: '2m',
      'on-inconclusive': 'fail',
      scenario: 'a',
      demo: 'true',
      config: 'flowgate.yml',
    },
    files: {},
    textOnly: true,
  },
];
