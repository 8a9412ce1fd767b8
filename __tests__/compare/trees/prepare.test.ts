import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Comparing } from '../../../src/compare/trees/open.js';
import { UserError } from '../../../src/lib/errors.js';
import { makeRepository, temporary, type TestRepository } from '../../repository.js';
import { openIn, treeWorld } from './world.js';

/** Elsewhere processes can not be told from others by what is in their environment. */
const onLinux = process.platform === 'linux' ? test : test.skip;

const config = (prepare: string): string => `version: 1
compare: base
prepare: ${prepare}
scenarios:
  s: {run: 'true'}
`;

/** Two commits, of which the file kind tells, and whose trees the command prepares. */
function repositoryWith(prepare: string): TestRepository {
  const repository = makeRepository();
  repository.commit('one', { '.github/flowgate.yml': config(prepare), kind: 'base' });
  repository.commit('two', { kind: 'head' });
  return repository;
}

function treesOf({ plan, opponents }: Comparing): { head: string; base: string } {
  const [head] = plan.scenarios;
  if (head === undefined) throw new Error('no scenario');
  const opponent = opponents.of(head);
  if ('absent' in opponent) throw new Error(opponent.absent);
  return { head: head.workingDirectory, base: opponent.plan.workingDirectory };
}

async function problemOf(opening: Promise<Comparing>): Promise<string> {
  const thrown: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof UserError) return thrown.message;
  throw new Error('it was not refused', { cause: thrown });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the command', () => {
  test('runs once in each tree', async () => {
    const calls = join(temporary(), 'calls');
    const repository = repositoryWith(`echo "$(cat kind) $GITHUB_WORKSPACE" >> ${calls}; cp kind built`);
    const env = { GITHUB_WORKSPACE: repository.folder };
    const comparing = await openIn(treeWorld(), { workspace: repository.folder, env });
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
    // To remove them takes time that a runner does not leave for what comes before: telling.
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(3);
    await opponents.close();
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });
});

describe('base comes first', () => {
  test('the command runs in the tree of base to its end before it runs in that of head', async () => {
    const folder = temporary();
    // Fails while another of its kind is under way, as tools do that lock what they share.
    writeFileSync(
      join(folder, 'lock.sh'),
      `mkdir ${folder}/lock || exit 1
echo $(cat kind) >> ${folder}/calls
sleep 0.1
rmdir ${folder}/lock
`,
    );
    const comparing = await openIn(treeWorld(), {
      workspace: repositoryWith(`sh ${folder}/lock.sh`).folder,
    });
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('base\nhead\n');
    await comparing.opponents.close();
  });

  test('what head prepares does not change the config that base runs by, and is found', async () => {
    const spoil =
      '[ "$(cat kind)" = base ] || { sed -i s/true/sleep/ ../base/.github/flowgate.yml; echo spoilt > ../base/kind; }';
    const repository = makeRepository();
    const text = `version: 1
compare: base
prepare: |
  ${spoil}
scenarios:
  s: {run: 'true'}
`;
    repository.commit('one', { '.github/flowgate.yml': text, kind: 'base' });
    repository.commit('two', { kind: 'head' });
    const world = treeWorld();
    const first = await openIn(world, { workspace: repository.folder });
    const [scenario] = first.plan.scenarios;
    expect(scenario && first.opponents.of(scenario)).toMatchObject({ plan: { work: { run: 'true' } } });
    expect(readFileSync(join(treesOf(first).base, 'kind'), 'utf8')).toBe('spoilt\n');
    expect(await first.opponents.guard?.look({ must: true })).toBe(
      "head's prepare changed base's files: .github/flowgate.yml, kind",
    );
    await first.opponents.close();
  });

  test('what base prepares in the tree of head is found too', async () => {
    const repository = repositoryWith(
      `'[ "$(cat kind)" = head ] || { rm ../head/kind; echo head > ../head/kind; }'`,
    );
    const { opponents } = await openIn(treeWorld(), { workspace: repository.folder });
    expect(await opponents.guard?.look({ must: true })).toBe("base's prepare changed head's files: kind");
    await opponents.close();
  });
});
