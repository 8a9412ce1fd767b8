import type { FlowEnd, FlowRunner, FlowStart } from '../../flows/runner.js';
import { argvOf, quote } from '../../lib/shell.js';
import type { FlowPlan, ScenarioPlan } from '../../model/plan.js';
import type { Clock } from '../../system/ports.js';
import { SLOWDOWN_VARIABLE } from './slowed-host.js';

/**
 * A scenario whose flows are made longer by a share of themselves, 0 or more. With 0 they bear what slowing costs and are
 * not slowed. Commands and modules do it by work; a plan of requests stays as it is, for their runner is {@link slowed}.
 */
export function slowedPlan(plan: ScenarioPlan, share: number): ScenarioPlan {
  const { work, env } = plan;
  // Refused before: nothing of it is run here.
  if (work.kind === 'import') return plan;
  if (work.kind !== 'mix') return { ...plan, ...slowedFlow({ work, env }, share) };
  return {
    ...plan,
    work: { ...work, parts: work.parts.map((part) => ({ ...part, ...slowedFlow(part, share) })) },
  };
}

type SlowedFlow = Pick<FlowPlan, 'work' | 'env'>;

function slowedFlow({ work, env }: SlowedFlow, share: number): SlowedFlow {
  switch (work.kind) {
    case 'command':
      return { work: { ...work, ...slowedCommand(work, share) }, env };
    case 'module':
      return { work, env: { ...env, [SLOWDOWN_VARIABLE]: String(share) } };
    case 'http':
      return { work, env };
  }
}

interface Command {
  /** With its arguments. */
  readonly shell: string;
  readonly run: string;
}

const BASH = /^(\S*\/)?bash(\s|$)/;

/**
 * A command that does the same and is made longer by a share of itself, as if all of its code were that much slower: when
 * it is through, its bash burns so much of the CPU time that it took, and then waits for what is missing to so much of
 * its wall time. With a share of 0 it does everything that this costs and neither burns nor waits, so that the two differ
 * by nothing but the slowdown. A command that failed is left alone.
 *
 * Takes bash 5 or later, whatever shell interprets the command itself.
 * @param share 0 or more: 0.05 for 5%
 */
export function slowedCommand({ shell, run }: Command, share: number): Command {
  const isBash = BASH.test(shell.trim());
  // In a subshell its exec and its traps end where it ends; eval takes whatever text the shell itself would take.
  const body = isBash ? `eval ${quote(run)}` : `exec ${argvOf({ shell, command: run }).map(quote).join(' ')}`;
  return { shell: isBash ? shell : 'bash', run: SCRIPT(body, Math.round(share * 1e6)) };
}

/** Below it a slice of the scheduler's is rarely cut short, so that wall time is CPU time; `times` counts in whole ms. µs. */
const BY_THE_CLOCK = 4000;

/**
 * Bash alone, without a process that a flow would not have: `times` is read through a pipe, which is also what is waited
 * on. It cuts off half a ms of each of its four figures.
 */
const SCRIPT = (body: string, millionths: number): string => `\
: "\${EPOCHREALTIME:?flowgate calibrate slows commands by bash 5 or later}"
__fg_began=\${EPOCHREALTIME/[^0-9]/}
( ${body} )
__fg_status=$?
__fg_took=$(( \${EPOCHREALTIME/[^0-9]/} - __fg_began ))
if (( __fg_status != 0 )); then exit "$__fg_status"; fi
LC_ALL=C
exec {__fg_pipe}<> <(:)
__fg_add() {
  local digits=\${1#*m}
  digits=\${digits%s}
  __fg_ms=$(( __fg_ms + 10#\${1%%m*} * 60000 + 10#\${digits/[^0-9]/} ))
}
__fg_cpu() {
  local user system children_user children_system
  times >&"$__fg_pipe"
  read -r user system <&"$__fg_pipe"
  read -r children_user children_system <&"$__fg_pipe"
  __fg_ms=0
  __fg_add "$user"
  __fg_add "$system"
  __fg_own=$__fg_ms
  __fg_add "$children_user"
  __fg_add "$children_system"
}
__fg_cpu
__fg_burn=$(( (__fg_ms + 2) * ${millionths} / 1000 ))
if (( __fg_burn < ${BY_THE_CLOCK} )); then
  __fg_until=$(( \${EPOCHREALTIME/[^0-9]/} + __fg_burn ))
  while (( \${EPOCHREALTIME/[^0-9]/} < __fg_until )); do :; done
else
  __fg_until=$(( __fg_own * 1000 + __fg_burn ))
  while (( __fg_own * 1000 < __fg_until )); do
    for (( __fg_turn = 0; __fg_turn < 1000; __fg_turn += 1 )); do :; done
    __fg_cpu
  done
fi
__fg_left=$(( __fg_began + __fg_took + __fg_took * ${millionths} / 1000000 - \${EPOCHREALTIME/[^0-9]/} ))
if (( __fg_left > 0 )); then
  printf -v __fg_wait '%d.%06d' "$(( __fg_left / 1000000 ))" "$(( __fg_left % 1000000 ))"
  read -r -t "$__fg_wait" -u "$__fg_pipe" || :
fi
`;

interface SlowedOptions {
  /** 0 or more: 0.05 for 5%. */
  readonly share: number;
  readonly clock: Clock;
  /** Which flows; all if left out. */
  readonly slows?: (start: FlowStart) => boolean;
}

/**
 * A runner whose flows take so much longer: after its last answer each waits in its slot, as if it had been answered
 * later. Only time is added, no work: nobody on the other side does more for it. A flow that failed is left alone, and
 * once all are ended nothing is waited for.
 */
export function slowed(runner: FlowRunner, { share, clock, slows = () => true }: SlowedOptions): FlowRunner {
  const wakes = new Set<() => void>();
  let ended = false;
  /** By an alarm: a timer is late by a ms or two, which is more than a slowdown of most flows. */
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        alarm.cancel();
        wakes.delete(wake);
        resolve();
      };
      const alarm = clock.alarm(ms, wake);
      wakes.add(wake);
    });
  const late = async (running: Promise<FlowEnd>): Promise<FlowEnd> => {
    const end = await running;
    if (end.outcome !== 'ok' || share === 0) return end;
    // The flow is seen to have ended a little after it has.
    const left = end.endedAt + share * (end.endedAt - end.startedAt) - clock.now();
    if (left > 0 && !ended) await wait(left);
    return { ...end, endedAt: Math.max(end.endedAt, clock.now()) };
  };
  return {
    release: (starts) =>
      runner.release(starts).map((running, index) => {
        const start = starts[index];
        return start !== undefined && slows(start) ? late(running) : running;
      }),
    endAll: (reason) => {
      ended = true;
      runner.endAll(reason);
      for (const wake of wakes) wake();
    },
    settle: () => runner.settle(),
    close: () => runner.close(),
    broken: runner.broken,
  };
}
