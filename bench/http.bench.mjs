import { join } from 'node:path';
import { runScenario } from './flowgate.mjs';
import { hello, served } from './http-server.mjs';
import { autocannon, k6, noAutocannon, number, oha, text } from './load-tools.mjs';
import { missing } from './measure.mjs';

const SECONDS = 3;
const CONNECTIONS = 10;
const UNDICI_LOOP = join(import.meta.dirname, 'programs/undici-loop.mjs');

export default {
  title: `HTTP, closed model, ${CONNECTIONS} connections, one node server`,
  unit: 'requests/s',
  target:
    "Target 9: at least autocannon's rate and k6's, and 0.7 of wrk's. A request is a whole flow of flowgate, with a record of its own.",
  peers: [
    {
      name: 'flowgate',
      run: () =>
        served(
          hello,
          (url) =>
            runScenario({
              http: { url },
              flows: CONNECTIONS,
              duration: `${SECONDS}s`,
              thresholds: ['success_rate >= 100%'],
            }).metrics.throughput.value,
        ),
    },
    {
      name: 'undici alone, as fast as it goes',
      run: () =>
        served(hello, (url) => Number(text(process.execPath, [UNDICI_LOOP, url, CONNECTIONS, SECONDS]))),
    },
    {
      name: 'autocannon',
      missing: noAutocannon,
      run: () => served(hello, (url) => autocannon(['-c', CONNECTIONS, '-d', SECONDS, url]).requests.average),
    },
    {
      name: 'k6',
      missing: missing('k6'),
      run: () =>
        served(hello, (url) => {
          const scenario = { executor: 'constant-vus', vus: CONNECTIONS, duration: `${SECONDS}s` };
          return k6(scenario, url).http_reqs.values.rate;
        }),
    },
    {
      name: 'oha',
      missing: missing('oha'),
      run: () =>
        served(hello, (url) => oha(['-c', CONNECTIONS, '-z', `${SECONDS}s`, url]).summary.requestsPerSec),
    },
    {
      name: 'wrk -t1',
      missing: missing('wrk'),
      run: () =>
        served(hello, (url) =>
          number(/Requests\/sec:\s+([\d.]+)/, text('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, url])),
        ),
    },
    {
      name: 'ab -k',
      missing: missing('ab'),
      run: () =>
        served(hello, (url) =>
          number(
            /Requests per second:\s+([\d.]+)/,
            text('ab', ['-k', '-q', '-c', CONNECTIONS, '-t', SECONDS, '-n', 10_000_000, url]),
          ),
        ),
    },
  ],
};
