import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Results } from '../../src/model/results.js';

export const ACTION = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
export const PUBLISH = fileURLToPath(new URL('../../dist/publish.js', import.meta.url));
export const MERGE = fileURLToPath(new URL('../../dist/merge.js', import.meta.url));
export const TOKEN = 'ghs_e2eTokenThatNobodyMaySee0123456789';

export interface ActionOptions {
  /** By their names in action.yml. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** GITHUB_API_URL. */
  readonly apiUrl: string;
  /** Default: a pull request of this repository, number 12. */
  readonly event?: { readonly name: string; readonly payload: object };
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the checked-out repository. */
  readonly files?: Readonly<Record<string, string>>;
  readonly runId?: number;
  /** SIGTERM is sent, as when the job is cancelled, once this file is in the workspace. */
  readonly cancelOn?: string;
  /** The built action, or a copy of it. */
  readonly action?: string;
}

export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

export interface ActionEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines that the runner obeys, those between stop-commands left out. */
  readonly commands: readonly string[];
  readonly annotations: readonly Annotation[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What the other files hold that the runner reads; undefined for what is no regular file. */
  readonly commandFiles: Readonly<Record<'env' | 'path' | 'state', string | undefined>>;
  /** results.json, if it was written. */
  readonly results: Results | undefined;
  /** Names of what lies beside it. */
  readonly files: readonly string[];
}

export const HEAD = 'a'.repeat(40);
export const HOME = { id: 1, full_name: 'octo/repo', default_branch: 'main' };

export function pullRequestEvent(repo: object = HOME): NonNullable<ActionOptions['event']> {
  const pull = { number: 12, head: { sha: HEAD, repo }, base: { repo: HOME }, user: { login: 'someone' } };
  return { name: 'pull_request', payload: { repository: HOME, pull_request: pull } };
}

/** Runs dist/index.js as the runner does: inputs, event, command files and folders, and nothing of ours besides. */
export async function runAction(options: ActionOptions): Promise<ActionEnd> {
  const root = await mkdtemp(join(tmpdir(), 'flowgate-e2e-'));
  try {
    const env = await prepare(root, options);
    const { exitCode, stdout, stderr } = await run(env, join(root, 'workspace'), options);
    const outputs = parseCommandFile(await readFile(join(root, 'output'), 'utf8'));
    const commands = obeyedLines(stdout);
    const saved = outputs.results;
    return {
      exitCode,
      stdout,
      stderr,
      commands,
      outputs,
      annotations: commands.flatMap(readAnnotation),
      summary: await readFile(join(root, 'summary'), 'utf8'),
      commandFiles: {
        env: await readRegular(join(root, 'env')),
        path: await readRegular(join(root, 'path')),
        state: await readRegular(join(root, 'state')),
      },
      results: saved === undefined ? undefined : (JSON.parse(await readFile(saved, 'utf8')) as Results),
      files: saved === undefined ? [] : (await readdir(dirname(saved))).sort(),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** One flow, gated on its success alone: nothing that a busy machine could change is judged. */
export function runQuick(
  apiUrl: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<ActionOptions> = {},
): Promise<ActionEnd> {
  const quick = { run: 'true', flows: '1', thresholds: 'success_rate >= 90%' };
  return runAction({ apiUrl, inputs: { ...quick, ...inputs }, ...options });
}

export function warningsOf({ annotations }: ActionEnd): string[] {
  return annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);
}

async function readRegular(path: string): Promise<string | undefined> {
  return (await lstat(path)).isFile() ? readFile(path, 'utf8') : undefined;
}

async function prepare(root: string, options: ActionOptions): Promise<Record<string, string>> {
  const { event = pullRequestEvent(), inputs = {}, files = {}, runId = 100 } = options;
  await mkdir(join(root, 'workspace'));
  await mkdir(join(root, 'temp'));
  for (const name of ['output', 'summary', 'env', 'path', 'state']) await writeFile(join(root, name), '');
  await writeFile(join(root, 'event.json'), JSON.stringify(event.payload));
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, 'workspace', path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, content);
  }
  const preset = options.action === PUBLISH ? {} : { matrix: 'null' };
  const named = Object.entries({ 'github-token': TOKEN, ...preset, ...inputs });
  return {
    PATH: process.env.PATH ?? '',
    HOME: root,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: join(root, 'event.json'),
    GITHUB_OUTPUT: join(root, 'output'),
    GITHUB_STEP_SUMMARY: join(root, 'summary'),
    GITHUB_ENV: join(root, 'env'),
    GITHUB_PATH: join(root, 'path'),
    GITHUB_STATE: join(root, 'state'),
    GITHUB_WORKSPACE: join(root, 'workspace'),
    GITHUB_REPOSITORY: 'octo/repo',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: options.apiUrl,
    GITHUB_SHA: 'b'.repeat(40),
    GITHUB_REF_NAME: '12/merge',
    GITHUB_RUN_ID: String(runId),
    GITHUB_RUN_NUMBER: '7',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKFLOW: 'ci',
    GITHUB_WORKFLOW_REF: 'octo/repo/.github/workflows/ci.yml@refs/pull/12/merge',
    GITHUB_JOB: 'gate',
    GITHUB_ACTOR: 'someone',
    ACTIONS_RUNTIME_TOKEN: `${TOKEN}-runtime`,
    RUNNER_TEMP: join(root, 'temp'),
    RUNNER_OS: 'Linux',
    ...options.env,
    ...Object.fromEntries(named.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  };
}

function run(
  env: Record<string, string>,
  cwd: string,
  { cancelOn, action = ACTION }: ActionOptions,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [action], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
    child.on('error', reject);
    const watch =
      cancelOn === undefined
        ? undefined
        : setInterval(() => {
            if (!existsSync(join(cwd, cancelOn))) return;
            clearInterval(watch);
            child.kill('SIGTERM');
          }, 20);
    child.on('close', (exitCode) => {
      clearInterval(watch);
      resolve({ exitCode, ...text });
    });
  });
}

