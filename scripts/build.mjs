/**
 * Builds dist/ from src/: tsc checks and compiles to build/src, ncc bundles each entry with what it uses.
 *
 *   node scripts/build.mjs           writes dist/
 *   node scripts/build.mjs --check   builds elsewhere, compares with dist/ byte by byte, and runs what was built
 *
 * tsc goes first because ncc's own loader compiles to CommonJS here, which does not run as an ES module.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { runDist } from './run-dist.mjs';

const root = join(import.meta.dirname, '..');
const ncc = createRequire(import.meta.url)('@vercel/ncc');

/**
 * dist/NAME.js from src/SOURCE.ts. The host, the proxies and the guard are started by the first two, and the artifact
 * client is loaded by the action.
 */
const ENTRIES = {
  index: 'main',
  cli: 'cli',
  host: 'host',
  proxy: 'proxy',
  guard: 'guard',
  artifact: 'artifact',
};
/** dist/PART.js, which action.yml in the folder PART starts: another part of index.js. */
const PARTS = ['merge', 'publish'];
/**
 * Bytes. Each of these is started with every run, or with every host: whatever would bring a library with it, as types
 * from schemas bring zod, and the action the client of GitHub, belongs into a file that they do not import.
 */
const LARGEST = { cli: 3_450_000, host: 90_000, proxy: 55_000, guard: 25_000, artifact: 2_200_000 };
/** Shipped as it is: it is an example of a host too. */
const PYTHON_HOST = 'src/flows/module/python/host.py';
/** What module flows are written against: the types of the package. */
const MODULE_API = 'src/flows/module/api.ts';
/** They check nothing that a person wrote. */
const WITHOUT_ZOD = ['host', 'proxy', 'guard'];
/** Nearly all of it is libraries, 5 MB as they are. */
const MINIFIED = ['artifact'];
/** They are run from memory, as classic scripts: see src/system/own-script.ts. */
const SCRIPTS = ['host', 'proxy'];

async function compile() {
  await rm(join(root, 'build/src'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  await writeFile(join(root, 'build/package.json'), '{"type":"module"}\n');
}

/**
 * One file each. What is imported when it is needed is in it too (webpackMode: eager), and only evaluated then: a file
 * that is read later may be a flow's by then.
 */
async function bundle(name, source) {
  const options = {
    filename: `${name}.js`,
    cache: false,
    quiet: true,
    license: `${name}.licenses.txt`,
    target: 'es2022',
    esm: !SCRIPTS.includes(name),
    minify: MINIFIED.includes(name),
  };
  const { code, assets } = await ncc(join(root, `build/src/${source}.js`), options);
  const limit = LARGEST[name] ?? Infinity;
  if (code.length > limit) throw new Error(`${name}.js has ${code.length} bytes, and may have ${limit}`);
  if (WITHOUT_ZOD.includes(name) && /\bzod\b/i.test(code)) throw new Error(`${name}.js has zod in it`);
  const shebang = name === 'cli' ? '#!/usr/bin/env node\n' : '';
  const files = Object.entries(assets).map(([file, { source: content }]) => [file, content]);
  const late = files.filter(([file]) => file.endsWith('js')).map(([file]) => file);
  if (late.length > 0) throw new Error(`${name}.js would load ${late.join(', ')} later: import it eagerly`);
  return [[`${name}.js`, shebang + code], ...files];
}

/** As `flowgate.d.ts`. A file that imports nothing needs no other. */
async function declaration() {
  const source = await readFile(join(root, MODULE_API), 'utf8');
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext };
  const { outputText, diagnostics } = ts.transpileDeclaration(source, {
    fileName: 'api.ts',
    compilerOptions,
  });
  if (diagnostics?.length > 0 || /^import /m.test(outputText))
    throw new Error(`${MODULE_API} does not stand alone`);
  return outputText;
}

async function build(folder) {
  await compile();
  const bundles = [];
  for (const [name, source] of Object.entries(ENTRIES)) bundles.push(...(await bundle(name, source)));
  await mkdir(folder, { recursive: true });
  for (const [file, content] of bundles) await writeFile(join(folder, file), content);
  await writeFile(join(folder, 'flowgate.d.ts'), await declaration());
  for (const part of PARTS) {
    await writeFile(join(folder, `${part}.js`), `import { run } from './index.js';\nawait run('${part}');\n`);
  }
  await copyFile(join(root, PYTHON_HOST), join(folder, 'host.py'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  await chmod(join(folder, 'cli.js'), 0o755);
}

async function differences(built, committed) {
  const names = new Set([
    ...(await readdir(built)),
    ...(existsSync(committed) ? await readdir(committed) : []),
  ]);
  const differing = [];
  for (const name of names) {
    const [one, other] = await Promise.all(
      [built, committed].map((folder) => readFile(join(folder, name)).catch(() => Buffer.from('absent'))),
    );
    if (!one.equals(other)) differing.push(name);
  }
  return differing;
}

const dist = join(root, 'dist');
if (process.argv.includes('--check')) {
  const built = await mkdtemp(join(tmpdir(), 'flowgate-dist-'));
  await build(built);
  const differing = await differences(built, dist);
  if (differing.length > 0) {
    console.error(
      `dist/ is not what src/ builds: ${differing.join(', ')}. Run npm run build and commit dist/.`,
    );
    process.exit(1);
  }
  console.log('dist/ is what src/ builds');
  runDist();
  await rm(built, { recursive: true });
} else {
  await rm(dist, { recursive: true, force: true });
  await build(dist);
  console.log((await readdir(dist)).join(' '));
}
