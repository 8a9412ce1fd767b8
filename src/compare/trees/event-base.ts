import { z } from 'zod';

/** What the event of a workflow run says of the commit that head is to be compared with. */
export type EventBase =
  /** `base` is the branch's tip when the event came; what is checked out may be head merged into a newer one. */
  | { readonly kind: 'pull_request'; readonly branch: string; readonly base: string; readonly head: string }
  | { readonly kind: 'merge_group'; readonly branch: string; readonly base: string }
  /** `before` is missing where the push made a new branch. */
  | {
      readonly kind: 'push';
      readonly branch: string;
      readonly before?: string;
      readonly defaultBranch?: string;
    }
  /** Any other event. */
  | { readonly kind: 'other'; readonly defaultBranch?: string }
  /** At a terminal. */
  | { readonly kind: 'none' };

/** Whether there is an event: then the workspace is a runner's, which may have kept it from an earlier job. */
export function isOfWorkflow({ kind }: EventBase): boolean {
  return kind !== 'none';
}

interface RunEvent {
  /** GITHUB_EVENT_NAME; empty outside of a workflow. */
  readonly name: string;
  /** GITHUB_REF, of what the workflow runs on. */
  readonly ref: string | undefined;
  /** Whatever is missing or of another form counts as not said. */
  readonly payload: unknown;
}

const text = z.string().min(1).optional().catch(undefined);
/** A commit's name, of SHA-1 or of SHA-256; nothing else is handed to git. */
const sha = z
  .string()
  .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
  .optional()
  .catch(undefined);
const commit = z.object({ sha, ref: text }).optional().catch(undefined);

const payloadSchema = z.object({
  pull_request: z.object({ base: commit, head: commit }).optional().catch(undefined),
  merge_group: z.object({ base_sha: sha, base_ref: text }).optional().catch(undefined),
  ref: text,
  before: sha,
  repository: z.object({ default_branch: text }).optional().catch(undefined),
});

type Payload = z.infer<typeof payloadSchema>;

/** Events whose payload has a pull request that the run is about. */
const PULL_REQUEST = /^pull_request(_target|_review|_review_comment)?$/;

/** What a push has as `before` when there was nothing. */
const NOTHING = /^0+$/;

/** Reads the event; never throws. Only what the event itself names is used. */
export function baseOfEvent({ name, ref: runsOn, payload }: RunEvent): EventBase {
  if (name === '') return { kind: 'none' };
  const parsed = payloadSchema.safeParse(payload);
  const event: Payload = parsed.success ? parsed.data : {};
  const { pull_request: pull, merge_group: group, before, ref, repository } = event;
  // A schedule runs on the default branch and nothing else, and its payload has no repository to name it.
  const defaultBranch = repository?.default_branch ?? (name === 'schedule' ? branchOf(runsOn) : undefined);
  if (PULL_REQUEST.test(name) && pull?.base?.sha !== undefined && pull.head?.sha !== undefined) {
    const { base, head } = pull;
    return {
      kind: 'pull_request',
      branch: base.ref ?? 'the base',
      base: base.sha ?? '',
      head: head.sha ?? '',
    };
  }
  if (name === 'merge_group' && group?.base_sha !== undefined) {
    return { kind: 'merge_group', branch: branchOf(group.base_ref) ?? 'the base', base: group.base_sha };
  }
  const branch = branchOf(ref);
  if (name === 'push' && branch !== undefined) {
    const known = before !== undefined && !NOTHING.test(before);
    return { kind: 'push', branch, before: known ? before : undefined, defaultBranch };
  }
  return { kind: 'other', defaultBranch };
}

/** `refs/heads/main` → `main`; undefined for a tag. */
function branchOf(ref: string | undefined): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1];
}
