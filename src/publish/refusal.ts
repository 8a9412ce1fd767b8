import { messageOf } from '../errors.js';
import { GitHubError } from '../ports.js';

interface Refusal {
  /** What could not be done: "the comment could not be written". */
  readonly what: string;
  /** The permission that it takes: `pull-requests: write`. */
  readonly permission: string;
  /** The event gives a token that can only read, whatever the workflow asks for. */
  readonly readOnly: boolean;
}

/** A limit that GitHub answers with the same statuses as a missing permission. */
const LIMITED = /rate limit|abuse|locked/i;

/** One warning that says what was refused, why, and what to do next. The verdict never hangs on it. */
export function explainRefusal(thrown: unknown, { what, permission, readOnly }: Refusal): string {
  const status = thrown instanceof GitHubError ? thrown.status : undefined;
  const said = `${what}: ${messageOf(thrown)}${status === undefined ? '' : ` (HTTP ${status})`}.`;
  const forbidden = (status === 401 || status === 403 || status === 404) && !LIMITED.test(messageOf(thrown));
  if (!forbidden) return `${said} The verdict is not affected.`;
  const advice = readOnly
    ? 'The token of a fork or of Dependabot can only read: let a second workflow publish the result, see docs/recipes.md#forks.'
    : `Give the job the permission: "permissions: ${permission}".`;
  return `${said} It takes "${permission}". ${advice} The verdict is not affected.`;
}
