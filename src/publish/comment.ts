import { GitHubError, type GitHub, type Logger, type PullRequestComment } from '../ports.js';
import type { CommentMode } from '../inputs/parse-inputs.js';
import { compareAge, formatMarker, isPlausible, keyOfJob, parseMarker, type Marker } from './marker.js';
import { explainRefusal } from './refusal.js';

/**
 * When the comment is written. `on-change`: when the verdict differs from the comment's, or there is none yet.
 * `on-problem`: first when the verdict is not pass; from then on always, so that no stale failure stays.
 */
export type { CommentMode };

export interface CommentRequest {
  readonly pullRequest: number;
  readonly marker: Marker;
  readonly mode: CommentMode;
  /** A fork's or Dependabot's run: its token can only read. */
  readonly readOnly: boolean;
  /** The whole body, beginning with the marker that it is given. */
  readonly render: (marker: string) => string;
}

export interface CommentPorts {
  readonly github: GitHub;
  readonly logger: Logger;
}

/** A comment of ours that is there already. */
interface Standing {
  readonly id: number;
  readonly marker: Marker;
}

/**
 * Writes the one comment of this key: updated in place if it is there, created if not, left alone if a newer run has
 * written it. Never throws: a refusal is a warning that says what to do.
 * @returns the id of the comment that now stands; undefined if there is none
 */
export async function publishComment(
  { github, logger }: CommentPorts,
  request: CommentRequest,
): Promise<number | undefined> {
  if (request.mode === 'never') return undefined;
  try {
    const body = request.render(formatMarker(request.marker));
    // Listed last of all, right before writing: another run may have written while this one was measuring.
    const standing = ours(await github.listComments(request.pullRequest), request.marker);
    const [oldest] = standing;
    const reason = reasonToLeave(request, standing);
    if (reason !== undefined) {
      logger.info(`The comment was left as it is: ${reason}.`);
      return oldest?.id;
    }
    if (oldest === undefined) return await github.createComment(request.pullRequest, body);
    return await rewrite(github, request.pullRequest, { id: oldest.id, body });
  } catch (thrown) {
    const refusal = {
      what: 'The comment could not be written',
      permission: 'pull-requests: write',
      readOnly: request.readOnly,
    };
    logger.warn(explainRefusal(thrown, refusal));
    return undefined;
  }
}

/** In place; anew if it was deleted since it was listed. */
async function rewrite(
  github: GitHub,
  pullRequest: number,
  { id, body }: { id: number; body: string },
): Promise<number> {
  try {
    await github.updateComment(id, body);
    return id;
  } catch (thrown) {
    // A token that may not write to a repository that it can read is answered 403.
    if (!(thrown instanceof GitHubError) || thrown.status !== 404) throw thrown;
    return github.createComment(pullRequest, body);
  }
}

/** Of this step; until it has one, of its job: a comment from before steps had their own is taken over. */
function ours(comments: readonly PullRequestComment[], mine: Marker): Standing[] {
  const own = withKey(comments, mine);
  return own.length > 0 ? own : withKey(comments, { ...mine, key: keyOfJob(mine.key) });
}

/** Comments of this key by somebody with write access, oldest first: two first runs at once may have left two. */
function withKey(comments: readonly PullRequestComment[], mine: Marker): Standing[] {
  return comments
    .filter(({ trusted }) => trusted)
    .flatMap(({ id, body }) => {
      const marker = parseMarker(body);
      const isOurs = marker?.key === mine.key && isPlausible(marker, mine);
      return isOurs ? [{ id, marker }] : [];
    })
    .sort((a, b) => a.id - b.id);
}

function reasonToLeave(request: CommentRequest, standing: readonly Standing[]): string | undefined {
  const { marker, mode } = request;
  const [oldest] = standing;
  if (standing.some((comment) => compareAge(comment.marker, marker) > 0)) return 'a newer run has written it';
  if (mode === 'on-change' && oldest?.marker.verdict === marker.verdict) return 'the verdict is the same';
  if (mode === 'on-problem' && oldest === undefined && marker.verdict === 'pass')
    return 'there is no problem';
  return undefined;
}
