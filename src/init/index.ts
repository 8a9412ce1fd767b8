import type { Files } from '../system/ports.js';
import { renderConfig } from './config-file.js';
import { findWork } from './find.js';
import type { Repository } from './repository.js';
import { renderWorkflow } from './workflow-file.js';

const CONFIG = '.github/flowgate.yml';
/** A repository that has one of these has its config; the last two only need another name, which a run says. */
const CONFIGS: readonly string[] = [CONFIG, 'flowgate.yml', '.github/flowgate.yaml', 'flowgate.yaml'];
const WORKFLOW = '.github/workflows/flowgate.yml';

interface Proposal {
  /** From the root, with slashes. */
  readonly path: string;
  readonly content: string;
}

interface InitReport {
  /** What the config is made of, in words. */
  readonly found: string;
  readonly written: readonly string[];
  /** Files that were there and were not touched. */
  readonly kept: readonly string[];
}

/** The files that are missing for a first gate. What is there already is not proposed. */
export function propose(repository: Repository): readonly Proposal[] {
  const { files } = repository;
  const config = CONFIGS.some((path) => files.includes(path))
    ? []
    : [{ path: CONFIG, content: renderConfig(findWork(repository)) }];
  const workflow = files.includes(WORKFLOW) ? [] : [{ path: WORKFLOW, content: renderWorkflow(repository) }];
  return [...config, ...workflow];
}

/** Looks at the repository below `root` (absolute) and writes what is missing; overwrites nothing. */
export async function init(files: Files, root: string): Promise<InitReport> {
  const repository = await lookAt(files, root);
  const proposals = propose(repository);
  for (const { path, content } of proposals) {
    await files.write(`${root}/${path}`, content);
  }
  return {
    found: findWork(repository)[0].what,
    written: proposals.map(({ path }) => path),
    kept: [...CONFIGS, WORKFLOW].filter((path) => repository.files.includes(path)),
  };
}

/** Reads what `propose` needs to know. */
async function lookAt(files: Files, root: string): Promise<Repository> {
  const listed = await files.list(root);
  const ours: string[] = [];
  for (const path of [...CONFIGS, WORKFLOW]) {
    if (await files.exists(`${root}/${path}`)) {
      ours.push(path);
    }
  }
  const texts = {
    packageJson: await files.read(`${root}/package.json`),
    pyproject: await files.read(`${root}/pyproject.toml`),
    makefile: await files.read(`${root}/Makefile`),
    defaultBranch: await readDefaultBranch(files, root),
  };
  const known = Object.entries(texts).filter(([, text]) => text !== undefined);
  return { files: [...listed, ...ours], ...(Object.fromEntries(known) as Omit<Repository, 'files'>) };
}

/** What a clone remembers of its remote; in a worktree `.git` is a file, and nothing is known. */
async function readDefaultBranch(files: Files, root: string): Promise<string | undefined> {
  if (!(await files.list(`${root}/.git`)).includes('refs')) {
    return undefined;
  }
  const head = await files.read(`${root}/.git/refs/remotes/origin/HEAD`);
  return /^ref: refs\/remotes\/origin\/(\S+)/u.exec(head ?? '')?.[1];
}
