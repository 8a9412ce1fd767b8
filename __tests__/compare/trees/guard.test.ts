import { linkSync, mkdirSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type FileState, type TreeFiles, TreeFilesGuard } from '../../../src/compare/trees/guard.js';
import { treeFiles } from '../../../src/compare/trees/tree-files.js';
import { nodeClock } from '../../../src/system/clock.js';
import { temporary } from '../../repository.js';

/** Real files: `flow.sh` is tracked, `built/tool.js` and `link` were made by prepare. */
async function guarded() {
  const folder = temporary();
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const logger = {
    info: ignore,
    error: ignore,
    debug: ignore,
    warn: (line: string) => warnings.push(line),
  };
  const guard = new TreeFilesGuard({ treeFiles, clock: nodeClock, logger }, join(folder, 'clock'));
  for (const side of ['base', 'head'] as const) {
    mkdirSync(join(folder, side, 'built'), { recursive: true });
    for (const path of ['flow.sh', 'built/tool.js']) writeFileSync(join(folder, side, path), 'true\n');
    symlinkSync('flow.sh', join(folder, side, 'link'));
    await guard.watch(side, { folder: join(folder, side), tracked: new Set(['flow.sh']) });
  }
  const head = (act: () => void): Promise<void> => guard.during('head', () => tick(act));
  const base = (act: () => void): Promise<void> => guard.during('base', () => tick(act));
  return { guard, head, base, inBase: (path: string): string => join(folder, 'base', path), folder };
}

/** Longer than a step of the kernel's clock, before and after. */
async function tick(act: () => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  act();
  await new Promise((resolve) => setTimeout(resolve, 20));
}

const MUST = { must: true } as const;

describe("what head does to base's files", () => {
  test.each<[string, (inBase: (path: string) => string) => void, string]>([
    [
      'content',
      (inBase) => {
        writeFileSync(inBase('flow.sh'), 'slow\n');
      },
      'flow.sh',
    ],
    [
      'content of the same length, with its time set back',
      (inBase) => {
        writeFileSync(inBase('built/tool.js'), 'slow\n');
        utimesSync(inBase('built/tool.js'), 0, 0);
      },
      'built/tool.js',
    ],
    [
      'that it is there',
      (inBase) => {
        rmSync(inBase('flow.sh'));
      },
      'flow.sh',
    ],
    [
      'a folder of it',
      (inBase) => {
        rmSync(inBase('built'), { recursive: true });
      },
      'built/tool.js',
    ],
    [
      'where a link leads',
      (inBase) => {
        unlinkSync(inBase('link'));
        symlinkSync('built/tool.js', inBase('link'));
      },
      'link',
    ],
  ])('is seen: %s', async (_, change, path) => {
    const { guard, head, base, inBase } = await guarded();
    await base(() => undefined);
    await head(() => {
      change(inBase);
    });
    await base(() => undefined);
    expect(await guard.look(MUST)).toBe(`head's flows changed base's files: ${path}`);
    // It stays said: base is not what it was.
    expect(await guard.look(MUST)).toContain(path);
  });

  test('is nothing if base has changed that file by itself before, or a file is new', async () => {
    const { guard, head, base, inBase } = await guarded();
    await base(() => {
      writeFileSync(inBase('flow.sh'), '1\n');
    });
    expect(await guard.look(MUST)).toBeUndefined();
    await head(() => {
      writeFileSync(inBase('flow.sh'), '2\n');
      writeFileSync(inBase('new'), '');
    });
    expect(await guard.look(MUST)).toBeUndefined();
  });

  test('is nothing if a package manager gives a file one more name, and is seen through that name', async () => {
    const { guard, head, inBase, folder } = await guarded();
    await head(() => {
      linkSync(inBase('built/tool.js'), join(folder, 'head', 'tool.js'));
    });
    expect(await guard.look(MUST)).toBeUndefined();
    await head(() => {
      writeFileSync(join(folder, 'head', 'tool.js'), 'slow and long\n');
    });
    expect(await guard.look(MUST)).toBe("head's flows changed base's files: built/tool.js");
  });

  test('is told in a bounded list', async () => {
    const folder = temporary();
    const names = Array.from({ length: 30 }, (_, index) => `f${index + 10}`);
    mkdirSync(join(folder, 'base'));
    for (const name of names) writeFileSync(join(folder, 'base', name), '');
    const guard = new TreeFilesGuard({ treeFiles, clock: nodeClock, logger: console }, join(folder, 'clock'));
    await guard.watch('base', { folder: join(folder, 'base'), tracked: new Set() });
    await guard.during('head', () =>
      tick(() => {
        rmSync(join(folder, 'base'), { recursive: true });
        // With the files gone, only the folder's time can tell when: it must be one of head's turn.
        mkdirSync(join(folder, 'base'));
      }),
    );
    expect([await guard.look(MUST), names.length]).toEqual([
      "head's flows changed base's files: f10, f11, f12 and 27 more",
      30,
    ]);
  });
});

