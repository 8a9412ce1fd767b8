import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { init } from '../../src/init/index.js';
import { fakeFiles } from '../fakes/files.js';

const ROOT = '/repo';
const CONFIG = '.github/flowgate.yml';
const IGNORED = '.flowgate/ into .gitignore';
const WORKFLOW = '.github/workflows/flowgate.yml';

/** A repository in memory, by paths from its root. */
const repositoryOf = (contents: Readonly<Record<string, string>>): ReturnType<typeof fakeFiles> =>
  fakeFiles(Object.fromEntries(Object.entries(contents).map(([path, text]) => [`${ROOT}/${path}`, text])));

test('writes config and workflow into a repository that has neither, and the plan can be made of them', async () => {
  const files = repositoryOf({ 'package.json': JSON.stringify({ bin: 'cli.js' }) });
  expect(await init(files, ROOT)).toEqual({
    found: 'package.json installs the command cli.js',
    written: [CONFIG, WORKFLOW, IGNORED],
    kept: [],
  });
  const plan = await makePlan({}, { files, workspace: ROOT });
  expect(plan.source).toEqual({ kind: 'config', file: CONFIG });
  expect(plan.scenarios.map(({ name, work }) => [name, work.kind])).toEqual([['command', 'command']]);
});

test('overwrites nothing, and says what it kept', async () => {
  const files = repositoryOf({ [CONFIG]: 'mine' });
  expect(await init(files, ROOT)).toMatchObject({ written: [WORKFLOW, IGNORED], kept: [CONFIG] });
  const before = new Map(files.contents);
  expect(await init(files, ROOT)).toMatchObject({ written: [], kept: [CONFIG, WORKFLOW] });
  expect(files.contents).toEqual(before);
  expect(files.contents.get(`${ROOT}/${CONFIG}`)).toBe('mine');
});

test('reads the default branch that the clone remembers', async () => {
  const files = repositoryOf({ '.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/release/next\n' });
  await init(files, ROOT);
  expect(files.contents.get(`${ROOT}/${WORKFLOW}`)).toContain('- release/next');
});

test('reads Makefile and pyproject.toml, and a worktree whose .git is a file', async () => {
  const files = repositoryOf({
    '.git': 'gitdir: elsewhere\n',
    Makefile: 'smoke:\n\ttrue\n',
    'pyproject.toml': '[project.scripts]\n"my-tool" = "a:main"\n',
  });
  expect((await init(files, ROOT)).found).toBe('pyproject.toml installs the command my-tool');
  expect(files.contents.get(`${ROOT}/${CONFIG}`)).toContain('the Makefile has the target smoke');
});

test('adds the folder of results to a .gitignore after what is there, once', async () => {
  const files = repositoryOf({ '.gitignore': 'node_modules' });
  await init(files, ROOT);
  await init(files, ROOT);
  expect(files.contents.get(`${ROOT}/.gitignore`)).toBe('node_modules\n.flowgate/\n');
});

test('Python without a server gets a flow that says what to write, and keeps one that is there', async () => {
  const files = repositoryOf({ 'requirements.txt': 'numpy\n', 'prices.py': 'def quote(n):\n    return n\n' });
  const { written } = await init(files, ROOT);
  expect(written).toContain('flows/first.py');
  expect(files.contents.get(`${ROOT}/flows/first.py`)).toContain('from prices import work');
  expect(files.contents.get(`${ROOT}/${CONFIG}`)).toContain('module: flows/first.py');
  const mine = repositoryOf({ 'requirements.txt': '', 'flows/first.py': 'mine' });
  await init(mine, ROOT);
  expect(mine.contents.get(`${ROOT}/flows/first.py`)).toBe('mine');
});

const EXPRESS = `const express = require('express')
const app = express()
const port = 3000
app.get('/', (req, res) => { res.send('Hello World!') })
app.listen(port, () => { console.log(\`on \${port}\`) })
`;

test.each<[string, Record<string, string>, object]>([
  [
    'Express, whose quick start fixes the port',
    { 'package.json': '{"dependencies": {"express": "5"}}', 'app.js': EXPRESS },
    { http: 'http://127.0.0.1:3000/', service: { run: 'node app.js', ready: 'tcp://127.0.0.1:3000' } },
  ],
  [
    'a server that reads PORT',
    {
      'package.json': '{"scripts": {"start": "node server.js"}}',
      'server.js': 'app.listen(process.env.PORT || 3000)',
    },
    { http: 'http://127.0.0.1:{{port}}/', service: { run: 'npm start', env: { PORT: '{{port}}' } } },
  ],
  [
    'FastAPI',
    { 'main.py': 'app = FastAPI()\n@app.get("/items")\ndef items(): ...\n' },
    {
      http: 'http://127.0.0.1:{{port}}/items',
      service: { run: 'python3 -m uvicorn main:app --port {{port}}' },
    },
  ],
  [
    'Flask',
    { 'hello.py': 'app = Flask(__name__)\n@app.route("/")\ndef hello(): ...\n' },
    { service: { run: 'python3 -m flask --app hello run --port {{port}}' } },
  ],
  ['Django', { 'manage.py': '' }, { service: { ready: 'tcp://127.0.0.1:{{port}}' } }],
  [
    'Go',
    { 'go.mod': 'module x', 'main.go': 'http.HandleFunc("/hi", f)\nhttp.ListenAndServe(":8080", nil)' },
    {
      http: 'http://127.0.0.1:8080/hi',
      before: 'go build -o .flowgate/server .',
      service: { run: '.flowgate/server' },
    },
  ],
  [
    'a Procfile',
    { Procfile: 'web: gunicorn app:app\n' },
    { service: { run: 'gunicorn app:app', env: { PORT: '{{port}}' } } },
  ],
  [
    'docker compose',
    { 'docker-compose.yml': 'services: {db: {image: x}, web: {ports: ["127.0.0.1:8080:80"]}}' },
    { http: 'http://127.0.0.1:8080/', before: 'docker compose up --detach --build --wait' },
  ],
  [
    'a Dockerfile',
    { Dockerfile: 'FROM x\nEXPOSE 80\n' },
    { service: { run: expect.stringContaining(':80 flow') as unknown } },
  ],
  [
    'Rust',
    { 'Cargo.toml': '[package]\nname = "tool"\n', 'src/main.rs': 'fn main() {}' },
    { run: 'target/release/tool --help' },
  ],
])('%s', async (_, contents, scenario) => {
  const files = repositoryOf(contents);
  await init(files, ROOT);
  const text = files.contents.get(`${ROOT}/${CONFIG}`) ?? '';
  expect(validateConfig(text, CONFIG)).toEqual([]);
  expect(text).toMatch(/^# yaml-language-server: \$schema=https:/);
  expect(Object.values((parse(text) as { scenarios: object }).scenarios)).toMatchObject([scenario]);
});
