import { join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import type { Artifact } from './github/artifact.js';

/*
 * GitHub's artifact service: a bundle of its own, because its client is as large as all the rest. The action loads it if
 * something is to be uploaded, before anything foreign runs, and where artifacts are joined.
 */

/** The runner's variables that the client reads. Flows must not find them, so they are set for the call alone. */
const VARIABLES = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'] as const;

/** The variables that the runner has started the action with. */
type Env = Readonly<Record<string, string | undefined>>;

/** Gives the artifact's id. */
export function uploadArtifact({ name, files, folder }: Artifact, env: Env): Promise<number> {
  return connected(env, async (client) => {
    const { id } = await client.uploadArtifact(name, [...files], folder);
    if (id === undefined) throw new Error('the artifact service gave it no id');
    return id;
  });
}

/** The service takes no other names; each becomes a folder here, and is printed. */
const NAME = /^[^\p{C}"<>|*?:/\\]+$/u;

/**
 * The artifacts of this run whose names begin with `prefix`, of each name the newest, unpacked into a folder of its name
 * below `folder`; gives the names. The client writes regular files alone, and none outside of it.
 */
export function downloadArtifacts(prefix: string, folder: string, env: Env): Promise<readonly string[]> {
  return connected(env, async (client) => {
    const { artifacts } = await client.listArtifacts({ latest: true });
    const found = artifacts.filter(({ name }) => name.startsWith(prefix) && NAME.test(name));
    for (const { id, name, digest } of found) {
      const options = { path: join(folder, name), ...(digest === undefined ? {} : { expectedHash: digest }) };
      const { digestMismatch = false } = await client.downloadArtifact(id, options);
      if (digestMismatch) throw new Error(`${name} has come damaged`);
    }
    return found.map(({ name }) => name);
  });
}

async function connected<T>(env: Env, act: (client: DefaultArtifactClient) => Promise<T>): Promise<T> {
  const missing = VARIABLES.filter((variable) => (env[variable] ?? '') === '');
  if (missing.length > 0)
    throw new Error(`the runner has no artifact service (${missing.join(', ')} not set)`);
  for (const variable of VARIABLES) process.env[variable] = env[variable];
  try {
    return await act(new DefaultArtifactClient());
  } finally {
    for (const variable of VARIABLES) Reflect.deleteProperty(process.env, variable);
  }
}
