import type { Artifact, ArtifactStore } from '../../src/github/artifact.js';

/** GitHub's artifact service in memory. */
export interface FakeArtifacts extends ArtifactStore {
  readonly uploaded: Artifact[];
}

export function fakeArtifacts(refusal?: Error): FakeArtifacts {
  const uploaded: Artifact[] = [];
  return {
    uploaded,
    upload: (artifact) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      uploaded.push(artifact);
      return Promise.resolve(uploaded.length);
    },
  };
}
