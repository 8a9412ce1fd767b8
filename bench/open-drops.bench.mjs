import { runScenario } from './flowgate.mjs';
import { served } from './http-server.mjs';
import { k6, vegeta } from './load-tools.mjs';
import { missing } from './measure.mjs';

const RATE = 200;
const SECONDS = 10;
const SLOTS = 5;
const MS_BETWEEN = 1000 / RATE;

/** Answers each after 51 ms: five at once then come to less than half of what is due. */
const slow = () => (_request, response) => {
  setTimeout(() => response.end('hello'), 51);
};

/** Of flows that are due evenly and take `service` ms each, how many find no free slot. */
function simulatedDrops(service) {
  const freeAt = new Array(SLOTS).fill(0);
  let dropped = 0;
  for (let flow = 0; flow < RATE * SECONDS; flow += 1) {
    const due = flow * MS_BETWEEN;
    const slot = freeAt.findIndex((free) => free <= due);
    if (slot < 0) dropped += 1;
    else freeAt[slot] = due + service;
  }
  return dropped;
}

/** From 50 to 55 ms it is the same: the slots are free again for the flow that is due at 55 ms. */
const TRUTH = simulatedDrops(52);

const OFF = 'dropped off the truth';
const figures = (sent, dropped) => ({ sent, dropped, 'simulated truth': TRUTH, [OFF]: dropped - TRUTH });

export default {
  title: `Dropped flows, ${RATE}/s for ${SECONDS} s, ${SLOTS} slots, 51 ms each`,
  unit: 'flows',
  target:
    'Target 11: drops are counted, and as many as a simulation says. vegeta waits for a free worker and ends with the time; its report does not tell what was due and never sent.',
  rounds: 1,
  columns: Object.keys(figures(0, 0)),
  peers: [
    {
      name: 'flowgate',
      run: () =>
        served(slow, (url) => {
          const { metrics } = runScenario({
            http: { url },
            rate: `${RATE}/s`,
            duration: `${SECONDS}s`,
            'max-flows': SLOTS,
            thresholds: ['dropped == 0'],
          });
          const dropped = metrics.dropped.value;
          return figures(RATE * SECONDS - dropped, dropped);
        }),
    },
    {
      name: 'k6, constant-arrival-rate',
      missing: missing('k6'),
      run: () =>
        served(slow, (url) => {
          const scenario = {
            executor: 'constant-arrival-rate',
            rate: RATE,
            duration: `${SECONDS}s`,
            preAllocatedVUs: SLOTS,
          };
          const metrics = k6(scenario, url);
          return figures(metrics.http_reqs.values.count, metrics.dropped_iterations?.values.count ?? 0);
        }),
    },
    {
      name: `vegeta -max-workers ${SLOTS}`,
      missing: missing('vegeta'),
      run: () =>
        served(slow, (url) => {
          const args = ['-rate', `${RATE}/s`, '-duration', `${SECONDS}s`, '-max-workers', SLOTS];
          return { sent: vegeta(args, url).requests };
        }),
    },
  ],
};
