/**
 * Whether the GitHub runner takes a line of the log for a command: `::name …::` after leading white space, or
 * `##[name]` anywhere (actions/runner, src/Runner.Common/ActionCommand.cs: TryParseV2 and TryParse).
 */
export function workflowCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[');
}
