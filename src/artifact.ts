import { DefaultArtifactClient } from '@actions/artifact';
import type { Artifact } from './github/artifact.js';

/*
 * Uploading to GitHub's artifact service: a bundle of its own, because its client is as large as all the rest. The action
 * loads it if something is to be uploaded, before anything foreign runs.
 */

/** The runner's variables that the client reads. Flows must not find them, so they are set for the call alone. */
const VARIABLES = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'] as const;

/**
 * Gives the artifact's id.
 * @param env the variables that the runner has started the action with
 */
export async function uploadArtifact(
  { name, files, folder }: Artifact,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const missing = VARIABLES.filter((variable) => (env[variable] ?? '') === '');
  if (missing.length > 0)
    throw new Error(`the runner has no artifact service (${missing.join(', ')} not set)`);
  for (const variable of VARIABLES) process.env[variable] = env[variable];
  try {
    const { id } = await new DefaultArtifactClient().uploadArtifact(name, [...files], folder);
    if (id === undefined) throw new Error('the artifact service gave it no id');
    return id;
  } finally {
    for (const variable of VARIABLES) Reflect.deleteProperty(process.env, variable);
  }
}
