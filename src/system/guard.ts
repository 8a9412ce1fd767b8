import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/**
 * What the guard does: it keeps the list that we tell it, and reads until its standard input ends. Nobody but us holds
 * the other end, so it ends when we do, however we do. A `.` says that we have ended everything ourselves.
 *
 * Without that word the leaders are stopped at once: launchers and hosts would end by themselves, and what they have
 * adopted (subreaper.ts) would be lost from sight.
 */
const WATCH = `
trap '' HUP INT TERM QUIT
leaders=' '
runs=
while read -r act what; do
  case $act in
    +) leaders="$leaders$what " ;;
    -) case $leaders in *" $what "*) leaders="\${leaders%%" $what "*} \${leaders#*" $what "}" ;; esac ;;
    run) runs="$runs $what" ;;
    .) exit ;;
  esac
done
[ -n "$runs\${leaders# }" ] || exit
[ "$leaders" = ' ' ] || kill -STOP $leaders 2>/dev/null
exec "$@" $leaders -- $runs`;

const MOST_STARTS = 20;

/** Beside the bundle that is running. Not in one expression with `new URL`: the bundler would move it. */
function scriptBeside(bundle: string): string {
  return fileURLToPath(bundle.slice(0, bundle.lastIndexOf('/') + 1) + 'guard.js');
}

/**
 * A small shell that outlives us and ends what we had started, should we be killed (SIGKILL) and not be able to. One a
 * process, started with the first process of a run. Windows needs none: there our children are in a job object that ends
 * with us (libuv).
 */
export class Guard {
  readonly #leaders: ReadonlySet<number>;
  readonly #runs = new Set<string>();
  #shell: ChildProcess | undefined;
  #starts = 0;

  /** `leaders`: of the process groups that live now. */
  constructor(leaders: ReadonlySet<number>) {
    this.#leaders = leaders;
  }

  /** `run`: the mark of the run; what carries it in its environment belongs to the run, whoever its parent is. */
  watchRun(run: string | undefined): void {
    if (process.platform === 'win32') return;
    this.#shell ??= this.#start();
    if (run === undefined || this.#runs.has(run)) return;
    this.#runs.add(run);
    this.#tell(`run ${run}`);
  }

  watch(leader: number): void {
    this.#tell(`+ ${leader}`);
  }

  unwatch(leader: number): void {
    this.#tell(`- ${leader}`);
  }

  #start(): ChildProcess {
    const script = scriptBeside(import.meta.url);
    // In a session of its own: what a terminal or a flow sends to a group does not reach it. No secrets in its
    // environment, and no folder that somebody wants to remove.
    const shell: ChildProcess = spawn('/bin/sh', ['-c', WATCH, 'flowgate-guard', process.execPath, script], {
      cwd: '/',
      env: { PATH: process.env['PATH'] },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell = shell;
    // Should a flow end it, there is a new one at once; not for ever, if it cannot run here.
    this.#starts += 1;
    shell.once('exit', () => {
      this.#shell = undefined;
      if (this.#leaders.size > 0 && this.#starts < MOST_STARTS) this.#shell = this.#start();
    });
    shell.once('error', () => undefined);
    shell.stdin?.on('error', () => undefined);
    shell.unref();
    if (shell.stdin instanceof Socket) shell.stdin.unref();
    process.once('exit', () => {
      if (this.#leaders.size === 0) this.#tell('.');
    });
    for (const run of this.#runs) this.#tell(`run ${run}`);
    for (const leader of this.#leaders) this.#tell(`+ ${leader}`);
    return shell;
  }

  #tell(line: string): void {
    this.#shell?.stdin?.write(`${line}\n`);
  }
}
