import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { adopting, NOT_ADOPTING, REFUSED, whyNotAdopting } from '../../src/system/subreaper.js';
import { linuxState } from '../../src/watch/machine.js';

const PATH = process.env.PATH ?? '';
const canAdopt = process.platform === 'linux' && NOT_ADOPTING === undefined;

(canAdopt ? describe : describe.skip)('a program that adopts', () => {
  const run = (argv: [string, ...string[]], env: Record<string, string> = {}) => {
    const command = adopting({ argv, env: { PATH, ...env } });
    const [program, ...args] = command.argv;
    return spawnSync(program, args, { env: command.env, encoding: 'utf8' });
  };

  test('is the parent of orphans that would be init’s', () => {
    const { stdout } = run(['sh', '-c', `echo $$; (sh -c 'sleep 0.2; ps -o ppid= -p $$' &); sleep 0.6`]);
    const [own = '', parent] = stdout.trim().split(/\s+/);
    expect(parent).toBe(own);
  });

  test('gets its arguments, its environment and its exit status as without', () => {
    const env = {
      PERL5LIB: '/x=y',
      PERL5OPT: '-Mnothing',
      PERL_BADLANG: '1',
      LC_ALL: 'nowhere',
      ODD: `a'b\n=c`,
    };
    const argv: [string, ...string[]] = [
      process.execPath,
      '-e',
      'console.log(JSON.stringify([process.env, process.argv.slice(1)])); process.exit(3)',
      '--',
      'a b',
      '--',
      `it's`,
    ];
    const [program, ...args] = argv;
    const plain = spawnSync(program, args, { env: { PATH, ...env }, encoding: 'utf8' });
    const adopted = run(argv, env);
    const [plainEnv, plainArgs] = JSON.parse(plain.stdout) as [object, unknown];
    expect(JSON.parse(adopted.stdout)).toEqual([plainEnv, plainArgs]);
    expect([adopted.status, adopted.stderr]).toEqual([3, '']);
  });

  test('that is not there is an exit status 127 with its name', () => {
    const { status, stderr } = run(['/nowhere/program']);
    expect(status).toBe(127);
    expect(stderr).toMatch(/^\/nowhere\/program: No such file/);
  });

  test('whose kernel refuses says so', async () => {
    const child = spawn('sleep', ['60'], { env: { PATH, [REFUSED]: '1' } });
    await once(child, 'spawn');
    expect(linuxState.notAdopting([process.pid])).toBeUndefined();
    expect(linuxState.notAdopting([process.pid, child.pid ?? 0])).toMatch(/^the kernel refuses/);
    child.kill('SIGKILL');
  });
});

test('without Perl, or on a processor whose system calls are not known, it is said why not', () => {
  expect(whyNotAdopting({ platform: 'linux', arch: 'x64' }, '/nowhere/perl')).toBe(
    '/nowhere/perl is not installed',
  );
  expect(whyNotAdopting({ platform: 'linux', arch: 'riscv64' })).toMatch(/on riscv64$/);
  expect(whyNotAdopting({ platform: 'darwin', arch: 'arm64' }, '/nowhere/perl')).toBeUndefined();
});
