import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CgroupDoor, directDoor, sudoDoor } from '../../../../src/faults/limits/cgroup/door.js';
import { CgroupTree } from '../../../../src/faults/limits/cgroup/tree.js';
import { preludeOf } from '../../../../src/faults/limits/request.js';
import { cgroupLayout } from '../../../../src/system/cgroup.js';
import { readText } from '../../../../src/system/files.js';
import { groupsLeft, ran } from '../limited-processes.js';

const { v2 } = cgroupLayout(readText('/proc/self/mountinfo') ?? '', readText('/proc/self/cgroup') ?? '');

/** Without any controller too, groups of v2 are entered, killed and removed: that is what is tried here. */
function missing(): string | undefined {
  if (v2 === undefined) return 'cgroup v2 is not mounted';
  try {
    accessSync(v2.own, constants.W_OK);
    accessSync(join(v2.own, 'cgroup.procs'), constants.W_OK);
    return undefined;
  } catch {
    return 'our own group of cgroup v2 is not writable';
  }
}

const lacking = missing();
const onV2 = lacking === undefined ? describe.each : describe.skip.each;
const because = lacking === undefined ? '' : ` (skipped: ${lacking})`;

/** A sudo that changes no user: what is tried is what we hand to it. */
class FakeSudo {
  readonly #path = process.env['PATH'] ?? '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'fake-sudo-'));

  constructor(script: string) {
    writeFileSync(join(this.#folder, 'sudo'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env['PATH'] = this.#folder + delimiter + this.#path;
  }

  restore(): void {
    process.env['PATH'] = this.#path;
    rmSync(this.#folder, { recursive: true });
  }
}

const WILLING = '[ "$1" = -n ] || exit 1; shift; exec "$@"';
const LEAF = { path: 'flow-1', limits: {}, leaf: true } as const;

onV2<[string, CgroupDoor]>([
  ['our own rights', directDoor],
  ['sudo', sudoDoor],
])(`groups of cgroup v2, with %s${because}`, (_, door) => {
  let sudo: FakeSudo;
  let tree: CgroupTree;

  beforeEach(async () => {
    sudo = new FakeSudo(WILLING);
    const parent = v2?.own ?? '';
    tree = new CgroupTree(door, [{ version: 'v2', parent, resources: [], controllers: [] }]);
    await tree.make([LEAF]);
  });

  afterEach(async () => {
    expect(await tree.remove()).toEqual([]);
    expect(groupsLeft()).toEqual([]);
    sudo.restore();
  });

  test('whatever a shell starts after its prelude is born inside', async () => {
    const prelude = preludeOf(tree.enter('flow-1'));
    const { lines } = await ran(['sh', '-c', `${prelude}\nsh -c 'cat /proc/self/cgroup'`]);
    expect(lines.find((line) => line.startsWith('0::'))).toMatch(/\/flowgate-\d+-\d+-[0-9a-f]{8}\/flow-1$/);
  });

  test('their processes are killed with them', async () => {
    const prelude = preludeOf(tree.enter('flow-1'));
    const child = spawn('sh', ['-c', `${prelude}\necho up; exec setsid -w sleep 300`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: process.env,
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    expect(await tree.remove()).toEqual([]);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  test('groups that a flow has made inside are removed too', async () => {
    const prelude = preludeOf(tree.enter('flow-1'));
    const own = "$(sed -n 's/^0:://p' /proc/self/cgroup)";
    const { exit } = await ran(['sh', '-c', `${prelude}\nmkdir "${v2?.mountPoint ?? ''}${own}/deeper"`]);
    expect(exit.code).toBe(0);
  });

  test('a group that can not be limited is not made, and the reason names the file', async () => {
    const parent = v2?.own ?? '';
    const other = new CgroupTree(door, [{ version: 'v2', parent, resources: ['memory'], controllers: [] }]);
    // Our group hands on no controllers, so those in it have no memory.max.
    await expect(other.make([{ ...LEAF, limits: { memory: 1e6 } }])).rejects.toThrow(/memory\.max/);
    expect(groupsLeft()).toHaveLength(1);
  });
});

describe('sudo that refuses', () => {
  test.each([
    ['echo "sudo: a password is required" >&2; exit 1', 'sudo: a password is required'],
    ['exit 3', /sudo -n sh -e/],
  ])('%j is the reason', async (script, message) => {
    const sudo = new FakeSudo(script);
    try {
      await expect(sudoDoor.apply([{ make: '/nowhere/group' }])).rejects.toThrow(message);
    } finally {
      sudo.restore();
    }
  });

  test('the text of a step is never a command', async () => {
    const sudo = new FakeSudo(WILLING);
    const folder = mkdtempSync(join(tmpdir(), 'steps-'));
    try {
      const file = join(folder, "it's $(touch here)");
      await sudoDoor.apply([{ file, value: "'; touch there; '" }]);
      expect(readFileSync(file, 'utf8')).toBe("'; touch there; '\n");
      expect(groupsLeft()).toEqual([]);
    } finally {
      sudo.restore();
      rmSync(folder, { recursive: true });
    }
  });
});
