/**
 * What each bash of a flow reads first ($BASH_ENV): the function `flowgate_step NAME COMMAND…`. It writes to $FLOWGATE_STEPS
 * that the step begins, and then how long it took. The command is called plainly, and neither behind `||` nor in a
 * subshell: what it sets stays set, and `set -e` ends it, and the flow with it, as it would without the function.
 *
 * $EPOCHREALTIME came with bash 5; its decimal point is the locale's.
 */
export const STEP_FUNCTION = String.raw`flowgate_step() {
  if (($# < 2)); then
    echo 'flowgate_step: write flowgate_step NAME COMMAND' >&2
    return 2
  fi
  local flowgate_name=${'$'}{1//$'\n'/ } flowgate_status
  local flowgate_from=${'$'}{EPOCHREALTIME:-$(perl -MTime::HiRes=time -e 'printf "%.6f", time')}
  local flowgate_to
  flowgate_from=${'$'}{flowgate_from//[!0-9]/}
  { printf '%s ? @%sus\n' "$flowgate_name" "$flowgate_from"; } 2>/dev/null >>"${'$'}{FLOWGATE_STEPS:-/dev/null}" || :
  "${'$'}{@:2}"
  flowgate_status=$?
  flowgate_to=${'$'}{EPOCHREALTIME:-$(perl -MTime::HiRes=time -e 'printf "%.6f", time')}
  flowgate_to=$((${'$'}{flowgate_to//[!0-9]/} - flowgate_from))
  { printf '%s %sus @%sus\n' "$flowgate_name" "$flowgate_to" "$flowgate_from"; } 2>/dev/null >>"${'$'}{FLOWGATE_STEPS:-/dev/null}" || :
  return "$flowgate_status"
}
`;
