import { runScenario } from './flowgate.mjs';
import { served } from './http-server.mjs';
import { autocannon, k6, noAutocannon, vegeta } from './load-tools.mjs';
import { missing } from './measure.mjs';

const SECONDS = 10;
const RATE = 1000;
const MS_BETWEEN = 1000 / RATE;

/** Notes when each request came, and tells. */
const noting = () => {
  const arrivals = [];
  return (request, response) => {
    if (request.url === '/arrivals') {
      response.end(JSON.stringify(arrivals));
      return;
    }
    arrivals.push(performance.now());
    response.end('hello');
  };
};

/** What the server saw of a generator: the same measure for all of them. */
function seen(arrivals) {
  const rate = (1000 * (arrivals.length - 1)) / (arrivals.at(-1) - arrivals[0]);
  // The n-th is due n ms after the first; the most punctual one says where that grid begins.
  const off = arrivals.map((at, index) => at - index * MS_BETWEEN);
  const punctual = off.reduce((least, at) => Math.min(least, at), Infinity);
  const late = off.map((at) => at - punctual).sort((a, b) => a - b);
  return {
    requests: arrivals.length,
    'rate error, %': (rate / RATE - 1) * 100,
    'late p50, ms': at(late, 0.5),
    'late p99, ms': at(late, 0.99),
    'latest, ms': late.at(-1),
  };
}

const at = (sorted, share) => sorted[Math.round(share * (sorted.length - 1))];

/** `load` gives what the generator itself can say beside that. */
const observed = (load) =>
  served(noting, async (url) => {
    const own = load(url);
    return { ...seen(await (await fetch(`${url}arrivals`)).json()), ...own };
  });

const OWN_JITTER = 'jitter p99 by its own record, ms';
const DROPPED = 'dropped';

function flowgate(url) {
  const { metrics, flows } = runScenario({
    http: { url },
    rate: `${RATE}/s`,
    duration: `${SECONDS}s`,
    thresholds: ['success_rate >= 100%'],
  });
  const jitter = flows
    .filter(({ outcome }) => outcome !== 'dropped')
    .map(({ scheduledAt, startedAt }) => startedAt - scheduledAt)
    .sort((a, b) => a - b);
  return { [OWN_JITTER]: at(jitter, 0.99), [DROPPED]: metrics.dropped.value };
}

export default {
  title: `Open model, ${RATE} requests/s for ${SECONDS} s, as the server saw them come`,
  unit: 'ms',
  target:
    'Target 11: rate error at most 0.5%, start jitter p99 (from due to started, by the record) at most 2 ms, drops counted. Late is how long after its place in an even row a request came to the server.',
  rounds: 1,
  columns: ['requests', 'rate error, %', 'late p50, ms', 'late p99, ms', 'latest, ms', OWN_JITTER, DROPPED],
  peers: [
    { name: 'flowgate', run: () => observed(flowgate) },
    {
      name: `autocannon -R${RATE} -c50`,
      missing: noAutocannon,
      run: () =>
        observed((url) => {
          autocannon(['-R', RATE, '-c', 50, '-d', SECONDS, url]);
        }),
    },
    {
      name: 'k6, constant-arrival-rate',
      missing: missing('k6'),
      run: () =>
        observed((url) => {
          const metrics = k6(
            {
              executor: 'constant-arrival-rate',
              rate: RATE,
              duration: `${SECONDS}s`,
              preAllocatedVUs: 50,
              maxVUs: 200,
            },
            url,
          );
          return { [DROPPED]: metrics.dropped_iterations?.values.count ?? 0 };
        }),
    },
    {
      name: 'vegeta',
      missing: missing('vegeta'),
      run: () =>
        observed((url) => {
          vegeta(['-rate', `${RATE}/s`, '-duration', `${SECONDS}s`], url);
        }),
    },
  ],
};
