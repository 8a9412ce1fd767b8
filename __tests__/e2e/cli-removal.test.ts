import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyFolder, ORDINARY, runCli, write, type CliRun } from './run-cli.js';

/** Of the user that flowgate runs as. */
function ownFolder(): string {
  const folder = emptyFolder();
  if (process.geteuid?.() === 0) chownSync(folder, ORDINARY, ORDINARY);
  return folder;
}

function readFileText(path: string): string {
  return readFileSync(path, 'utf8').trim();
}

async function runFlows(run: string): Promise<CliRun & { readonly left: readonly string[] }> {
  const [cwd, temporary] = [ownFolder(), ownFolder()];
  write(cwd, 'flow.sh', run);
  const args = [
    'run',
    '--run',
    'sh flow.sh',
    '--flows',
    '2',
    '--iterations',
    '4',
    '--threshold',
    'success_rate >= 100%',
  ];
  const end = await runCli(args, { cwd, env: { TMPDIR: temporary }, ordinary: true });
  return { ...end, left: readdirSync(temporary) };
}

(process.platform === 'win32' ? describe.skip : describe)('as an ordinary user', () => {
  test.each([
    ['a workspace that nobody may read', 'echo x > $FLOWGATE_WORKSPACE/x; chmod 000 $FLOWGATE_WORKSPACE'],
    ['an empty workspace that nobody may read', 'chmod 000 $FLOWGATE_WORKSPACE'],
    [
      'a read-only tree in the workspace, as Go makes its module cache',
      'cd $FLOWGATE_WORKSPACE; mkdir -p mod/a/b; touch mod/a/b/c mod/d; chmod -R a-w mod',
    ],
    ['a folder with all workspaces that nobody may change', 'chmod 500 $FLOWGATE_WORKSPACE/..'],
    [
      'a temporary folder of the run that nobody may change',
      'chmod 500 $FLOWGATE_WORKSPACE/../..; sleep 0.2; chmod 700 $FLOWGATE_WORKSPACE/../..',
    ],
  ])('%s fails no run and is removed', async (_, flow) => {
    const run = await runFlows(flow);
    expect(run.results().scenarios[0]?.problems).toEqual([]);
    expect([run.status, run.left]).toEqual([0, []]);
    expect(run.stderr).not.toContain('could not be removed');
  });

  test('what a link leads to keeps its permissions and its content', async () => {
    const outside = ownFolder();
    mkdirSync(join(outside, 'locked'));
    writeFileSync(join(outside, 'locked', 'kept'), '');
    if (process.geteuid?.() === 0) chownSync(join(outside, 'locked'), ORDINARY, ORDINARY);
    const { status, left } = await runFlows(
      `cd $FLOWGATE_WORKSPACE; chmod 500 ${outside}/locked; mkdir d; ln -s ${outside}/locked d/link; chmod 500 d`,
    );
    expect([status, left]).toEqual([0, []]);
    expect(statSync(join(outside, 'locked')).mode & 0o777).toBe(0o500);
    expect(existsSync(join(outside, 'locked', 'kept'))).toBe(true);
  });

  (process.geteuid?.() === 0 ? test : test.skip)(
    'what another user left there is named in a warning, and the verdict stands',
    async () => {
      const [cwd, temporary] = [ownFolder(), ownFolder()];
      const ready = join(cwd, 'ready');
      write(
        cwd,
        'flow.sh',
        `echo $FLOWGATE_WORKSPACE > ${ready}; until test -e ${cwd}/go; do sleep 0.05; done`,
      );
      const args = ['run', '--run', 'sh flow.sh', '--flows', '1', '--threshold', 'success_rate >= 100%'];
      const running = runCli(args, { cwd, env: { TMPDIR: temporary }, ordinary: true });
      while (!existsSync(ready) || readFileText(ready) === '') await new Promise((r) => setTimeout(r, 20));
      // As a container that runs as root does.
      mkdirSync(join(readFileText(ready), 'of-root'));
      writeFileSync(join(readFileText(ready), 'of-root', 'file'), '');
      write(cwd, 'go', '');
      const run = await running;
      expect([run.status, run.results().verdict]).toEqual([0, 'pass']);
      expect(run.stderr).toMatch(/the temporary folder \/\S+ could not be removed: .*of-root/);
    },
  );
});
