import { messageOf, UserError } from '../lib/errors.js';
import { plural } from '../lib/format.js';
import type { Files, Logger } from '../system/ports.js';
import { shortHash } from './comment.js';
import type { Runner } from './runner.js';

/* What a run has written, kept by GitHub's artifact service: for people, for shards to be joined, and for `publish`. */

export interface Artifact {
  readonly name: string;
  /** Absolute, all in `folder`. */
  readonly files: readonly string[];
  readonly folder: string;
}

/** GitHub's artifact service. */
export interface ArtifactStore {
  /** Gives the artifact's id. */
  upload(artifact: Artifact): Promise<number>;
  /**
   * Unpacks those of this run whose names begin with `prefix`, each into a folder of its name below `folder`; gives the
   * names.
   */
  download(prefix: string, folder: string): Promise<readonly string[]>;
}

export interface ArtifactRequest {
  /** Undefined: nothing is uploaded. */
  readonly name: string | undefined;
  /** What others wait for, as a shard's record: if it cannot be uploaded, the run has not done its work. */
  readonly required: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface ArtifactPorts {
  readonly runner: Pick<Runner, 'logger' | 'output'>;
  /** Loads the client. The code of a pull request can change the file that it is in. */
  readonly load: () => Promise<ArtifactStore>;
}

/** False: what was required could not be uploaded. Never throws. */
export type Upload = (files: Pick<Artifact, 'files' | 'folder'>) => Promise<boolean>;

/** To be called before any foreign code runs: loads what uploading takes, if something is to be uploaded. */
export async function openUpload(
  { runner, load }: ArtifactPorts,
  { name, required, env }: ArtifactRequest,
): Promise<Upload> {
  if (name === undefined) return () => Promise.resolve(true);
  const { logger, output } = runner;
  if (!hasArtifacts(env.GITHUB_SERVER_URL)) {
    return ({ folder }) => {
      logger.info(
        `GitHub Enterprise Server does not have the artifact service that flowgate uses. The files are in ${folder}: ` +
          'upload them with a version of actions/upload-artifact that your server supports.',
      );
      return Promise.resolve(true);
    };
  }
  const fail = (thrown: unknown): boolean => {
    tellFailure(logger, thrown, { name, required });
    return !required;
  };
  try {
    const store = await load();
    return async ({ files, folder }) => {
      try {
        output('artifact-id', String(await store.upload({ name, files, folder })));
        return true;
      } catch (thrown) {
        return fail(thrown);
      }
    };
  } catch (thrown) {
    return () => Promise.resolve(fail(thrown));
  }
}

function tellFailure(
  logger: Logger,
  thrown: unknown,
  { name, required }: Pick<Required<ArtifactRequest>, 'required'> & { name: string },
): void {
  const text = messageOf(thrown).replace(/\s+/g, ' ').trim() || 'the service gave no reason';
  const advice = /\(409\)|already exists/i.test(text)
    ? ' Another step of this run has uploaded one of this name: give each step its own, with the input artifact or comment-key.'
    : '';
  const said = `The artifact "${name}" could not be uploaded: ${text}.${advice}`;
  if (required) logger.error(`${said} Without it the shards of this run cannot be joined.`);
  else logger.warn(`${said} The verdict is not affected.`);
}

interface DownloadPorts {
  readonly files: Pick<Files, 'remove'>;
  readonly logger: Logger;
  readonly load: () => Promise<ArtifactStore>;
}

/**
 * What the jobs of this run have uploaded under the names that {@link artifactName} makes.
 * @param folder absolute; emptied before
 * @throws UserError if there is nothing, or it cannot be had
 */
export async function downloadMade(
  { files, logger, load }: DownloadPorts,
  { folder, env }: { readonly folder: string; readonly env: ArtifactRequest['env'] },
): Promise<void> {
  const refuse = (message: string): UserError => new UserError({ where: 'input files', message });
  if (!hasArtifacts(env.GITHUB_SERVER_URL)) {
    throw refuse(
      'GitHub Enterprise Server does not have the artifact service that flowgate uses; give the folder that a version of ' +
        'actions/download-artifact that your server supports has filled',
    );
  }
  let names: readonly string[];
  try {
    await files.remove(folder);
    names = await (await load()).download(`${MADE}-`, folder);
  } catch (thrown) {
    const text = messageOf(thrown).replace(/\s+/g, ' ').trim();
    throw refuse(`the artifacts of this run could not be downloaded: ${text}`);
  }
  if (names.length === 0) {
    throw refuse(
      `no artifact of this run has a name that begins with ${MADE}-: let needs: name the job that measures, with shard, or ` +
        'with artifact: true',
    );
  }
  logger.info(`Joining ${plural(names.length, 'artifact')} of this run: ${names.join(', ')}`);
}

/** The hosts that GitHub itself runs; a server of a company's own has an older service, which the client refuses. */
function hasArtifacts(server: string | undefined): boolean {
  const host = URL.canParse(server ?? '') ? new URL(server ?? '').hostname : 'github.com';
  return host === 'github.com' || host.endsWith('.ghe.com') || host.endsWith('.localhost');
}

/** What the name of an artifact that is given none begins with. */
const MADE = 'flowgate';
/** Characters of a name that people read. */
const LONGEST_PART = 60;

/**
 * The name of an artifact that is given none: `flowgate-JOB-HASH`, another one for each key, and so for each job, leg of a
 * matrix and step.
 * @param key of the comment; see comment.ts
 */
export function artifactName({ key, job }: { readonly key: string; readonly job: string }): string {
  const readable = job
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, LONGEST_PART);
  return [MADE, readable, shortHash(key)].filter((part) => part !== '').join('-');
}
