import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { reproduceCommand } from '../../src/config/reproduce.js';

test('without inputs it is the bare command', () => {
  expect(reproduceCommand({})).toBe('npx flowgate run');
});

test('what was given is an option each, in one order', () => {
  const inputs = { flows: '10', scenario: 'checkout', config: 'ci/gate.yml', compare: '' };
  expect(reproduceCommand(inputs)).toBe(
    'npx flowgate run --config ci/gate.yml --scenario checkout --flows 10',
  );
});

test('a threshold a line is an option a line, without comments and empty lines', () => {
  const thresholds = '# gates\nsuccess_rate >= 99%\n\n  flow_time.p95 < 1s\n';
  expect(reproduceCommand({ thresholds })).toBe(
    "npx flowgate run --threshold 'success_rate >= 99%' --threshold 'flow_time.p95 < 1s'",
  );
});

test('a shell reads back what was given, whatever it is', () => {
  const run = `echo "it's" $HOME; \`x\` \\ | & ~\nsecond line`;
  const command = reproduceCommand({ run }).replace('npx flowgate run --run', 'printf %s');
  expect(execFileSync('sh', ['-c', command]).toString()).toBe(run);
});

test('another working directory is an option: a config is named from the top whatever it is', () => {
  const config = 'packages/a b/flowgate.yml';
  expect(reproduceCommand({ config, workingDirectory: 'packages/a b', flows: '1' })).toBe(
    "npx flowgate run --config 'packages/a b/flowgate.yml' --working-directory 'packages/a b' --flows 1",
  );
});

test('the demo is reproduced by its own subcommand, with its bug and its seed', () => {
  expect(reproduceCommand({ demo: 'true', bug: 'race', seed: '3' })).toBe(
    'npx flowgate demo --seed 3 --bug race',
  );
  expect(reproduceCommand({ demo: 'false', run: 'x' })).toBe('npx flowgate run --run x');
});
