/** Inputs that the terminal has too, in the order of a sentence; the rest is about GitHub or the runner. */
const OPTIONS = [
  ['baseConfig', '--base-config'],
  ['baseRun', '--base-run'],
  ['baseModule', '--base-module'],
  ['baseUrl', '--base-url'],
  ['baseWorkingDirectory', '--base-working-directory'],
  ['config', '--config'],
  ['scenario', '--scenario'],
  ['run', '--run'],
  ['module', '--module'],
  ['url', '--url'],
  ['workingDirectory', '--working-directory'],
  ['flows', '--flows'],
  ['iterations', '--iterations'],
  ['duration', '--duration'],
  ['rate', '--rate'],
  ['maxFlows', '--max-flows'],
  ['timeout', '--timeout'],
  ['thresholds', '--threshold'],
  ['alerts', '--alert'],
  ['compare', '--compare'],
  ['prepare', '--prepare'],
  ['budget', '--budget'],
  ['onFail', '--on-fail'],
  ['onInconclusive', '--on-inconclusive'],
  ['seed', '--seed'],
  ['bug', '--bug'],
] as const;

/** Options that are given again and again, once a line. */
const REPEATED = new Set(['--threshold', '--alert']);

type Given = { readonly [Name in (typeof OPTIONS)[number][0] | 'demo' | 'import' | 'noCompare']?: string };

/**
 * The command that reproduces the verdict at a terminal, at the top of the workspace, from where a config is named
 * whatever the working directory: the inputs that were given, quoted for a POSIX shell.
 */
export function reproduceCommand(
  inputs: Given,
  {
    command = inputs.demo?.trim() === 'true' ? 'demo' : 'run',
  }: { command?: 'run' | 'demo' | 'compare' } = {},
): string {
  const words = OPTIONS.flatMap(([name, option]) => {
    const value = inputs[name]?.trim() ?? '';
    const values = REPEATED.has(option) ? linesOf(value) : [value];
    return values.filter((each) => each !== '').map((each) => `${option} ${quote(each)}`);
  });
  const switches = inputs.noCompare === 'true' ? ['--no-compare'] : [];
  const imported = inputs.import === undefined ? command : `import ${quote(inputs.import)}`;
  return [`npx flowgate ${imported}`, ...words, ...switches].join(' ');
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('#'));
}

function quote(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
