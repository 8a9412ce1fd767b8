import { runScenario } from './flowgate.mjs';
import { served } from './http-server.mjs';
import { autocannon, k6, noAutocannon, number, text, vegeta } from './load-tools.mjs';
import { missing } from './measure.mjs';

const SECONDS = 20;
const RATE = 100;

/** Blocks its event loop once, for 1.4 s, at the first request after 5 s of them. */
const stalling = () => {
  let first;
  let stalled = false;
  return (_request, response) => {
    first ??= performance.now();
    if (!stalled && performance.now() - first >= 5000) {
      stalled = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1400);
    }
    response.end('hello');
  };
};

/**
 * Who comes at 100/s in the 1400 ms waits for 1400, 1390, … 0 ms. Of 2000, 1% are the 20 who come in the first 200 ms;
 * the next one waits for 1200 ms.
 */
const TRUTH = 1200;

const figures = (p99, longest, requests) => ({
  'p99, ms': p99,
  'off the truth, %': (p99 / TRUTH - 1) * 100,
  'longest, ms': longest,
  requests,
});
const NS_PER_MS = 1e6;

export default {
  title: `p99 of a server that stalls once for 1.4 s, ${RATE} requests/s for ${SECONDS} s (truth: ${TRUTH} ms)`,
  unit: 'ms',
  target:
    'Target 10: p99 within 1% of 1200 ms. ab has no rate: its ten connections wait while the server does, and send nothing that could be late (coordinated omission).',
  rounds: 1,
  columns: Object.keys(figures()),
  peers: [
    {
      name: 'flowgate, open model',
      run: () =>
        served(stalling, (url) => {
          const { metrics, flows } = runScenario({
            http: { url },
            rate: `${RATE}/s`,
            duration: `${SECONDS}s`,
            thresholds: ['success_rate >= 100%'],
          });
          return figures(metrics['flow_time.p99'].value, metrics['flow_time.max'].value, flows.length);
        }),
    },
    {
      name: 'ab -c10',
      missing: missing('ab'),
      run: () =>
        served(stalling, (url) => {
          const output = text('ab', ['-k', '-q', '-c', 10, '-t', SECONDS, '-n', 10_000_000, url]);
          return figures(
            number(/^\s+99%\s+(\d+)/m, output),
            number(/^\s+100%\s+(\d+)/m, output),
            number(/Complete requests:\s+(\d+)/, output),
          );
        }),
    },
    {
      name: 'autocannon -R100 -c10',
      missing: noAutocannon,
      run: () =>
        served(stalling, (url) => {
          const { latency, requests } = autocannon(['-R', RATE, '-c', 10, '-d', SECONDS, url]);
          return figures(latency.p99, latency.max, requests.total);
        }),
    },
    {
      name: 'k6, constant-arrival-rate',
      missing: missing('k6'),
      run: () =>
        served(stalling, (url) => {
          const { http_req_duration: time, http_reqs: requests } = k6(
            {
              executor: 'constant-arrival-rate',
              rate: RATE,
              duration: `${SECONDS}s`,
              preAllocatedVUs: 2 * RATE,
            },
            url,
          );
          return figures(time.values['p(99)'], time.values.max, requests.values.count);
        }),
    },
    {
      name: 'vegeta',
      missing: missing('vegeta'),
      run: () =>
        served(stalling, (url) => {
          const { latencies, requests } = vegeta(['-rate', `${RATE}/s`, '-duration', `${SECONDS}s`], url);
          return figures(latencies['99th'] / NS_PER_MS, latencies.max / NS_PER_MS, requests);
        }),
    },
  ],
};
