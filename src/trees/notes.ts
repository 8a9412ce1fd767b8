import type { PreparePlan } from '../model/comparison.js';
import { ignored } from './head.js';
import type { Repository } from './repository.js';

/** What the trees lack that the workspace may have: what a person wants to know before wondering why flows fail. */
export async function lackingInTrees(
  repository: Repository,
  commit: string,
  prepare: PreparePlan | undefined,
): Promise<readonly string[]> {
  const notes: string[] = [];
  const command = prepare?.run ?? '';
  const submodules = await repository.run(['cat-file', '-e', `${commit}:.gitmodules`]);
  if (submodules.code === 0 && !command.includes('submodule')) {
    notes.push(lacks('submodules are empty', 'git submodule update --init --recursive', prepare));
  }
  const attributes = ['grep', '--quiet', 'filter=lfs', commit, '--', ':(glob)**/.gitattributes'];
  const lfs = await repository.run(attributes);
  if (lfs.code === 0 && !command.includes('lfs')) {
    notes.push(lacks('files of Git LFS are pointers', 'git lfs pull', prepare));
  }
  if (prepare === undefined) {
    const { names, count } = await ignored(repository);
    if (count > 0) {
      const more = count > names.length ? ` and ${count - names.length} more` : '';
      const held = `what git ignores is not there (${names.join(', ')}${more})`;
      notes.push(lacks(held, 'a command such as npm ci, if flows need it', prepare));
    }
  }
  return notes;
}

function lacks(what: string, remedy: string, prepare: PreparePlan | undefined): string {
  const advice = prepare === undefined ? `give prepare: ${remedy}` : `let prepare run ${remedy}`;
  return `in the trees of both sides ${what}; ${advice}`;
}
