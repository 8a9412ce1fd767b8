import type { Files } from '../ports.js';

const FOLDER = 'flowgate-results';

/** The folder of this step's results: under the runner's temporary folder, which no flow's `git status` ever sees. */
export async function resultFolder(files: Files, temporary: string): Promise<string> {
  for (let step = 1; ; step += 1) {
    const folder = `${temporary}/${step === 1 ? FOLDER : `${FOLDER}-${step}`}`;
    // An earlier step of the same job keeps what it measured.
    if (!(await files.exists(`${folder}/results.json`))) return folder;
  }
}
