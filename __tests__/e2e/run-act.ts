/** Workflows, run by act: a workflow engine that reads the same YAML as GitHub's and starts actions as its runner does. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { GIT_ENV, makeRepository, temporary, type TestRepository } from '../repository.js';
import { startArtifactRelay } from './artifact-server.js';
import { TOKEN } from './run-action.js';

const ROOT = join(import.meta.dirname, '../..');

/** What a checkout of `flowgate/flowgate@v1` gives a workflow. */
const PARTS = ['action.yml', 'merge', 'publish', 'dist', 'package.json'];

const ACT = [
  join(process.env.GOBIN ?? join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin'), 'act'),
  'act',
].find((program) => spawnSync(program, ['--version']).status === 0);

/** Tests that need act; elsewhere they are reported as skipped, with what is missing. */
export function withAct(name: string, tests: () => void): void {
  if (ACT !== undefined) describe(name, tests);
  else describe.skip(`${name} (skipped: no act; go install github.com/nektos/act@v0.2.89)`, tests);
}

export interface Workflow {
  readonly repository: TestRepository;
  /** Name of the file in .github/workflows. */
  readonly file: string;
  readonly event: { readonly name: string; readonly payload: object };
  readonly apiUrl: string;
  readonly runId?: number;
  readonly attempt?: number;
  /** Only this job, and those that it needs. */
  readonly job?: string;
  /** Only these legs, `os:ubuntu-latest`. */
  readonly matrix?: string;
  /** What the job may write with; that of a run of this repository if left out. */
  readonly token?: string;
  /** Where artifacts are kept: a folder for each run, by its id. */
  readonly artifacts?: string;
}

export interface Step {
  readonly job: string;
  /** Its id, or its number as text. */
  readonly id: string;
  readonly outcome: 'success' | 'failure' | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface WorkflowEnd {
  readonly exitCode: number | null;
  /** Conclusions by the name of the job; legs have names such as `test-1`. */
  readonly jobs: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /** Lines of the log, `job: text`. */
  readonly log: string;
}

/** A repository with this workflow, and what else a test puts there. */
export function workflowRepository(files: Readonly<Record<string, string>>): TestRepository {
  const repository = makeRepository();
  // act takes the name of the repository from there.
  repository.git('remote', 'add', 'origin', 'https://github.com/octo/repo');
  repository.commit('first', files);
  return repository;
}

/** The workflow in a page of docs/ that has `part` in it, with the action that is built now. */
export function documented(page: string, part: string): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const [found, ...others] = blocks.filter((block) => /^jobs:/m.test(block) && block.includes(part));
  if (found === undefined || others.length > 0)
    throw new Error(
      `docs/${page} has ${others.length + (found === undefined ? 0 : 1)} workflows with "${part}" in it`,
    );
  return found.replaceAll(/(flowgate\/flowgate\S*)@(?:<commit>|v\d+)/g, '$1@v1');
}

/** What a run has uploaded, as act keeps it. */
export function artifactsOf(folder: string, run: number): readonly { name: string; zip: Buffer }[] {
  const place = join(folder, String(run));
  return readdirSync(place).map((name) => ({ name, zip: readFileSync(join(place, name, `${name}.zip`)) }));
}

/** This repository's own workflows with what they run. */
export function ownRepository(): TestRepository {
  const repository = makeRepository();
  repository.git('remote', 'add', 'origin', 'https://github.com/octo/repo');
  for (const part of [...PARTS, '.github', 'examples']) copy(part, repository.folder);
  repository.commit('first');
  return repository;
}

function copy(part: string, folder: string): void {
  if (existsSync(join(ROOT, part))) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
}

let published: string | undefined;

/** Where `flowgate/flowgate@v1` is: what is built now. */
function action(): string {
  if (published !== undefined) return published;
  published = temporary();
  for (const part of PARTS) copy(part, published);
  return published;
}

/** Runs a workflow on this machine: no container, no network but the API server and act's own store of artifacts. */
export async function runWorkflow(workflow: Workflow): Promise<WorkflowEnd> {
  const { repository, file, event, apiUrl, runId = 100, attempt = 1, job, matrix, token = TOKEN } = workflow;
  const folder = temporary();
  const payload = join(folder, 'event.json');
  writeFileSync(payload, JSON.stringify(event.payload));
  const artifacts = workflow.artifacts ?? join(folder, 'artifacts');
  mkdirSync(artifacts, { recursive: true });
  const variables = {
    GITHUB_API_URL: apiUrl,
    GITHUB_RUN_ID: String(runId),
    GITHUB_RUN_ATTEMPT: String(attempt),
    FLOWGATE_TEST: '1',
  };
  const port = await freePort();
  const args = [
    event.name,
    '--json',
    '--no-cache-server',
    ...['--workflows', `.github/workflows/${file}`],
    // Whatever it is called, it is this machine.
    ...['ubuntu-latest', 'windows-latest'].flatMap((name) => ['--platform', `${name}=-self-hosted`]),
    ...['--eventpath', payload],
    ...['--local-repository', `flowgate/flowgate@v1=${action()}`],
    ...['--action-cache-path', join(folder, 'cache')],
    ...['--artifact-server-path', artifacts, '--artifact-server-addr', '127.0.0.1'],
    ...['--artifact-server-port', String(port)],
    ...['--secret', `GITHUB_TOKEN=${token}`],
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(job === undefined ? [] : ['--job', job]),
    ...(matrix === undefined ? [] : ['--matrix', matrix]),
  ];
  // act 0.2.89 refuses what the client of the artifact service has sent since 2025, and says to whom it is to be sent.
  const relay = await startArtifactRelay(`http://127.0.0.1:${port}`);
  const env = { PATH: process.env.PATH, HOME: folder, ACTIONS_RUNTIME_URL: `${relay.url}/`, ...GIT_ENV };
  try {
    const { exitCode, text } = await start(ACT ?? 'act', args, { cwd: repository.folder, env });
    return { exitCode, ...read(text) };
  } finally {
    await relay.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ exitCode: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    }
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, text });
    });
  });
}

