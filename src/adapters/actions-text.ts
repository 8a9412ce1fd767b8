/**
 * The runner takes a line for a command if it begins with `::`, after any space, or holds `##[` anywhere. It compares by
 * the rules of a culture, for which invisible characters do not exist: so they do not hide a command here either, and
 * what breaks a command is visible.
 */
const COMMAND = /^[^\p{L}\p{N}\p{P}\p{S}\n\r]*:[\p{C}\p{M}]*:/gmu;
const OLD_COMMAND = /#([\p{C}\p{M}]*#[\p{C}\p{M}]*\[)/gu;

/** The text as a person reads it, without a line that the runner would obey. */
export function inert(text: string): string {
  return text.replaceAll(COMMAND, '› $&').replaceAll(OLD_COMMAND, '# $1');
}
