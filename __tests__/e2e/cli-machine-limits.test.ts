import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Results, resultsSchema } from '../../src/model/results.js';
import { cgroupLayout } from '../../src/system/cgroup.js';
import { CLI, emptyFolder } from './run-cli.js';

/** A group with half a core, made below our own as an administrator does; or why there is none. */
function halfCore(): { readonly group: string } | { readonly missing: string } {
  const { v1, v2 } = cgroupLayout(
    readFileSync('/proc/self/mountinfo', 'utf8'),
    readFileSync('/proc/self/cgroup', 'utf8'),
  );
  const parent = v1.cpu?.own ?? v2?.own;
  if (parent === undefined) return { missing: 'control groups are not mounted' };
  const group = `${parent}/half-core-${process.pid}`;
  try {
    mkdirSync(group);
  } catch {
    return { missing: `no group may be made below ${parent}` };
  }
  try {
    if (v1.cpu === undefined) writeFileSync(`${group}/cpu.max`, '50000 100000');
    else {
      writeFileSync(`${group}/cpu.cfs_period_us`, '100000');
      writeFileSync(`${group}/cpu.cfs_quota_us`, '50000');
    }
    return { group };
  } catch {
    rmdirSync(group);
    return { missing: `CPU cannot be limited below ${parent}` };
  }
}

const made = process.platform === 'linux' ? halfCore() : { missing: 'control groups are of Linux' };
const hasTaskset = spawnSync('taskset', ['-V']).status === 0;

afterAll(() => {
  if ('group' in made) rmdirSync(made.group);
});

/** Two flows that use what they get for a second, started by a shell that runs `enter` before. */
function busy(enter: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly results: Results;
} {
  const cwd = emptyFolder();
  const run = 'timeout 1 sh -c "while :; do :; done" || true';
  const command = `${enter} exec "$@"`;
  const args = ['run', '--run', run, '--flows', '2', '--threshold', 'peak_cpu <= 80%', '--json', 'r.json'];
  const ran = spawnSync('sh', ['-c', command, 'sh', process.execPath, CLI, ...args], {
    cwd,
    encoding: 'utf8',
  });
  const results = resultsSchema.parse(JSON.parse(readFileSync(`${cwd}/r.json`, 'utf8')));
  return { status: ran.status, stdout: ran.stdout, results };
}

describe('a machine that is limited', () => {
  const inGroup = 'group' in made ? test : test.skip;
  inGroup(
    `fails peak_cpu <= 80% where two busy flows have half a core${'missing' in made ? ` (skipped: ${made.missing})` : ''}`,
    () => {
      const group = 'group' in made ? made.group : '';
      const { status, stdout, results } = busy(`echo $$ > ${group}/cgroup.procs;`);
      expect(results.environment.cores).toBe(0.5);
      expect(results.environment.limits?.cores).toEqual({ machine: cpus().length, by: 'control group' });
      expect(stdout).toContain(`0.5 of ${cpus().length} cores (control group limit)`);
      expect(stdout).toMatch(/% of 0\.5 cores/);
      expect(status).toBe(1);
    },
    60_000,
  );

  const several = hasTaskset && cpus().length > 1 ? test : test.skip;
  several(
    'counts the CPUs that it may run on (skipped without taskset or a second CPU)',
    () => {
      const { status, results } = busy(`taskset -p -c 0 $$ > taskset.txt;`);
      expect(results.environment.cores).toBe(1);
      expect(results.environment.limits?.cores).toEqual({ machine: cpus().length, by: 'CPU affinity' });
      expect(status).toBe(1);
    },
    60_000,
  );

  inGroup('does not take the limits that a scenario sets on its flows for those of the machine', () => {
    const cwd = emptyFolder();
    writeFileSync(
      `${cwd}/flowgate.yml`,
      'version: 1\nscenarios:\n  s:\n    run: sleep 0.3\n    flows: 1\n    faults: {limits: {cpu: 0.5, memory: 64MB}}\n',
    );
    execFileSync(process.execPath, [CLI, 'run', '--config', 'flowgate.yml', '--json', 'r.json'], { cwd });
    const { environment } = resultsSchema.parse(JSON.parse(readFileSync(`${cwd}/r.json`, 'utf8')));
    expect(environment.cores).toBeGreaterThanOrEqual(1);
    expect(environment.limits?.cores).toBeUndefined();
  });
});
