/** What is known of the repository that gets its first flowgate: texts of the files that tell what it is. */
export interface Repository {
  /** Paths from the root, with slashes: those in the root folder, and those below .github that are ours to write. */
  readonly files: readonly string[];
  readonly packageJson?: string;
  readonly pyproject?: string;
  readonly makefile?: string;
  readonly requirements?: string;
  readonly procfile?: string;
  readonly dockerfile?: string;
  readonly compose?: string;
  readonly cargo?: string;
  /** Texts of source files in the root and in src, by their paths. */
  readonly sources?: Readonly<Record<string, string>>;
  /** As the remote names it; undefined if the clone does not say. */
  readonly defaultBranch?: string;
}

/** What was found to be run, and the scenario that is made of it. */
export interface Finding {
  /** In words: "package.json starts a fastify server with npm start". */
  readonly what: string;
  /** Name of the scenario. */
  readonly name: string;
  /** What the user should do with it next. */
  readonly advice: string;
  readonly scenario: Readonly<Record<string, unknown>>;
  /** Written beside the config, if it is not there. */
  readonly file?: { readonly path: string; readonly content: string };
}

/** Quotes a word for the shell, if it needs it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
