import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** Where the package is installed as a user installs it, without a network. */
let folder: string;

beforeAll(() => {
  const packed = emptyFolder();
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed], { cwd: ROOT });
  const [tarball = ''] = readdirSync(packed);
  folder = emptyFolder();
  write(folder, 'package.json', '{"type":"module"}');
  const install = ['install', '--offline', '--no-audit', '--no-fund', join(packed, tarball)];
  execFileSync('npm', install, { cwd: folder, stdio: 'ignore' });
}, 60_000);

const inPackage = (path: string): string => join(folder, 'node_modules/flowgate', path);

test('the package brings no other, and has bin, types, schemas, docs and licences, but not the action', () => {
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'flowgate',
  ]);
  expect(readdirSync(inPackage('')).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist',
    'docs',
    'package.json',
    'python',
    'schema',
  ]);
  expect(readdirSync(inPackage('dist')).filter((name) => name.startsWith('index'))).toEqual([]);
  expect(readFileSync(inPackage('dist/cli.licenses.txt'), 'utf8')).toContain('MIT');
});

test('its command runs the demo', async () => {
  const cli = join(folder, 'node_modules/.bin/flowgate');
  const run = await runCli(['demo', '--quiet'], { cli, cwd: folder });
  expect(run.stderr).toBe('');
  expect(run.stdout).toMatch(/^pass: demo holds: 10 of 10 flows were ok/);
}, 60_000);

test('a module is checked against its types', () => {
  write(
    folder,
    'flow.ts',
    `import type { FlowContext, FlowModule, VerifyContext } from 'flowgate';
interface Shared { stock: number }
export const setup = (): Shared => ({ stock: 100 });
export default async function flow(ctx: FlowContext<Shared>): Promise<void> {
  await ctx.step('order', () => ctx.shared.stock - ctx.random());
  ctx.metric('size', 3, 'KiB');
  // @ts-expect-error no such unit
  ctx.metric('size', 3, 'furlong');
}
export const verify = ({ counts, flows }: VerifyContext<Shared>): boolean => counts.ok === flows.length;
export const whole: FlowModule<Shared> = { default: flow, setup, verify };
// @ts-expect-error no such property
export const wrong = (ctx: FlowContext): unknown => ctx.nothing;
`,
  );
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom',
  ];
  const checked = spawnSync(process.execPath, [TSC, '--ignoreConfig', ...options, 'flow.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(checked.stdout).toBe('');
  expect(checked.status).toBe(0);
}, 60_000);
