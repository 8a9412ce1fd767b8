import { messageOf, UserError, type Problem } from '../errors.js';
import { EXIT } from './exit-status.js';
import type { Annotation, Runner } from './runner.js';

/** Reports what kept a verdict from being reached, and gives the exit status: 2 for what the user can mend. */
export function reportFailure(runner: Pick<Runner, 'annotate'>, thrown: unknown, workspace: string): number {
  if (thrown instanceof UserError) {
    thrown.problems.forEach((problem) => {
      runner.annotate(problemAnnotation(problem, workspace));
    });
    return EXIT.unusable;
  }
  const stack = (thrown instanceof Error ? thrown.stack : undefined) ?? messageOf(thrown);
  runner.annotate({
    level: 'error',
    title: 'flowgate: a defect',
    message: `${stack}\nThis is a defect in flowgate, please report it.`,
  });
  return EXIT.failed;
}

/** One error each, at its place in the file where it has one. */
function problemAnnotation({ message, where, file, line, column }: Problem, workspace: string): Annotation {
  return {
    level: 'error',
    title: 'flowgate: configuration',
    message: where === undefined ? message : `${where}: ${message}`,
    file: file === undefined ? undefined : relativeTo(workspace, file),
    line,
    column,
  };
}

/** GitHub places an annotation by the path in the repository, with slashes on every system. */
function relativeTo(workspace: string, file: string): string {
  const inside = file.startsWith(workspace) && /^[\\/]/.test(file.slice(workspace.length));
  return inside ? file.slice(workspace.length + 1).replaceAll('\\', '/') : file;
}
