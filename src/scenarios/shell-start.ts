/**
 * Variables that change how a shell starts, or what it takes a command for: files that are read first (bash(1), ksh(1),
 * zsh(1)), options, POSIX mode, the version that is imitated, and functions in place of commands.
 */
export const CHANGES_SHELL_START =
  /^(BASH_ENV|ENV|ZDOTDIR|FPATH|SHELLOPTS|BASHOPTS|BASH_COMPAT|BASH_XTRACEFD|POSIXLY_CORRECT|POSIX_PEDANTIC|(__)?BASH_FUNC.*)$/;