/** Files whose state is what the test says, on a clock that it moves. */
function simulated() {
  let time = 0;
  let reads = 0;
  const took = { read: 0 };
  const state = new Map<string, FileState>();
  const set = (path: string): void => {
    state.set(path, { inode: 1, size: 1, changed: time, modified: time, links: 1 });
  };
  const files: TreeFiles = {
    read: () => {
      reads += 1;
      time += took.read;
      return Promise.resolve({ files: new Map(state), folders: new Map([['', 0]]) });
    },
    now: () => Promise.resolve(time),
  };
  const clock = { now: () => time, wall: () => new Date(time) };
  const guard = new TreeFilesGuard({ treeFiles: files, clock: clock as never, logger: console }, '/clock');
  const turn = (side: 'base' | 'head', path?: string): Promise<void> =>
    guard.during(side, () => {
      time += 10;
      if (path !== undefined) set(path);
      time += 10;
      return Promise.resolve();
    });
  return {
    guard,
    set,
    turn,
    took,
    pass: (ms: number) => {
      time += ms;
    },
    reads: () => reads,
  };
}

describe('both sides are kept up', () => {
  test('a tracked file that base writes late, and later in its own turn, is its own', async () => {
    const { guard, set, turn } = simulated();
    set('db.json');
    await guard.watch('base', { folder: '/base', tracked: new Set(['db.json']) });
    const release = guard.keepUp();
    await turn('base');
    await turn('head', 'db.json');
    expect(await guard.look()).toBeUndefined();
    await turn('base', 'db.json');
    expect(await guard.look(MUST)).toBeUndefined();
    release();
    await turn('head', 'db.json');
    expect(await guard.look(MUST)).toBeUndefined();
  });

  test('a tracked file that changes only while head runs is seen at the end; what prepare made is not judged', async () => {
    const { guard, set, turn } = simulated();
    set('flow.sh');
    set('data/wal');
    await guard.watch('base', { folder: '/base', tracked: new Set(['flow.sh']) });
    const release = guard.keepUp();
    await turn('head', 'data/wal');
    expect(await guard.look(MUST)).toBeUndefined();
    await turn('head', 'flow.sh');
    expect(await guard.look()).toBeUndefined();
    expect(await guard.look(MUST)).toBe("head's flows changed base's files: flow.sh");
    release();
  });
});

describe('what looking costs', () => {
  test('is 2% of the time and two looks more, however many files there are', async () => {
    const { guard, set, turn, took, pass, reads } = simulated();
    set('flow.sh');
    await guard.watch('base', { folder: '/base', tracked: new Set(['flow.sh']) });
    took.read = 1000;
    await guard.look(MUST);
    const before = reads();
    for (let round = 0; round < 1000; round += 1) {
      pass(100);
      await turn('base');
      await guard.look();
    }
    // 120 s of rounds, at 50 s and at 100 s.
    expect(reads() - before).toBe(2);
  });
});
