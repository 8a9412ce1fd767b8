import { describe, expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

/** Answers after 40 ms, more or less by as much as this start of it has drawn: the first and the second by −5% and +5%. */
const DRAWING = `import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
appendFileSync('starts.txt', '.');
const start = readFileSync('starts.txt').length;
const drawn = [0, -0.05, 0.05][start - 1] ?? Math.sin(start * start) / 20;
createServer((q, s) => setTimeout(() => s.end('done'), 40 * (1 + drawn))).listen(Number(process.argv[2]), '127.0.0.1');
`;

describe('a service of which two starts differ by up to 10%, compared with itself', () => {
  const SCENARIOS = `version: 1
scenarios:
  api:
    http: http://127.0.0.1:{{port}}/
    flows: 4
    iterations: 400
    warmup: 4
    service:
      run: exec node drawing.mjs {{port}}
      ready: tcp://127.0.0.1:{{port}}
    thresholds: [flow_time.med <= base + 5%]
`;

  const outcomeWith = async (compare: string) => {
    const cwd = emptyFolder();
    write(cwd, 'drawing.mjs', DRAWING);
    write(cwd, 'old.yml', SCENARIOS);
    write(cwd, 'new.yml', compare + SCENARIOS);
    const args = ['compare', '--base-config', 'old.yml', '--config', 'new.yml', '--budget', '25s'];
    const [scenario] = (await runCli(args, { cwd })).results().scenarios;
    return { outcome: scenario?.comparison?.[0]?.outcome, pairs: scenario?.compared?.pairs.length };
  };

  test('is not called slower by starts that all rounds have anew', async () => {
    const { outcome, pairs } = await outcomeWith('');
    expect(pairs).toBeGreaterThanOrEqual(10);
    expect(outcome).toMatch(/^(unresolved|no_regression)$/u);
  });

  test('is called slower where one start of either is kept up', async () => {
    expect((await outcomeWith('compare: { ref: base, services: keep }\n')).outcome).toBe('regression');
  });

  test('nor where it is kept up and its spread is given', async () => {
    const spread = 'compare: { ref: base, services: keep, start-spread: 4% }\n';
    expect((await outcomeWith(spread)).outcome).toBe('unresolved');
  });
});
