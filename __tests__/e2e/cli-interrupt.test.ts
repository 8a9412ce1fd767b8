import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive, until } from '../processes.js';
import { emptyFolder, runCli, write } from './run-cli.js';

describe('an interrupt', () => {
  test('who asks three times leaves at once, and nothing stays behind', async () => {
    const cwd = emptyFolder();
    const deaf = `trap '' TERM INT; echo $$ >> pids; sleep 69`;
    write(cwd, 'c.yml', `version: 1\nscenarios:\n  s: {run: "${deaf}", service: "${deaf}", flows: 2}\n`);
    let flowgate = 0;
    const onStart = (pid: number): void => {
      flowgate = pid;
    };
    const running = runCli(['run', '--config', 'c.yml'], { cwd, onStart });
    const pids = (): string[] => readFileSync(join(cwd, 'pids'), 'utf8').trim().split('\n');
    await until(() => existsSync(join(cwd, 'pids')) && pids().length === 3);
    for (let asked = 0; asked < 3; asked += 1) {
      process.kill(flowgate, 'SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await running).status).toBe(130);
    await until(() => pids().every((pid) => !isAlive(Number(pid))));
  });

  (process.platform === 'win32' ? test.skip : test)(
    'a flowgate that is stopped for a while takes no flow that has ended in time for one that has not',
    async () => {
      const cwd = emptyFolder();
      write(
        cwd,
        'm.mjs',
        `import { writeFileSync } from 'node:fs';
        export default async () => { writeFileSync('there', ''); await new Promise((r) => setTimeout(r, 800)); };`,
      );
      write(
        cwd,
        'c.yml',
        `version: 1
scenarios:
  a: {run: 'touch there; sleep 0.8', flows: 2, timeout: 3s, thresholds: [success_rate == 100%]}
  b: {module: m.mjs, flows: 2, timeout: 3s, thresholds: [success_rate == 100%]}\n`,
      );
      let flowgate = 0;
      const onStart = (pid: number): void => {
        flowgate = pid;
      };
      const running = runCli(['run', '--config', 'c.yml'], { cwd, onStart });
      for (let scenario = 0; scenario < 2; scenario += 1) {
        await until(() => existsSync(join(cwd, 'there')));
        process.kill(flowgate, 'SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, 4000));
        unlinkSync(join(cwd, 'there'));
        process.kill(flowgate, 'SIGCONT');
      }
      const run = await running;
      expect(run.status).toBe(0);
      for (const { monitor } of run.results().scenarios) {
        expect(monitor.notes.join()).toMatch(/flowgate itself did not run for \d+\.\d s/);
      }
    },
    60_000,
  );

  const HANG =
    'async () => { writeFileSync("there", ""); await new Promise((end) => setTimeout(end, 60_000)); }';
  const FLOW = 'export default () => undefined;';
  test.each([
    // Gates of their own: CPU over a run of a few ms says nothing, and a gate that has failed stays failed.
    ['setup command', `{run: 'true', setup: 'touch there; sleep 66'}`, ''],
    ['verify command', `{run: 'true', verify: 'touch there; sleep 67'}`, ''],
    ['module that is being loaded', '{module: m.mjs}', `await (${HANG})(); ${FLOW}`],
    ['setup of a module', '{module: m.mjs}', `export const setup = ${HANG}; ${FLOW}`],
    ['verify of a module', '{module: m.mjs}', `export const verify = ${HANG}; ${FLOW}`],
  ])('SIGINT ends a %s at once: nothing has failed, the run was interrupted', async (_, scenario, module) => {
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      `version: 1\nscenarios:\n  s: ${scenario.replace('}', `, thresholds: ['success_rate >= 90%']}`)}\n`,
    );
    write(cwd, 'm.mjs', `import { writeFileSync } from 'node:fs'; ${module}`);
    const run = await interrupted(cwd);
    expect(run.results()).toMatchObject({ verdict: 'inconclusive', scenarios: [{ interrupted: 'SIGINT' }] });
    expect(run.results().scenarios[0]?.reasons[0]).toMatch(/^interrupted by SIGINT/);
    expect(run.status).toBe(130);
  });

  test.each([
    ['command', `{run: 'true', teardown: 'touch there; sleep 68'}`, ''],
    ['of a module', '{module: m.mjs}', `export const teardown = ${HANG}; ${FLOW}`],
  ])('a teardown %s has a few seconds after SIGINT, and no more', async (_, scenario, module) => {
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      `version: 1\nscenarios:\n  s: ${scenario.replace('}', `, thresholds: ['success_rate >= 90%']}`)}\n`,
    );
    write(cwd, 'm.mjs', `import { writeFileSync } from 'node:fs'; ${module}`);
    const run = await interrupted(cwd);
    expect(run.stderr).toContain('teardown failed: cut short 3 s after the interrupt');
    expect(run.results()).toMatchObject({ verdict: 'inconclusive', scenarios: [{ interrupted: 'SIGINT' }] });
    expect(run.status).toBe(130);
  });
});

/** Runs c.yml and sends SIGINT once the file `there` is. */
async function interrupted(cwd: string): ReturnType<typeof runCli> {
  let flowgate = 0;
  const onStart = (pid: number): void => {
    flowgate = pid;
  };
  const running = runCli(['run', '--config', 'c.yml', '--flows', '2'], { cwd, onStart });
  await until(() => existsSync(join(cwd, 'there')));
  process.kill(flowgate, 'SIGINT');
  return running;
}
