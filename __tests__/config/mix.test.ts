import { describe, expect, test } from '@jest/globals';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import type { Plan } from '../../src/model/plan.js';
import { fakeFiles } from '../fakes/files.js';

const PARTS = `
version: 1
scenarios:
  browse:
    http: 'http://127.0.0.1:{{port}}/{{data.user}}'
    data: users.csv
    timeout: 2s
  buy:
    module: flows/buy.mjs
    retries: 2
    env: {SHOP: 'http://127.0.0.1:{{port}}'}
    working-directory: shop
`;
const SHOP = `
  shop:
    mix: {browse: 80%, buy: 20%}
    service: npm start
    flows: 5
    thresholds: ['flow_time(buy).p95 < 800ms', success_rate(browse) >= 99%]
`;

function planOf(text: string, inputs: Inputs = {}, env?: Record<string, string>): Promise<Plan> {
  const files = fakeFiles({
    '/repo/flowgate.yml': text,
    '/repo/users.csv': 'user\nann\n',
    '/repo/shop/flows/buy.mjs': '',
  });
  return makePlan(inputs, { files, workspace: '/repo', env });
}

async function problemsOf(...given: Parameters<typeof planOf>): Promise<readonly string[]> {
  try {
    await planOf(...given);
    return [];
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
}

describe('a mix', () => {
  test('takes of each part what one flow does, and its parts are not run by themselves', async () => {
    const { scenarios } = await planOf(PARTS + SHOP);
    expect(scenarios.map(({ name }) => name)).toEqual(['shop']);
    expect(scenarios[0]).toMatchObject({
      timeout: 30_000,
      workingDirectory: '/repo',
      work: {
        kind: 'mix',
        parts: [
          {
            name: 'browse',
            share: 0.8,
            timeout: 2000,
            work: { kind: 'http' },
            data: { file: '/repo/users.csv' },
            workingDirectory: '/repo',
          },
          {
            name: 'buy',
            share: 0.2,
            retries: { times: 2 },
            work: { kind: 'module', module: '/repo/shop/flows/buy.mjs' },
            env: { SHOP: 'http://127.0.0.1:{{port}}' },
            workingDirectory: '/repo/shop',
          },
        ],
      },
    });
  });

  test('a part that is named is run by itself', async () => {
    const alone = PARTS.replace('    data: users.csv\n', '    data: users.csv\n    service: npm start\n');
    const { scenarios } = await planOf(alone + SHOP, { scenario: 'browse,shop' });
    expect(scenarios.map(({ name }) => name)).toEqual(['browse', 'shop']);
  });

  test('everything that is wrong is said at once', async () => {
    const text = `
version: 1
scenarios:
  browse: {run: x}
  buy: {run: x}
  empty: {mix: {}}
  itself: {mix: {itself: 50%, browse: 50%}}
  slip: {mix: {brows: 70%, buy: 20%}}
  nested: {mix: {slip: 100%}}
  words: {mix: {browse: most, buy: 20%}}
  both: {mix: {browse: 100%}, run: x}
  extra: {mix: {browse: 100%}, timeout: 5s, data: users.csv, isolate: none, retries: 1}
  limited: {mix: {browse: 100%}, faults: {limits: {memory: 256MB}}}
`;
    expect(await problemsOf(text)).toEqual([
      'flowgate.yml:6:11: scenarios.empty.mix: is empty; write shares such as {browse: 80%}',
      'flowgate.yml:7:26: scenarios.itself.mix.itself: is this scenario itself; name others',
      'flowgate.yml:8:10: scenarios.slip.mix: shares are 90% in all; write 100% in all',
      'flowgate.yml:8:23: scenarios.slip.mix.brows: there is no scenario brows; did you mean browse?',
      'flowgate.yml:9:24: scenarios.nested.mix.slip: slip is a mix itself; name its parts here, with their shares of the whole',
      expect.stringMatching(/^flowgate\.yml:10:25: scenarios\.words\.mix\.browse: .*most/),
      'flowgate.yml:11:10: scenarios.both: run and mix are given; keep one',
      ...['timeout', 'data', 'isolate', 'retries'].map((key) =>
        expect.stringMatching(
          new RegExp(`12:\\d+: scenarios.extra.${key}: is said by each part of the mix of its own flows`),
        ),
      ),
      expect.stringContaining('scenarios.limited.faults.limits: limits of a mix are for its services'),
    ]);
  });

  test('a threshold can be of a part that there is, and of what flows tell by themselves', async () => {
    const thresholds = "['flow_time(bui).p95 < 1s', 'peak_memory(buy) < 1GB', 'failed(buy) == 0']";
    expect(await problemsOf(PARTS + SHOP.replace(/\[.*\]/, thresholds))).toEqual([
      'flowgate.yml:18:19: scenarios.shop.thresholds[0]: "flow_time(bui).p95 < 1s": there is no part "bui" in the mix; did you mean buy?',
      'flowgate.yml:18:46: scenarios.shop.thresholds[1]: "peak_memory(buy) < 1GB": peak_memory takes no name in parentheses',
    ]);
    const plain = "version: 1\nscenarios: {s: {run: x, thresholds: ['flow_time(buy).p95 < 1s']}}";
    expect(await problemsOf(plain)).toEqual([
      'flowgate.yml:2:39: scenarios.s.thresholds[0]: "flow_time(buy).p95 < 1s": flow_time takes a name only in a mix, where it is that of a part; write flow_time.p95',
    ]);
    expect(await problemsOf(PARTS + SHOP, { alerts: 'failed(by) < 3' })).toEqual([
      'input alerts: "failed(by) < 3": there is no part "by" in the mix; did you mean buy? (scenario shop)',
    ]);
  });

  test('the ports that a part asks for are those of the mix', async () => {
    expect(await problemsOf(PARTS + SHOP.replace('    service: npm start\n', ''))).toEqual([
      'flowgate.yml:5:29: scenarios.browse.http: {{port}} is the port of a service, and there is none; add one under service',
      'flowgate.yml:11:35: scenarios.buy.env.SHOP: {{port}} is the port of a service, and there is none; add one under service',
    ]);
  });

  test('what a part needs is looked for, where only the mix is named too', async () => {
    const text = PARTS.replace('{{data.user}}', '{{data.usr}}?{{env.SHOP_KEY}}').replace('buy.mjs', 'by.mjs');
    expect(await problemsOf(text + SHOP, { scenario: 'shop' }, {})).toEqual([
      expect.stringContaining('scenarios.buy.module: there is no file shop/flows/by.mjs'),
      expect.stringContaining('scenarios.browse.http: {{env.SHOP_KEY}}: the variable SHOP_KEY is not set'),
      expect.stringContaining('scenarios.browse.http: {{data.usr}}: users.csv has no column usr'),
    ]);
  });
});
