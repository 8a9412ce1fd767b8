import type { Artifact, ArtifactStore } from '../../src/github/artifact.js';
import type { Files } from '../../src/system/ports.js';

/** GitHub's artifact service in memory. */
export interface FakeArtifacts extends ArtifactStore {
  readonly uploaded: Artifact[];
  /** What the jobs of this run have uploaded: the content of one file, by its path `ARTIFACT/FILE`. */
  readonly ofRun: Map<string, string>;
}

/** @param files where what is downloaded is written */
export function fakeArtifacts(refusal?: Error, files?: Pick<Files, 'write'>): FakeArtifacts {
  const uploaded: Artifact[] = [];
  const ofRun = new Map<string, string>();
  return {
    uploaded,
    ofRun,
    download: async (prefix, folder) => {
      if (refusal !== undefined) throw refusal;
      const found = [...ofRun].filter(([path]) => path.startsWith(prefix));
      for (const [path, content] of found) await files?.write(`${folder}/${path}`, content);
      return [...new Set(found.map(([path]) => path.split('/')[0] ?? ''))];
    },
    upload: (artifact) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      uploaded.push(artifact);
      return Promise.resolve(uploaded.length);
    },
  };
}
