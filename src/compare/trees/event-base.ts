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
