import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CommentMode } from '../../src/config/inputs.js';
import { type CommentRequest, formatMarker, type Marker, publishComment } from '../../src/github/comment.js';
import type { Verdict } from '../../src/model/results.js';
import { GitHubError } from '../../src/system/github.js';
import { fakeGitHub, type FakeGitHub, TOKEN_USER } from '../fakes/github.js';
import { recordingLogger, type RecordingLogger } from '../fakes/runner.js';

const PULL = 12;

let github: FakeGitHub;
let logger: RecordingLogger;

beforeEach(() => {
  github = fakeGitHub();
  logger = recordingLogger();
});

const mark = (of: Partial<Marker> = {}): Marker => ({
  key: 'ci/gate',
  run: 5,
  attempt: 1,
  verdict: 'pass',
  inputs: '00000000',
  nonce: 'a1',
  ...of,
});

function publish(
  of: Partial<Marker> = {},
  options: Partial<CommentRequest> = {},
): Promise<number | undefined> {
  const render = (marker: string): string => `${marker}\nrun ${of.run ?? 5}`;
  return publishComment(
    { github, logger },
    { pullRequest: PULL, marker: mark(of), mode: 'always', readOnly: false, render, ...options },
  );
}

function standing(id: number, of: Partial<Marker> = {}, author = TOKEN_USER): void {
  const comment = { id, body: `${formatMarker(mark(of))}\nrun ${of.run ?? 5}`, author };
  github.comments.set(PULL, [...(github.comments.get(PULL) ?? []), comment]);
}

const texts = (): string[] => (github.comments.get(PULL) ?? []).map(({ body }) => body.split('\n')[1] ?? '');

describe('one comment', () => {
  test('is created when there is none, and updated in place by the next run', async () => {
    const first = await publish({ run: 5 });
    const second = await publish({ run: 6 });
    expect(second).toBe(first);
    expect(texts()).toEqual(['run 6']);
  });

  test('is created anew if it was deleted since it was listed', async () => {
    standing(1, { run: 5 });
    github.refuse('updateComment', new GitHubError('Not Found', 404));
    expect(await publish({ run: 6 })).toBe(100);
    expect(logger.at('warn')).toEqual([]);
  });

  test('is left alone by a run that is older, whose id it still returns', async () => {
    standing(1, { run: 9 });
    expect(await publish({ run: 8, attempt: 7 })).toBe(1);
    expect(texts()).toEqual(['run 9']);
  });

  test('is left alone by an older attempt and rewritten by the same one', async () => {
    standing(1, { run: 5, attempt: 2 });
    await publish({ run: 5, attempt: 1 });
    expect(github.calls).not.toContain('updateComment');
    await publish({ run: 5, attempt: 2 });
    expect(github.calls).toContain('updateComment');
  });

  test('is the oldest of ours if there are two', async () => {
    standing(4, { run: 3 });
    standing(2, { run: 3 });
    expect(await publish({ run: 6 })).toBe(2);
    expect(texts()).toEqual(['run 3', 'run 6']);
  });

  test('is each step’s own, and not that of its job', async () => {
    standing(1, { run: 3, verdict: 'fail' });
    const first = { key: 'ci/gate#__flowgate' };
    const second = { key: 'ci/gate#__flowgate_2' };
    const one = await publish({ ...first, run: 5 });
    const other = await publish({ ...second, run: 5 });
    expect(await publish({ ...first, run: 6 })).toBe(one);
    expect(await publish({ ...second, run: 7 })).toBe(other);
    expect(texts()).toEqual(['run 3', 'run 6', 'run 7']);
  });

  test('is not written over a newer duplicate', async () => {
    standing(2, { run: 3 });
    standing(4, { run: 9 });
    await publish({ run: 6 });
    expect(texts()).toEqual(['run 3', 'run 9']);
  });

  test('of a run that can not be yet is none of ours: nobody silences us with it', async () => {
    standing(1, { run: 9_999_999_999_999 });
    await publish({ run: 6 });
    expect(texts()).toEqual(['run 9999999999999', 'run 6']);
  });

  test('of another key is none of ours', async () => {
    standing(1, { key: 'ci/other', run: 2 });
    await publish({ run: 6 });
    expect(texts()).toEqual(['run 2', 'run 6']);
  });

  test.each(['mallory', 'other-app[bot]', 'github-actions'])(
    'by %s is none of ours, whatever it says',
    async (author) => {
      standing(1, { run: 999 }, author);
      expect(await publish({ run: 6 })).not.toBe(1);
      expect(texts()).toEqual(['run 999', 'run 6']);
    },
  );

  test('is looked for right before it is written, after it was rendered', async () => {
    const render = (marker: string): string => {
      standing(1, { run: 9 });
      return marker;
    };
    await publish({ run: 6 }, { render });
    expect(texts()).toEqual(['run 9']);
  });
});

