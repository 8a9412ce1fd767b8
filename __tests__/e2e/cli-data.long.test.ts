import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeRepository } from '../repository.js';
import { emptyFolder, runCli } from './run-cli.js';

test('each side of a comparison has the rows of its own tree, and every round begins with the first', async () => {
  const out = emptyFolder();
  const config = `version: 1
compare: base
budget: 12s
scenarios:
  s:
    run: 'echo "$FLOWGATE_ITERATION $FLOWGATE_DATA" >>"${out}/$(basename "$PWD")"; sleep 0.02'
    data: rows.csv
    flows: 2
    iterations: 8
    thresholds: [success_rate >= 100%, flow_time.med <= base + 500%]
`;
  const repository = makeRepository();
  repository.commit('one', { '.github/flowgate.yml': config, 'rows.csv': 'x\nb1\nb2\nb3\nb4\nb5\n' });
  repository.commit('two', { 'rows.csv': 'x\nh1\nh2\nh3\n' });
  const run = await runCli(['run'], { cwd: repository.folder });
  expect([run.status, run.stdout]).toEqual([0, expect.anything()]);
  const noted = (side: string): { iteration: number; row: string }[] =>
    readFileSync(join(out, side), 'utf8')
      .trim()
      .split('\n')
      .map((line) => ({ iteration: Number(line.split(' ')[0]), row: /"x":"(.*)"/.exec(line)?.[1] ?? '' }));
  expect([...new Set(noted('head').map(({ row }) => row))].toSorted()).toEqual(['h1', 'h2', 'h3']);
  const base = noted('base').toSorted((one, other) => one.iteration - other.iteration);
  const numbers = base.map(({ row }) => Number(/^b([1-5])$/.exec(row)?.[1]));
  // After a row comes the next one, or the first again: a round of so many flows that it began with another would show.
  expect(numbers[0]).toBe(1);
  numbers.slice(1).forEach((number, index) => {
    expect([1, ((numbers[index] ?? 0) % 5) + 1]).toContain(number);
  });
  // More than one round, and none of them began where the one before had ended.
  const begun = numbers.filter((number, index) => number === 1 && numbers[index - 1] !== 5);
  expect(begun.length).toBeGreaterThan(1);
}, 120_000);
