import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Occasion } from '../../src/github/event.js';
import { keepHistory, readPast, readPoints, withPoints } from '../../src/history/branch.js';
import { pointsOf } from '../../src/history/points.js';
import type { Results } from '../../src/model/results.js';
import { type FileCommit, GitHubError } from '../../src/system/github.js';
import { fakeGitHub, type FakeGitHub } from '../fakes/github.js';
import { aPoint, HISTORY_PLAN as plan } from '../fakes/history.js';
import { aResults } from '../fakes/results.js';
import { recordingLogger, type RecordingLogger } from '../fakes/runner.js';

const MAIN: Occasion = {
  isFork: false,
  dependabot: false,
  readOnly: false,
  onDefaultBranch: true,
  defaultBranch: 'main',
};
const FORBIDDEN = new GitHubError('Resource not accessible by integration', 403);

let github: FakeGitHub;
let logger: RecordingLogger;
let waits: number[];

beforeEach(() => {
  github = fakeGitHub();
  logger = recordingLogger();
  waits = [];
});

/** Waiting takes no time here, and is written down. */
const clock = {
  sleep: (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  },
};
const ports = () => ({ github, logger, clock });
const keep = (results: Results = aResults(), occasion: Partial<Occasion> = {}) =>
  keepHistory(ports(), { plan, results, occasion: { ...MAIN, ...occasion } });
const kept = (branch = plan.branch) => readPoints(github.branches.get(branch)?.files[plan.file] ?? '');

/** Before the next commits somebody else adds a run each time. */
function overtake(times: number): void {
  const commit = github.commitFile.bind(github);
  let left = times;
  github.commitFile = async (ours: FileCommit) => {
    if (left-- > 0) {
      const { head = 0, files = {} } = github.branches.get(plan.branch) ?? {};
      const content = withPoints(files[plan.file] ?? '', [aPoint(left, { peak_memory: 1 })]);
      github.branches.set(plan.branch, { head: head + 1, files: { ...files, [plan.file]: content } });
    }
    return commit(ours);
  };
}

describe('a run of the default branch', () => {
  test('makes the branch, and the next run adds to it', async () => {
    await keep();
    expect(kept()).toEqual(pointsOf(aResults()));
    const next = aResults({ git: { sha: 'c'.repeat(40) } });
    await keep(next);
    expect(kept()).toEqual([...pointsOf(aResults()), ...pointsOf(next)]);
    expect(logger.at('warn')).toEqual([]);
    expect(waits).toEqual([]);
  });

  test('that is overtaken reads again, waits longer each time, and loses nobody', async () => {
    overtake(3);
    await keep();
    expect(kept()).toHaveLength(4);
    expect(kept().at(-1)).toEqual(pointsOf(aResults())[0]);
    expect(waits).toHaveLength(3);
    waits.forEach((wait, index) => {
      expect(wait).toBeLessThanOrEqual(500 * 2 ** (index + 1));
    });
    expect(logger.at('warn')).toEqual([]);
  });

  test('that is overtaken without end gives up and says so', async () => {
    overtake(99);
    await keep();
    expect(logger.at('warn')).toEqual([
      'The history was not kept: the branch flowgate-data was changed by others 8 times in a row.',
    ]);
  });

  test('whose answer was lost is not added twice', async () => {
    const commit = github.commitFile.bind(github);
    github.commitFile = async (ours) => {
      await commit(ours);
      return false;
    };
    await keep();
    expect(kept()).toHaveLength(1);
    expect(logger.at('warn')).toEqual([]);
  });

  test('without the permission is told which one it takes', async () => {
    github.refuse('commitFile', FORBIDDEN);
    await keep();
    expect(logger.at('warn')).toEqual([
      'The history on the branch flowgate-data could not be written: Resource not accessible by integration (HTTP 403). It takes "contents: write". Give the job the permission: "permissions: contents: write". The verdict is not affected.',
    ]);
  });

  test('is not written to the default branch itself', async () => {
    await keepHistory(ports(), { plan: { ...plan, branch: 'main' }, results: aResults(), occasion: MAIN });
    expect(github.calls).toEqual([]);
    expect(logger.at('warn')).toHaveLength(1);
  });

  test('that did not run whole is not kept', async () => {
    const [scenario] = aResults().scenarios;
    if (scenario === undefined) throw new Error('no scenario');
    await keep(aResults({ scenarios: [{ ...scenario, interrupted: 'SIGTERM' }] }));
    expect(github.calls).toEqual([]);
  });
});

test('any other run is not kept', async () => {
  await keep(aResults(), { onDefaultBranch: false });
  expect(github.calls).toEqual([]);
});

describe('reading', () => {
  test('is not done unless it was asked for', async () => {
    expect(await readPast(ports(), undefined)).toBeUndefined();
    expect(github.calls).toEqual([]);
  });

  test('finds nothing yet where there is no branch or no file, and says so quietly', async () => {
    expect(await readPast(ports(), plan)).toEqual({ plan, points: [] });
    github.branches.set(plan.branch, { head: 1, files: {} });
    expect(await readPast(ports(), plan)).toEqual({ plan, points: [] });
    expect(logger.lines.map(({ level }) => level)).toEqual(['info', 'info']);
  });

  test('gives the points in their order', async () => {
    const points = [aPoint(1, { peak_memory: 1 }), aPoint(2, { peak_memory: 2 })];
    github.branches.set(plan.branch, { head: 1, files: { [plan.file]: withPoints('', points) } });
    expect(await readPast(ports(), plan)).toEqual({ plan, points });
  });

  test('that is refused is a warning', async () => {
    github.refuse('readBranchFile', FORBIDDEN);
    expect(await readPast(ports(), plan)).toBeUndefined();
    expect(logger.at('warn')[0]).toContain('It takes "contents: read"');
  });

  test('without a token is a warning', async () => {
    expect(await readPast({ ...ports(), github: undefined }, plan)).toBeUndefined();
    expect(logger.at('warn')).toHaveLength(1);
  });
});
