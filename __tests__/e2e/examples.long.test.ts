import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** Runs an example; it fails the test with what examples/run.mjs says. */
function example(name: string): string {
  const { stdout } = spawnSync(process.execPath, ['examples/run.mjs', name], { cwd: ROOT, encoding: 'utf8' });
  return stdout;
}

test('orders over HTTP: Fastify and SQLite, with the bug that loses stock', () => {
  expect(example('orders-http')).toMatch(/^ok +orders-http with a race must fail\n1 passed, 0 failed/);
});

const hasPython = spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0;
const withPython = hasPython ? test : test.skip;

withPython('a service in Python (needs python3)', () => {
  expect(example('python')).toMatch(/^ok +python\n1 passed, 0 failed/);
});

withPython(
  'articles written by threads and by coroutines of Python, and what each bug fails (needs python3)',
  () => {
    const said = example('writing');
    expect(said).toMatch(/^ok +writing\n/);
    expect(said).toMatch(/\n5 passed, 0 failed, 0 skipped/);
  },
);
