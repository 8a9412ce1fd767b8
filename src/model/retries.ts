/** How often a flow that fails or is timed out is tried again before it counts as such. */
export interface RetryPlan {
  /** At least 1, beside the first attempt. */
  readonly times: number;
  /** ms before the second attempt; twice as long before each one after it. */
  readonly backoff: number;
}