describe('two steps of a run with one key', () => {
  const A = { inputs: 'aaaaaaaa' };
  const B = { inputs: 'bbbbbbbb' };
  let invocations = 0;
  /** Each invocation of the action has a nonce of its own. */
  const act = (of: Partial<Marker>): Promise<number | undefined> =>
    publish({ ...of, nonce: `c${(invocations += 1)}` });
  const verdicts = (): string[] =>
    (github.comments.get(PULL) ?? []).map(({ body }) => /verdict=(\w+)/.exec(body)?.[1] ?? '');

  test('each keep their own comment, and the second names the input that tells them apart', async () => {
    const red = await act({ ...A, verdict: 'fail' });
    expect(logger.at('warn')).toEqual([]);
    const green = await act({ ...B, verdict: 'pass' });
    expect(green).not.toBe(red);
    expect(verdicts()).toEqual(['fail', 'pass']);
    expect(logger.at('warn')).toEqual([expect.stringContaining('comment-key')]);
  });

  test('with the very same inputs too', async () => {
    await act({ verdict: 'fail' });
    await act({ verdict: 'pass' });
    expect(verdicts()).toEqual(['fail', 'pass']);
  });

  test('find their own again in the next run, whichever comes first', async () => {
    const red = await act({ ...A, run: 5, verdict: 'fail' });
    const green = await act({ ...B, run: 5 });
    expect(await act({ ...B, run: 6 })).toBe(green);
    expect(await act({ ...A, run: 6, verdict: 'fail' })).toBe(red);
    expect(await act({ ...A, run: 7 })).toBe(red);
    expect(await act({ ...B, run: 7, verdict: 'fail' })).toBe(green);
    expect(verdicts()).toEqual(['pass', 'fail']);
  });

  test.each([
    ['first', 'fail', 'pass'],
    ['second', 'pass', 'fail'],
  ] as const)(
    'of which the %s alone runs again, paint no failure of the other over',
    async (_which, one, two) => {
      await act({ run: 5, verdict: one });
      await act({ run: 5, verdict: two });
      await act({ run: 6, verdict: 'pass' });
      expect([...verdicts()].sort()).toEqual(['fail', 'pass']);
      await act({ run: 6, attempt: 2, verdict: 'pass' });
      expect([...verdicts()].sort()).toEqual(['fail', 'pass']);
    },
  );

  test('that both failed leave one failure standing until both have passed', async () => {
    await act({ run: 5, verdict: 'fail' });
    await act({ run: 5, verdict: 'fail' });
    await act({ run: 6 });
    expect([...verdicts()].sort()).toEqual(['fail', 'pass']);
    await act({ run: 6 });
    expect(verdicts()).toEqual(['pass', 'pass']);
  });

  test('of which the failed one is re-run alone: it finds its own', async () => {
    await act({ ...A, verdict: 'fail' });
    await act({ ...B });
    await act({ ...A, attempt: 2 });
    expect(verdicts()).toEqual(['pass', 'pass']);
  });

  test('of which a re-run finds only the other’s comment: it makes its own', async () => {
    await act({ ...A, verdict: 'fail' });
    await act({ ...B, attempt: 2 });
    expect(verdicts()).toEqual(['fail', 'pass']);
  });

  test('with inputs that were edited since take over what stands', async () => {
    const first = await act({ ...A, run: 5, verdict: 'fail' });
    expect(await act({ ...B, run: 6 })).toBe(first);
    expect(verdicts()).toEqual(['pass']);
  });

  test('of an older run write nothing once a newer run has written', async () => {
    await act({ ...A, run: 6, verdict: 'fail' });
    await act({ ...B, run: 5 });
    expect(verdicts()).toEqual(['fail']);
  });
});

