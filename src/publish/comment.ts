import { GitHubError, type GitHub, type Logger, type PullRequestComment } from '../ports.js';
import type { CommentMode } from '../inputs/parse-inputs.js';
import type { Verdict } from '../model/results.js';
import { compareAge, formatMarker, isPlausible, parseMarker, type Marker } from './marker.js';
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

interface CommentPorts {
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
  const { mode, marker, pullRequest } = request;
  if (mode === 'never') return undefined;
  try {
    const body = request.render(formatMarker(marker));
    const author = await github.tokenUser();
    // Listed last of all, right before writing: another run may have written while this one was measuring.
    const standing = withKey(await github.listComments(pullRequest), { marker, author });
    const others = standing.filter((comment) => isOfAnotherStep(comment.marker, marker));
    if (others.length > 0) logger.warn(SHARED_KEY);
    const mine = mineOf(
      standing.filter((comment) => !others.includes(comment)),
      marker,
    );
    const reason = reasonToLeave(request, { standing, mine });
    if (reason !== undefined) {
      logger.info(`The comment was left as it is: ${reason}.`);
      return (mine ?? standing[0])?.id;
    }
    if (mine === undefined) return await github.createComment(pullRequest, body);
    return await rewrite(github, pullRequest, { id: mine.id, body });
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

const SHARED_KEY =
  'Another step of this run writes a comment with the same key, as when one reusable workflow is called twice. ' +
  'Each keeps its own comment. Give each step the input comment-key, so that it finds its own again.';

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

/** Comments of this key by the token's own user, oldest first. */
function withKey(
  comments: readonly PullRequestComment[],
  { marker: mine, author }: { marker: Marker; author: string },
): Standing[] {
  return comments
    .filter((comment) => comment.author === author)
    .flatMap(({ id, body }) => {
      const marker = parseMarker(body);
      const isOurs = marker?.key === mine.key && isPlausible(marker, mine);
      return isOurs ? [{ id, marker }] : [];
    })
    .sort((a, b) => a.id - b.id);
}

/**
 * Another step of the same run has written it: in the same attempt each step has a nonce of its own, and in an earlier
 * attempt the same step had the same inputs.
 */
function isOfAnotherStep(theirs: Marker, mine: Marker): boolean {
  if (theirs.run !== mine.run) return false;
  if (theirs.attempt === mine.attempt) return theirs.nonce !== mine.nonce;
  return theirs.attempt < mine.attempt && theirs.inputs !== mine.inputs;
}

/**
 * Which comment to update where steps share a key: first one with the same inputs, then the one with the mildest verdict,
 * then the oldest. So no failure is painted over while a milder comment could be written instead.
 */
function mineOf(standing: readonly Standing[], { inputs }: Marker): Standing | undefined {
  const rank = ({ marker }: Standing): number =>
    (marker.inputs === inputs ? 0 : SEVERITY.length) + SEVERITY.indexOf(marker.verdict);
  return [...standing].sort((a, b) => rank(a) - rank(b) || a.id - b.id)[0];
}

const SEVERITY: readonly Verdict[] = ['pass', 'warn', 'inconclusive', 'fail'];

function reasonToLeave(
  { marker, mode }: CommentRequest,
  { standing, mine }: { standing: readonly Standing[]; mine: Standing | undefined },
): string | undefined {
  if (standing.some((comment) => compareAge(comment.marker, marker) > 0)) return 'a newer run has written it';
  if (mode === 'on-change' && mine?.marker.verdict === marker.verdict) return 'the verdict is the same';
  if (mode === 'on-problem' && mine === undefined && marker.verdict === 'pass') return 'there is no problem';
  return undefined;
}
