import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makeRepository, temporary } from '../repository.js';
import { config, onLinux, problemOf, repositoryWith, treesOf, until } from './prepared.js';
import { openIn, treeWorld } from './world.js';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the command', () => {
  test.each([1, 2])('runs once in each tree, on %d cores', async (cores) => {
    const calls = join(temporary(), 'calls');
    const repository = repositoryWith(`echo "$(cat kind) $GITHUB_WORKSPACE" >> ${calls}; cp kind built`);
    const env = { GITHUB_WORKSPACE: repository.folder };
    const comparing = await openIn(treeWorld(), { workspace: repository.folder, cores, env });
    const { head, base } = treesOf(comparing);
    expect([head, base].map((tree) => readFileSync(join(tree, 'built'), 'utf8'))).toEqual(['head', 'base']);
    expect(readFileSync(calls, 'utf8').trim().split('\n').sort()).toEqual([`base ${base}`, `head ${head}`]);
    await comparing.opponents.close();
    expect(existsSync(head)).toBe(false);
  });

  test('runs in the tree of head where there is no earlier commit', async () => {
    const repository = makeRepository();
    repository.commit('one', { '.github/flowgate.yml': config('cp kind built'), kind: 'first' });
    const world = treeWorld();
    const { plan, opponents } = await openIn(world, { workspace: repository.folder });
    const tree = plan.scenarios[0]?.workingDirectory ?? '';
    expect(readFileSync(join(tree, 'built'), 'utf8')).toBe('first');
    expect(existsSync(join(repository.folder, 'built'))).toBe(false);
    expect(world.log).toEqual([
      'info main runs by itself: there is no earlier commit to compare with',
      'info prepare runs in the tree of head: cp kind built',
    ]);
    await opponents.close();
  });

  onLinux('may leave processes for the flows, which are gone with the trees', async () => {
    const repository = repositoryWith("'setsid sleep 300 > log 2>&1 < /dev/null & echo $! > pid'");
    const comparing = await openIn(treeWorld(), { workspace: repository.folder });
    const pids = Object.values(treesOf(comparing)).map((tree) => Number(readFileSync(join(tree, 'pid'))));
    expect(pids.map(isRunning)).toEqual([true, true]);
    await comparing.opponents.close();
    expect(pids.map(isRunning)).toEqual([false, false]);
  });

  test('that fails leaves no process behind', async () => {
    const pid = join(temporary(), 'pid');
    const repository = repositoryWith(`'sleep 300 > log 2>&1 & echo $! > ${pid}; exit 3'`);
    await expect(openIn(treeWorld(), { workspace: repository.folder })).rejects.toThrow('exit status 3');
    expect(isRunning(Number(readFileSync(pid)))).toBe(false);
  });

  test('that fails in base leaves head without an opponent, and says why', async () => {
    const repository = repositoryWith(`'echo building; echo "no compiler" >&2; [ "$(cat kind)" = head ]'`);
    const world = treeWorld();
    const { plan, opponents } = await openIn(world, { workspace: repository.folder });
    const [scenario] = plan.scenarios;
    expect(scenario && opponents.of(scenario)).toMatchObject({
      absent: 'the commit before can not be prepared: prepare ended with exit status 1: no compiler',
      base: { label: 'the commit before', sha: repository.git('rev-parse', 'HEAD~1') },
    });
    expect(world.log.filter((line) => line.startsWith('warn'))).toEqual([
      'warn prepare: the commit before can not be prepared: prepare ended with exit status 1: no compiler\n  no compiler',
    ]);
    await opponents.close();
  });

  test('that fails in head ends the run with the last lines that it printed, and nothing is left', async () => {
    const repository = repositoryWith(
      `'for i in $(seq 30); do echo line $i; done; [ "$(cat kind)" = base ]'`,
    );
    const message = await problemOf(openIn(treeWorld(), { workspace: repository.folder }));
    expect(message).toMatch(
      /^prepare: main can not be prepared: prepare ended with exit status 1: line 30\n/,
    );
    expect(message.split('\n').slice(1)).toEqual(
      Array.from({ length: 12 }, (_, index) => `  line ${index + 19}`),
    );
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('is ended by an interrupt: there is no opponent, and nothing is left once it is closed', async () => {
    const world = treeWorld();
    const started = join(temporary(), 'started');
    const repository = repositoryWith(`touch ${started}; exec sleep 600`);
    const opening = openIn(world, { workspace: repository.folder });
    await until(() => existsSync(started));
    world.interrupt.abort('SIGINT');
    const { plan, opponents } = await opening;
    const [scenario] = plan.scenarios;
    expect(scenario && opponents.of(scenario)).toMatchObject({ absent: 'interrupted' });
    expect(world.log.filter((line) => line.includes('again'))).toEqual([]);
    // To remove them takes time that a runner does not leave for what comes before: telling.
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(3);
    await opponents.close();
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });
});

/** A command that fails while another of its kind is under way, as tools do that lock what they share. */
function locking(folder: string): string {
  writeFileSync(
    join(folder, 'lock.sh'),
    `echo $(cat kind) >> ${folder}/calls
if ! mkdir ${folder}/lock 2> ${folder}/errors; then touch ${folder}/met; echo it is locked; exit 1; fi
until [ -e ${folder}/met ]; do sleep 0.01; done
rmdir ${folder}/lock
cp kind built
`,
  );
  return `sh ${folder}/lock.sh`;
}

describe('two at once that do not bear each other', () => {
  test('that which failed runs again, alone, and is not cached', async () => {
    const folder = temporary();
    const repository = repositoryWith(`{run: ${locking(folder)}, cache-key: v1}`);
    const world = treeWorld();
    const comparing = await openIn(world, { workspace: repository.folder });
    const { head, base } = treesOf(comparing);
    expect([head, base].map((tree) => readFileSync(join(tree, 'built'), 'utf8'))).toEqual(['head', 'base']);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    const last = calls.at(-1) ?? '';
    expect(calls.toSorted()).toEqual(['base', 'head', last].toSorted());
    expect(world.log.filter((line) => line.includes('again'))).toEqual([
      `info prepare failed in the tree of ${last} beside that of ${last === 'head' ? 'base' : 'head'}, and runs again alone: prepare ended with exit status 1: it is locked`,
    ]);
    expect(readdirSync(world.cache)).toHaveLength(1);
    await comparing.opponents.close();
  });

  test.each([
    [2, ['base', 'head', 'head']],
    [1, ['base', 'head']],
  ])(
    'what fails alone too ends the run, and one core runs them alone from the start: %d',
    async (cores, expected) => {
      const calls = join(temporary(), 'calls');
      const repository = repositoryWith(`'echo $(cat kind) >> ${calls}; exit 3'`);
      const message = await problemOf(openIn(treeWorld(), { workspace: repository.folder, cores }));
      expect(message).toContain('exit status 3');
      expect(readFileSync(calls, 'utf8').trim().split('\n').toSorted()).toEqual(expected);
    },
  );
});
