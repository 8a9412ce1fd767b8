import type { TriggeringRun } from '../../src/publish/run.js';

/** A run of a fork's pull request that has succeeded. */
export function aRun(change: Partial<TriggeringRun> = {}): TriggeringRun {
  return {
    id: 100,
    number: 7,
    attempt: 1,
    conclusion: 'success',
    url: 'https://github.com/octo/repo/actions/runs/100',
    workflow: 'ci',
    workflowId: 5,
    path: '.github/workflows/ci.yml',
    event: 'pull_request',
    headSha: 'a'.repeat(40),
    headBranch: 'topic',
    headRepository: 'someone/repo',
    headOwner: 'someone',
    startedAt: '2026-01-01T00:00:00Z',
    ...change,
  };
}

/** The event that says so. */
export function runEvent(run: TriggeringRun, status = 'completed'): object {
  return {
    action: status,
    repository: { id: 1, full_name: 'octo/repo', default_branch: 'main' },
    workflow_run: {
      id: run.id,
      run_number: run.number,
      run_attempt: run.attempt,
      status,
      conclusion: run.conclusion,
      html_url: run.url,
      name: run.workflow,
      workflow_id: run.workflowId,
      path: run.path,
      event: run.event,
      head_sha: run.headSha,
      head_branch: run.headBranch,
      head_repository: { full_name: run.headRepository, owner: { login: run.headOwner } },
      run_started_at: run.startedAt,
      // As it is for a fork.
      pull_requests: [],
    },
  };
}
