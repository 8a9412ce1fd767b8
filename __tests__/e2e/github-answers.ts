import { sampleAnswer } from './openapi.js';

/** The objects of GitHub's API with everything that its description requires. */

export interface StoredComment {
  readonly id: number;
  body: string;
  readonly login: string;
  readonly type: 'Bot' | 'User';
  readonly association: string;
}

export interface StoredCheckRun {
  readonly id: number;
  readonly name: string;
  readonly sha: string;
  status: string;
  conclusion: string | null;
  title: string;
  summary: string;
}

export interface StoredArtifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly zip: Buffer;
  readonly createdAt?: string;
}

/** A run of the one workflow. */
export interface StoredRun {
  readonly id: number;
  readonly attempt: number;
  readonly sha: string;
  readonly event: string;
  readonly headRepository: string;
}

export interface StoredPullRequest {
  readonly state?: 'open' | 'closed';
  readonly head: string;
  /** `owner/name`; null once the fork was deleted, which the description does not say. */
  readonly headRepository?: string | null;
  readonly base?: string;
  readonly baseRef?: string;
  readonly author?: string;
}

const NOW = '2026-01-01T00:00:00Z';

export function userAnswer(url: string, { login, type }: Pick<StoredComment, 'login' | 'type'>): object {
  return {
    login,
    id: 1,
    node_id: 'U_1',
    avatar_url: `${url}/avatar`,
    gravatar_id: '',
    url: `${url}/users/1`,
    html_url: `${url}/users/1`,
    followers_url: `${url}/users/1`,
    following_url: `${url}/users/1`,
    gists_url: `${url}/users/1`,
    starred_url: `${url}/users/1`,
    subscriptions_url: `${url}/users/1`,
    organizations_url: `${url}/users/1`,
    repos_url: `${url}/users/1`,
    events_url: `${url}/users/1`,
    received_events_url: `${url}/users/1`,
    type,
    site_admin: false,
  };
}

export function commentAnswer(url: string, comment: StoredComment): object {
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${url}/comments/${comment.id}`,
    html_url: `${url}/comments/${comment.id}`,
    issue_url: `${url}/issues/1`,
    body: comment.body,
    user: userAnswer(url, comment),
    created_at: NOW,
    updated_at: NOW,
    author_association: comment.association,
    performed_via_github_app: null,
  };
}

const HOME = 'octo/repo';

export function pullRequestAnswer(url: string, number: number, pull: StoredPullRequest): object {
  const {
    state = 'open',
    head,
    headRepository = HOME,
    base = 'b'.repeat(40),
    baseRef = 'main',
    author = 'someone',
  } = pull;
  const sample = sampleAnswer('pulls/get', 200) as { head: object; base: object; user: object };
  const { repo } = sample.head as { repo: object };
  return {
    ...sample,
    number,
    state,
    url: `${url}/pulls/${number}`,
    user: userAnswer(url, { login: author, type: 'User' }),
    head: {
      ...sample.head,
      ref: 'topic',
      sha: head,
      repo: headRepository === null ? repo : { ...repo, full_name: headRepository },
    },
    base: { ...sample.base, ref: baseRef, sha: base, repo: { ...repo, full_name: HOME } },
  };
}

export function checkRunAnswer(url: string, run: StoredCheckRun): object {
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.sha,
    name: run.name,
    url: `${url}/check-runs/${run.id}`,
    html_url: `${url}/check-runs/${run.id}`,
    details_url: null,
    external_id: null,
    status: run.status,
    conclusion: run.conclusion,
    started_at: NOW,
    completed_at: run.status === 'completed' ? NOW : null,
    check_suite: null,
    app: null,
    pull_requests: [],
    output: {
      title: run.title,
      summary: run.summary,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/check-runs/${run.id}/annotations`,
    },
  };
}

export function artifactAnswer(url: string, artifact: StoredArtifact): object {
  const { id, name, zip, createdAt = NOW } = artifact;
  return {
    id,
    node_id: `A_${id}`,
    name,
    size_in_bytes: zip.length,
    url: `${url}/artifacts/${id}`,
    archive_download_url: `${url}/artifacts/${id}/zip`,
    expired: false,
    created_at: createdAt,
    expires_at: createdAt,
    updated_at: createdAt,
  };
}

export function runAnswer({ id, attempt, sha, event, headRepository }: StoredRun): object {
  const sample = sampleAnswer('actions/list-workflow-runs', 200, 'workflow_runs') as {
    head_repository: object;
  };
  const repository = { ...sample.head_repository, full_name: headRepository };
  return { ...sample, id, run_attempt: attempt, head_sha: sha, event, head_repository: repository };
}
