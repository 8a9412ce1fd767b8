import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { nodePorts } from './adapters.js';
import { makePlan } from './config/plan.js';
import { gate } from './gate.js';
import { runAction } from './github/action.js';
import { CommandFiles } from './github/command-files.js';
import { readPayload } from './github/event.js';
import { mergingAction } from './github/merging.js';
import { openArtifacts, openGitHub } from './github/open.js';
import { actionsRunner, lineProgress, readActionInputs } from './github/runner.js';
import { VERSION } from './lib/version.js';
import { annotations } from './report/annotations.js';
import { ACTION_FILES } from './report/formats.js';
import { renderComment, renderSummary } from './report/markdown.js';
import { renderTerminal } from './report/terminal.js';
import { forgetVariables, readMachine } from './system/environment.js';
import { secretVariables } from './system/flow-env.js';
import { openLastResort } from './system/interrupt.js';
import './system/no-debugger.js';
import { leave } from './system/processes.js';

/**
 * An action, from the environment that a runner gives it to its exit status.
 * @param part the gate, or what runs this bundle from a file of its own: dist/merge.js, dist/publish.js
 */
export async function run(part: 'gate' | 'merge' | 'publish' = 'gate'): Promise<void> {
  const env = { ...process.env };
  const commandFiles = new CommandFiles(env);
  const runner = actionsRunner(commandFiles);
  const lastResort = openLastResort((message) => {
    runner.annotate({ level: 'error', title: 'flowgate: a defect', message });
  });
  const asked = readActionInputs();
  // A flow can not only inherit our environment but read it, as every process of the same user can.
  forgetVariables(secretVariables(env, asked.token === undefined ? [] : [asked.token]));
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const { logger } = runner;
  const connection = {
    logger,
    apiUrl: given('GITHUB_API_URL') ?? 'https://api.github.com',
    repository: env.GITHUB_REPOSITORY ?? '',
  };
  if (part === 'publish') {
    const { startPublishing } = await import(/* webpackMode: "eager" */ './publish/start.js');
    leave(lastResort.statusOf(await startPublishing({ runner, connection, env, token: asked.token })));
    return;
  }
  const temporary = given('RUNNER_TEMP') ?? tmpdir();
  const artifacts = (): ReturnType<typeof openArtifacts> => openArtifacts(env);
  const { interrupt, ...ports } = nodePorts();
  const interrupted = interrupt(lastResort.happened);
  // After the last process was ended, whatever ends us.
  process.once('exit', () => commandFiles.restore());

  const status = await runAction(
    {
      runner,
      lastResort,
      gatePorts: { ...ports, logger, progress: lineProgress(ports.clock, logger), interrupt: interrupted },
      renderers: {
        comment: renderComment,
        summary: renderSummary,
        // The log of a job shows colours; it is wide, and has no width of its own.
        terminal: (results) =>
          renderTerminal(results, { color: given('NO_COLOR') === undefined, width: 120 }),
        files: ACTION_FILES,
        annotations,
      },
      openGitHub: (token) => openGitHub({ token, ...connection }),
      openArtifacts: artifacts,
      ...(part === 'merge'
        ? mergingAction(env, { openArtifacts: artifacts, temporary })
        : { makePlan, gate }),
    },
    {
      ...asked,
      env,
      payload: await readPayload(ports.files, env),
      cwd: process.cwd(),
      temporary,
      machine: readMachine(env),
      version: VERSION,
      nonce: randomBytes(6).toString('hex'),
    },
  );
  for (const said of commandFiles.restore()) logger.warn(said);
  leave(lastResort.statusOf(status));
}

// A runner starts this file; @github/local-action imports it and calls run.
if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) await run();
