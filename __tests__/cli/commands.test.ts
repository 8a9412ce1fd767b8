import { expect, test } from '@jest/globals';
import { nodePorts } from '../../src/adapters.js';
import { runScenarios } from '../../src/cli/commands.js';
import { noProgress } from '../../src/cli/screen.js';
import { Secrets } from '../../src/system/secrets.js';
import { treeWorld } from '../compare/trees/world.js';
import { makeRepository } from '../repository.js';

test('what was interrupted is written and printed before the trees are removed', async () => {
  const repository = makeRepository();
  repository.commit('one', { kind: 'base' });
  repository.commit('two', { kind: 'head' });
  const treesOf = (): number => repository.git('worktree', 'list').split('\n').length - 1;
  const world = treeWorld();
  const ports = nodePorts();
  const seen: number[] = [];
  const env = { PATH: process.env['PATH'] ?? '' };
  const status = await runScenarios(
    {
      screen: {
        write: () => void seen.push(treesOf()),
        complain: () => undefined,
        live: false,
        color: false,
        width: 80,
      },
      ports: {
        ...ports,
        logger: world.ports.logger,
        progress: noProgress,
        interrupt: world.interrupt.signal,
        // As soon as both trees are there.
        spawner: {
          ...ports.spawner,
          spawn: (...asked) => {
            world.interrupt.abort('SIGINT');
            return ports.spawner.spawn(...asked);
          },
        },
      },
      contextOf: () => ({
        version: '0.1.0',
        environment: { os: 'linux', arch: 'x64', cpu: 'none', cores: 2, memory: 1e9, node: '20.18.0' },
        git: {},
        reproduce: '',
        env,
      }),
      quiet: false,
      secrets: new Secrets(),
      env,
      cwd: repository.folder,
    },
    { run: 'true', compare: 'HEAD~1', prepare: 'sleep 600' },
  );
  expect(status).toBe(130);
  expect([...new Set(seen)]).toEqual([2]);
  expect(treesOf()).toBe(0);
});
