import { execFile } from 'node:child_process';

/** How a git command ended. */
export interface GitEnd {
  /** Undefined if git could not be started, was ended by a signal, or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no program git. */
  readonly missing?: true;
}

export interface GitOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** ms; 1 minute if left out. */
  readonly timeout?: number;
  /** Ends git when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * The program git. It asks nobody for anything, runs no hook and no monitor of the repository's, starts no work in the
 * background, and speaks English.
 */
export interface Git {
  /** In a folder, which is absolute. Never rejects. */
  run(folder: string, args: readonly string[], options?: GitOptions): Promise<GitEnd>;
}

/** ms. */
const TIMEOUT = 60_000;
/** Bytes of output: names of a large repository's refs or files. */
const MOST = 64 * 1024 * 1024;

/**
 * What the configuration of the repository could have git start (git-config(1)): hooks, the monitor of the file
 * system, housekeeping in the background, and transports that are commands.
 */
const CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
  'advice.detachedHead=false',
  'color.ui=false',
  'log.showSignature=false',
].flatMap((setting) => ['-c', setting]);

/** Which repository is meant is said by the folder, also where a hook of git's has started us. */
const OF_REPOSITORY = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
];

function environment(added: GitOptions['env']): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of OF_REPOSITORY) Reflect.deleteProperty(env, name);
  return {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_PAGER: 'cat',
    // Large files stay pointers, as actions/checkout leaves them: prepare says if they are wanted.
    GIT_LFS_SKIP_SMUDGE: '1',
    ...added,
  };
}

/** The program git that is on the PATH. */
export const gitProgram: Git = {
  run: (folder, args, { env, timeout = TIMEOUT, signal } = {}) =>
    new Promise<GitEnd>((resolve) => {
      const options = {
        cwd: folder,
        env: environment(env),
        timeout,
        maxBuffer: MOST,
        windowsHide: true,
        signal,
      };
      const child = execFile('git', [...CONFIG, ...args], options, (error, stdout, stderr) => {
        if (error === null) {
          resolve({ code: 0, stdout, stderr });
          return;
        }
        const code = typeof error.code === 'number' ? error.code : undefined;
        // A folder that is gone is ENOENT too; it was there when we were started.
        const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
        const said = stderr === '' && code === undefined ? error.message : stderr;
        resolve({ code, stdout, stderr: said, missing: missing || undefined });
      });
      child.stdin?.end();
    }),
};
