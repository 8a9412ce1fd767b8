import { z } from 'zod';
import { UserError } from '../lib/errors.js';

/** The run that triggered this one, as GitHub's event tells it: nothing of it is what the run's code has said. */
export interface TriggeringRun {
  readonly id: number;
  readonly number: number;
  readonly attempt: number;
  /** `success`, `failure`, `cancelled`, `timed_out` … */
  readonly conclusion: string;
  readonly url: string;
  readonly workflow: string;
  readonly workflowId: number;
  /** `.github/workflows/ci.yml` */
  readonly path: string;
  /** `pull_request`, `push` … */
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name` of where the commit is. */
  readonly headRepository: string;
  readonly headOwner: string;
  /** ISO 8601: when this attempt began. */
  readonly startedAt: string;
}

const schema = z.object({
  workflow_run: z.object({
    id: z.int().positive(),
    run_number: z.int().positive(),
    run_attempt: z.int().positive(),
    status: z.string(),
    conclusion: z.string().nullable(),
    html_url: z.string(),
    name: z.string().nullish(),
    workflow_id: z.int().positive(),
    path: z.string(),
    event: z.string(),
    head_sha: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/),
    head_branch: z.string().nullable(),
    // Null once the fork was deleted.
    head_repository: z.object({ full_name: z.string(), owner: z.object({ login: z.string() }) }).nullable(),
    run_started_at: z.string(),
  }),
});

const RECIPE = 'see docs/recipes.md#forks';

/** Throws UserError for any event but that of a workflow run that has completed. */
export function triggeringRun(event: string, payload: unknown): TriggeringRun {
  if (event !== 'workflow_run') {
    throw new UserError({
      message: `publish runs on workflow_run, and the event is ${event === '' ? 'none' : event}: ${RECIPE}`,
    });
  }
  const parsed = schema.safeParse(payload);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new UserError({
      message: `the event is not as GitHub describes it: ${first?.path.map(String).join('.') ?? ''}: ${first?.message ?? ''}`,
    });
  }
  const run = parsed.data.workflow_run;
  if (run.status !== 'completed') {
    const message = `the run that triggered this one is ${run.status}: publish needs "types: [completed]", ${RECIPE}`;
    throw new UserError({ message });
  }
  return {
    id: run.id,
    number: run.run_number,
    attempt: run.run_attempt,
    conclusion: run.conclusion ?? 'none',
    url: run.html_url,
    workflow: run.name ?? '',
    workflowId: run.workflow_id,
    path: run.path,
    event: run.event,
    headSha: run.head_sha,
    headBranch: run.head_branch ?? '',
    headRepository: run.head_repository?.full_name ?? '',
    headOwner: run.head_repository?.owner.login ?? '',
    startedAt: run.run_started_at,
  };
}

/** An artifact of a run: its name is what the run's code says. */
export interface UploadedArtifact {
  readonly id: number;
  readonly name: string;
  /** Bytes, as GitHub counts them. */
  readonly size: number;
  readonly expired: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What GitHub knows of a run. Throws GitHubError and nothing else. */
export interface Runs {
  /** All artifacts of all attempts. */
  artifacts(run: number): Promise<readonly UploadedArtifact[]>;
  /** Throws Refused once there are more bytes than that. */
  download(artifact: number, largest: number): Promise<Buffer>;
  /** Whether a later run, or attempt, of the same workflow is of the same commit and repository. */
  isOutdated(run: TriggeringRun): Promise<boolean>;
  /** Numbers of the open pull requests whose head is this very commit in this very repository. */
  openPullRequests(run: TriggeringRun): Promise<readonly number[]>;
}