interface Line {
  readonly msg?: string;
  readonly job?: string;
  readonly stage?: string;
  readonly stepID?: readonly string[];
  readonly stepResult?: 'success' | 'failure';
  readonly jobResult?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
}

/** act writes a JSON object a line; what is none is act's own. */
function read(text: string): Pick<WorkflowEnd, 'jobs' | 'steps' | 'log'> {
  const jobs: Record<string, string> = {};
  const steps = new Map<
    string,
    { -readonly [Key in keyof Step]: Step[Key] } & { outputs: Record<string, string> }
  >();
  const log: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) {
      if (line !== '') log.push(`act: ${line}`);
      continue;
    }
    const said = JSON.parse(line) as Line;
    const job = (said.job ?? 'act').trim().replace(/^[^/]*\//, '');
    log.push(`${job}: ${said.msg ?? ''}`.trimEnd());
    if (said.jobResult !== undefined) jobs[job] = said.jobResult;
    const [id] = said.stepID ?? [];
    if (id === undefined || said.stage !== 'Main') continue;
    const step = steps.get(`${job}/${id}`) ?? { job, id, outcome: undefined, outputs: {}, summary: '' };
    steps.set(`${job}/${id}`, step);
    if (said.stepResult !== undefined) step.outcome = said.stepResult;
    if (said.command === 'set-output' && said.name !== undefined) step.outputs[said.name] = said.arg ?? '';
    if (said.command === 'summary') step.summary += said.content ?? '';
  }
  return { jobs, steps: [...steps.values()], log: log.join('\n') };
}

/** The step of this id; throws with the log if there is none. */
export function stepOf({ steps, log }: WorkflowEnd, id: string, job?: string): Step {
  const found = steps.find((step) => step.id === id && (job === undefined || step.job === job));
  if (found === undefined) throw new Error(`no step ${id}:\n${log}`);
  return found;
}
