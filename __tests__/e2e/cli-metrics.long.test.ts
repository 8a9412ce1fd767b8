import { expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

/** Each flow takes a few ms and spends about so many tokens. */
const spends = (tokens: number): string => `export default async (ctx) => {
  await new Promise((resolve) => setTimeout(resolve, 5 + 5 * ctx.random()));
  ctx.metric('tokens', Math.round(${tokens} * (0.9 + 0.2 * Math.random())));
};
`;

async function compared(base: number, head: number, ...thresholds: string[]) {
  const cwd = emptyFolder();
  write(cwd, 'base.mjs', spends(base));
  write(cwd, 'head.mjs', spends(head));
  const sides = ['--base-module', 'base.mjs', '--module', 'head.mjs'];
  const run = await runCli(
    [
      ...['compare', ...sides, '--flows', '4', '--budget', '60s'],
      ...thresholds.flatMap((threshold) => ['--threshold', threshold]),
    ],
    { cwd },
  );
  return { status: run.status, scenario: run.results().scenarios[0] };
}

test('flows that spend a fifth more tokens than those of base fail, by mean and by sum', async () => {
  const limits = ['avg', 'sum'].map((stat) => `metric(tokens).${stat} <= base + 5%`);
  const { status, scenario } = await compared(1000, 1200, ...limits);
  expect(status).toBe(1);
  expect(scenario?.comparison).toHaveLength(2);
  for (const result of scenario?.comparison ?? []) {
    expect(result).toMatchObject({ outcome: 'regression', unit: 'count' });
    expect(result.change).toBeGreaterThan(0.15);
    expect(result.change).toBeLessThan(0.25);
  }
  expect(scenario?.reasons.join('\n')).toMatch(/metric\(tokens\)\.avg is [\d.]+% higher than base\.mjs/);
  expect(scenario?.reasons.join('\n')).toMatch(/metric\(tokens\)\.sum is [\d.]+% higher than base\.mjs/);
}, 240_000);

test('the same flows pass, with a limit in tokens too', async () => {
  const { status, scenario } = await compared(1000, 1000, 'metric(tokens).avg <= base + 100');
  expect([status, scenario?.comparison?.[0]?.outcome]).toEqual([0, 'no_regression']);
}, 240_000);
