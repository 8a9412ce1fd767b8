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
  const found = findWork(repository);
  const config = CONFIGS.some((path) => files.includes(path))
    ? []
    : [
        { path: CONFIG, content: renderConfig(found) },
        ...(found[0].file === undefined ? [] : [found[0].file]),
      ];
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
  const ignored = await ignoreResults(files, root);
  return {
    found: findWork(repository)[0].what,
    written: [...proposals.map(({ path }) => path), ...ignored],
    kept: [...CONFIGS, WORKFLOW].filter((path) => repository.files.includes(path)),
  };
}

const IGNORE = '.gitignore';

/** The folder of results is added to .gitignore, after what is there. */
async function ignoreResults(files: Files, root: string): Promise<readonly string[]> {
  const text = (await files.read(`${root}/${IGNORE}`)) ?? '';
  if (/^\/?\.flowgate\/?\s*$/mu.test(text)) return [];
  const between = text === '' || text.endsWith('\n') ? '' : '\n';
  await files.write(`${root}/${IGNORE}`, `${text}${between}.flowgate/\n`);
  return [`.flowgate/ into ${IGNORE}`];
}

const SOURCE = /\.(?:[cm]?[jt]s|py|go|rs)$/u;
/** Tests and settings are no servers. */
const NO_SOURCE = /(?:[._-](?:test|spec|config)\.|^test_|_test\.|^conftest|^setup\.py|\.d\.ts$)/u;
/** Folders below the root whose sources are looked at. */
const FOLDERS = ['src', 'app', 'flows'];
const MOST_SOURCES = 50;
/** Read first: what people call the file that starts. */
const ENTRIES = /^(?:main|app|server|index|hello)\./u;

async function sourcesIn(
  files: Files,
  root: string,
  listed: readonly string[],
): Promise<Record<string, string>> {
  const below = await Promise.all(
    FOLDERS.filter((folder) => listed.includes(folder)).map(async (folder) =>
      (await files.list(`${root}/${folder}`)).map((name) => `${folder}/${name}`),
    ),
  );
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const paths = [...listed, ...below.flat()]
    .filter((path) => SOURCE.test(path) && !NO_SOURCE.test(nameOf(path)))
    .sort((one, other) => Number(ENTRIES.test(nameOf(other))) - Number(ENTRIES.test(nameOf(one))))
    .slice(0, MOST_SOURCES);
  const texts: Record<string, string> = {};
  for (const path of paths) {
    // One that is too large, or a folder of that name, is no entry.
    const text = await files.read(`${root}/${path}`).catch(() => undefined);
    if (text !== undefined) texts[path] = text;
  }
  return texts;
}

/** Reads what `propose` needs to know. */
async function lookAt(files: Files, root: string): Promise<Repository> {
  const listed = await files.list(root);
  const sources = await sourcesIn(files, root, listed);
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
    requirements: await files.read(`${root}/requirements.txt`),
    procfile: await files.read(`${root}/Procfile`),
    dockerfile: await files.read(`${root}/Dockerfile`),
    compose: (await files.read(`${root}/compose.yaml`)) ?? (await files.read(`${root}/docker-compose.yml`)),
    cargo: await files.read(`${root}/Cargo.toml`),
    defaultBranch: await readDefaultBranch(files, root),
  };
  const known = Object.entries(texts).filter(([, text]) => text !== undefined);
  return {
    files: [...listed, ...Object.keys(sources), ...ours],
    sources,
    ...(Object.fromEntries(known) as Omit<Repository, 'files'>),
  };
}

/** What a clone remembers of its remote; in a worktree `.git` is a file, and nothing is known. */
async function readDefaultBranch(files: Files, root: string): Promise<string | undefined> {
  if (!(await files.list(`${root}/.git`)).includes('refs')) {
    return undefined;
  }
  const head = await files.read(`${root}/.git/refs/remotes/origin/HEAD`);
  return /^ref: refs\/remotes\/origin\/(\S+)/u.exec(head ?? '')?.[1];
}