describe('modes', () => {
  /** What was written: created, updated or nothing, with a comment of verdict `before` or none. */
  async function written(mode: CommentMode, now: Verdict, before?: Verdict): Promise<string> {
    github = fakeGitHub();
    if (before !== undefined) standing(1, { run: 1, verdict: before });
    await publish({ run: 6, verdict: now }, { mode });
    return github.calls.filter((call) => /Comment$/.test(call)).join(' ');
  }

  test('never: nothing is asked of GitHub', async () => {
    expect(await publish({}, { mode: 'never' })).toBeUndefined();
    expect(github.calls).toEqual([]);
  });

  test('always', async () => {
    expect(await written('always', 'pass')).toBe('createComment');
    expect(await written('always', 'pass', 'pass')).toBe('updateComment');
  });

  test('on-change: when the verdict is another, or there is none yet', async () => {
    expect(await written('on-change', 'pass')).toBe('createComment');
    expect(await written('on-change', 'pass', 'pass')).toBe('');
    expect(await written('on-change', 'fail', 'pass')).toBe('updateComment');
  });

  test('on-problem: first for a problem, from then on always', async () => {
    expect(await written('on-problem', 'pass')).toBe('');
    expect(await written('on-problem', 'warn')).toBe('createComment');
    expect(await written('on-problem', 'inconclusive')).toBe('createComment');
    expect(await written('on-problem', 'pass', 'fail')).toBe('updateComment');
    expect(await written('on-problem', 'fail', 'fail')).toBe('updateComment');
  });
});

describe('a refusal', () => {
  test.each([403, 404])('HTTP %i is a warning that names the permission', async (status) => {
    github.refuse('createComment', new GitHubError('Resource not accessible by integration', status));
    expect(await publish()).toBeUndefined();
    expect(logger.at('warn')).toHaveLength(1);
    expect(logger.at('warn')[0]).toContain('permissions: pull-requests: write');
    expect(logger.at('warn')[0]).toContain('Resource not accessible by integration');
    expect(logger.at('warn')[0]).not.toContain('recipes');
  });

  test('on a fork names the recipe, since no permission would help', async () => {
    github.refuse('listComments', new GitHubError('Resource not accessible by integration', 403));
    await publish({}, { readOnly: true });
    expect(logger.at('warn')[0]).toContain('docs/recipes.md#forks');
    expect(logger.at('warn')[0]).toContain('pull-requests: write');
  });

  test.each([
    [422, 'Validation Failed'],
    [403, 'You have exceeded a secondary rate limit'],
    [undefined, 'connect ECONNREFUSED'],
  ])('HTTP %s is a warning with what GitHub said', async (status, message) => {
    github.refuse('createComment', new GitHubError(message, status));
    expect(await publish()).toBeUndefined();
    expect(logger.at('warn')[0]).toContain(message);
    expect(logger.at('warn')[0]).not.toContain('permission');
  });

  test('of the renderer is a warning, too', async () => {
    const render = (): string => {
      throw new Error('a defect');
    };
    expect(await publish({}, { render })).toBeUndefined();
    expect(logger.at('warn')[0]).toContain('a defect');
  });
});
