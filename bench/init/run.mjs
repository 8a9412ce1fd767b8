/**
 * `flowgate init`, then `flowgate run`, in a fresh project of each framework's quick start, in temporary folders. What is
 * not installed here is skipped by its name.
 *
 *   npm run e2e:init [-- NAME…]       after npm run build; installs the frameworks from npm and PyPI
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const top = mkdtempSync(join(tmpdir(), 'flowgate-init-'));

function run(folder, program, args, env = {}) {
  const path = [join(top, 'venv', 'bin'), process.env.PATH].join(delimiter);
  const end = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, PATH: path, ...env },
    encoding: 'utf8',
    timeout: 300_000,
  });
  return { status: end.error ? -1 : end.status, text: `${end.stdout ?? ''}${end.stderr ?? ''}` };
}

function must(folder, program, ...args) {
  const { status, text } = run(folder, program, args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${text}`);
}

function npmProject(...packages) {
  return (folder) => {
    must(folder, 'npm', 'init', '-y');
    if (packages.length > 0) must(folder, 'npm', 'install', '--no-audit', '--no-fund', ...packages);
  };
}

/** One virtual environment for all, as activated by who starts this. */
function pip(...packages) {
  return (folder) => {
    if (!existsSync(join(top, 'venv'))) must(folder, 'python3', '-m', 'venv', join(top, 'venv'));
    must(folder, 'pip', 'install', '--quiet', ...packages);
    writeFileSync(join(folder, 'requirements.txt'), `${packages.join('\n')}\n`);
  };
}

/** From the quick start of each, as they stand there. */
const PROJECTS = [
  {
    name: 'express',
    needs: 'npm',
    prepare: npmProject('express'),
    files: {
      'app.js': `const express = require('express')
const app = express()
const port = 3000

app.get('/', (req, res) => {
  res.send('Hello World!')
})

app.listen(port, () => {
  console.log(\`Example app listening on port \${port}\`)
})
`,
    },
  },
  {
    name: 'fastify',
    needs: 'npm',
    prepare: npmProject('fastify'),
    files: {
      'server.js': `const fastify = require('fastify')({
  logger: true
})

fastify.get('/', function (request, reply) {
  reply.send({ hello: 'world' })
})

fastify.listen({ port: 3000 }, function (err, address) {
  if (err) {
    fastify.log.error(err)
    process.exit(1)
  }
})
`,
    },
  },
  {
    name: 'node-http',
    needs: 'node',
    files: {
      'server.mjs': `import { createServer } from 'node:http';

const server = createServer((req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/plain' });
  res.end('Hello World!\\n');
});

// starts a simple http server locally on port 3000
server.listen(3000, '127.0.0.1', () => {
  console.log('Listening on 127.0.0.1:3000');
});
`,
    },
  },
  {
    name: 'node-cli',
    needs: 'node',
    files: {
      'package.json': '{"name": "greet", "version": "1.0.0", "bin": "cli.js"}\n',
      'cli.js': "#!/usr/bin/env node\nconsole.log('hello');\n",
    },
  },
  {
    name: 'flask',
    needs: 'python3',
    prepare: pip('flask'),
    files: {
      'hello.py': `from flask import Flask

app = Flask(__name__)

@app.route("/")
def hello_world():
    return "<p>Hello, World!</p>"
`,
    },
  },
  {
    name: 'fastapi',
    needs: 'python3',
    prepare: pip('fastapi[standard]'),
    files: {
      'main.py': `from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root():
    return {"message": "Hello World"}
`,
    },
  },
  {
    name: 'django',
    needs: 'python3',
    prepare: (folder) => {
      pip('django')(folder);
      must(folder, 'django-admin', 'startproject', 'mysite', '.');
    },
    files: {},
  },
  {
    name: 'python-script',
    needs: 'python3',
    files: { 'main.py': 'def main():\n    print("hello")\n\n\nif __name__ == "__main__":\n    main()\n' },
  },
  {
    name: 'python-library',
    needs: 'python3',
    files: { 'requirements.txt': '', 'prices.py': 'def quote(n):\n    return n * 2\n' },
    // Which function is one flow cannot be guessed: it fails, and says what to write.
    fails: 'write into flows/first.py what one flow does',
  },
  {
    name: 'go',
    needs: 'go',
    prepare: (folder) => must(folder, 'go', 'mod', 'init', 'example.com/hello'),
    files: {
      'main.go': `package main

import (
	"fmt"
	"log"
	"net/http"
)

func handler(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "Hi there, I love %s!", r.URL.Path[1:])
}

func main() {
	http.HandleFunc("/", handler)
	log.Fatal(http.ListenAndServe(":8080", nil))
}
`,
    },
  },
  {
    name: 'rust-cli',
    needs: 'cargo',
    prepare: (folder) => must(folder, 'cargo', 'init', '--quiet', '--vcs', 'none', '--name', 'hello'),
    files: {},
  },
  { name: 'empty', needs: 'node', files: {}, fails: 'write the command of a flow' },
];

function tryOut({ name, needs, prepare, files, fails }) {
  if (run(top, needs, [needs === 'go' ? 'version' : '--version']).status !== 0) {
    return `skipped ${name}: there is no ${needs}`;
  }
  const folder = join(top, name);
  mkdirSync(folder);
  prepare?.(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const init = run(folder, process.execPath, [CLI, 'init']);
  const flows = run(folder, process.execPath, [CLI, 'run']);
  const config = readFileSync(join(folder, '.github/flowgate.yml'), 'utf8');
  const isRight = fails === undefined ? flows.status === 0 : flows.status === 1 && flows.text.includes(fails);
  if (init.status === 0 && isRight) {
    const [headline = ''] = flows.text.split('\n').filter((line) => /^ {2}\S/u.test(line));
    return `ok ${name}: ${init.text.split('\n')[0]}\n  ${headline.trim()}`;
  }
  process.exitCode = 1;
  return `FAILED ${name}: init ${init.status}, run ${flows.status}\n${init.text}\n${config}\n${flows.text}`;
}

const asked = process.argv.slice(2);
try {
  for (const project of PROJECTS) {
    if (asked.length > 0 && !asked.includes(project.name)) continue;
    console.log(tryOut(project));
  }
} finally {
  rmSync(top, { recursive: true, force: true });
}
