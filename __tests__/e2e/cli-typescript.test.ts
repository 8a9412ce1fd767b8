import { describe, expect, test } from '@jest/globals';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

/** Without a flag since 22.18 and 23.6: nodejs.org/api/typescript.html. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const strips = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
const testWhereStripped = strips ? test : test.skip;
const UNLESS_OLDER = strips ? '' : ` (skipped: Node ${process.versions.node} strips no types, 22.18 does)`;

const ESM = `import { orderOf, type Order } from './order.mts';
interface Context { random(): number; step<T>(name: string, fn: () => T): Promise<T> }
export default async function flow(ctx: Context): Promise<void> {
  const order: Order = await ctx.step('draft', () => orderOf(ctx.random()));
  if (order.amount < 1 || !import.meta.url.endsWith('ts')) throw new Error('no order');
}`;
const COMMONJS = `const { basename } = require('node:path') as typeof import('node:path');
interface Context { random(): number; step<T>(name: string, fn: () => T): Promise<T> }
module.exports = async (ctx: Context): Promise<void> => {
  const name = await ctx.step('draft', (): string => basename(__filename));
  if (!name.startsWith('flow')) throw new Error(name);
};`;
const ORDER = `export interface Order { amount: number }
export const orderOf = (random: number): Order => ({ amount: 1 + random });`;

const KINDS = [
  ['flow.mts', 'commonjs', ESM],
  ['flow.ts', 'module', ESM],
  ['flow.cts', 'module', COMMONJS],
  ['flow.ts', 'commonjs', COMMONJS],
] as const;
const ISOLATIONS = ['none', 'thread', 'process'] as const;

function folderWith(file: string, type: string, source: string): string {
  const cwd = emptyFolder();
  write(cwd, 'package.json', JSON.stringify({ type }));
  write(cwd, file, source);
  write(cwd, 'order.mts', ORDER);
  return cwd;
}

const config = (file: string, isolate: string): string =>
  `version: 1\nscenarios:\n  s: {module: ${file}, isolate: ${isolate}, flows: 2, thresholds: [success_rate == 100%]}\n`;

describe('a module in TypeScript', () => {
  describe.each(KINDS)('%s in a package of type %s', (file, type, source) => {
    testWhereStripped.each(ISOLATIONS)(`runs with isolate: %s${UNLESS_OLDER}`, async (isolate) => {
      const cwd = folderWith(file, type, source);
      write(cwd, 'f.yml', config(file, isolate));
      const run = await runCli(['run', '--config', 'f.yml'], { cwd });
      expect(run.results().scenarios[0]?.problems).toEqual([]);
      expect([run.status, run.stderr]).toEqual([0, '']);
      expect(metricOf(run.results(), 'step(draft).med')).toEqual(expect.any(Number));
    });
  });

  testWhereStripped(`with syntax that is more than types is said where${UNLESS_OLDER}`, async () => {
    const cwd = folderWith('flow.mts', 'module', 'enum Colour { Red }\nexport default () => Colour.Red;');
    const run = await runCli(['run', '--module', 'flow.mts', '--flows', '2'], { cwd });
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.problems.join()).toMatch(
      /enum is not supported .* \(at flow\.mts:1\)$/,
    );
  });
});