/** `name<<DELIMITER`, lines, `DELIMITER`: as the runner parses GITHUB_OUTPUT. Throws on anything else. */
export function parseCommandFile(text: string): Record<string, string> {
  const lines = text.split('\n');
  const values: Record<string, string> = {};
  for (let index = 0; index < lines.length && lines[index] !== ''; index += 1) {
    const [, name, delimiter] = /^([\w-]+)<<(.+)$/.exec(lines[index] ?? '') ?? [];
    const end = lines.indexOf(delimiter ?? '', index + 1);
    if (name === undefined || end === -1) throw new Error(`not an output: ${lines[index] ?? ''}`);
    values[name] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return values;
}

/** The lines that the runner takes for commands; while commands are stopped, only the one that resumes them counts. */
export function obeyedLines(stdout: string): string[] {
  const obeyed: string[] = [];
  let stopped: string | undefined;
  for (const line of stdout.split(/\r\n|\n|\r/)) {
    const text = line.trimStart();
    if (stopped !== undefined) {
      if (text === `::${stopped}::`) stopped = undefined;
    } else if (text.startsWith('::stop-commands::')) {
      stopped = text.slice('::stop-commands::'.length);
    } else if (text.startsWith('::') || text.includes('##[')) {
      obeyed.push(text);
    }
  }
  return obeyed;
}

function readAnnotation(command: string): Annotation[] {
  const [, level, properties = '', message = ''] = /^::(error|warning)(?: (.*?))?::(.*)$/.exec(command) ?? [];
  if (level !== 'error' && level !== 'warning') return [];
  const pairs = properties.split(',').filter((pair) => pair !== '');
  return [
    {
      level,
      properties: Object.fromEntries(
        pairs.map((pair) => [pair.split('=')[0] ?? '', unescape(pair.split('=')[1] ?? '')]),
      ),
      message: unescape(message),
    },
  ];
}

function unescape(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
