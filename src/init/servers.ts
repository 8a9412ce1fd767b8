import { parse } from 'yaml';
import { readPackage } from './node-package.js';
import type { Finding, Repository } from './repository.js';

/* Servers, and how each is told which port to listen on. One flow is then one request. */

const PORT = '{{port}}';

/** Where a server listens: on the port that flowgate chooses, or on one that its source has fixed. */
interface Listening {
  readonly port: string;
  /** How it is told, if not by its command. */
  readonly env?: Readonly<Record<string, string>>;
}

const BY_VARIABLE: Listening = { port: PORT, env: { PORT } };

interface Server extends Listening {
  readonly what: string;
  readonly run: string;
  readonly path?: string;
  readonly before?: string;
  /** Of docker compose, which starts it by itself. */
  readonly teardown?: string;
}

/** The first of them, what says it outright before what is guessed from sources. */
export function findServers(repository: Repository): readonly Finding[] {
  return [procfile, npmServer, django, pythonServer, goServer, rustServer, compose, image]
    .map((find) => find(repository))
    .filter((server) => server !== undefined)
    .map(findingOf);
}

function findingOf({ what, run, port, env, path = '/', before, teardown }: Server): Finding {
  const origin = `127.0.0.1:${port}`;
  const fixed = port === PORT ? '' : `; it listens on port ${port}, which its source has fixed`;
  return {
    what: `${what}${fixed}`,
    name: 'server',
    advice: 'One flow is one request. Make it what a user does: log in, order, look the order up.',
    scenario: {
      http: `http://${origin}${path}`,
      flows: 10,
      iterations: 200,
      ...(before === undefined ? {} : { before }),
      ...(run === ''
        ? {}
        : { service: { run, ready: `tcp://${origin}`, ...(env === undefined ? {} : { env }) } }),
      ...(teardown === undefined ? {} : { teardown }),
    },
  };
}

/** `web: gunicorn app:app`: its platform hands it PORT. */
function procfile({ procfile: text = '' }: Repository): Server | undefined {
  const run = /^web:\s*(\S.*)$/mu.exec(text)?.[1]?.trim();
  return run === undefined ? undefined : { what: `the Procfile starts ${run}`, run, ...BY_VARIABLE };
}

const NODE_FRAMEWORKS = [
  'fastify',
  'express',
  'koa',
  'hono',
  '@nestjs/core',
  '@hapi/hapi',
  'next',
  'nuxt',
] as const;
/** They are started by a program of their own, which reads PORT. */
const READ_PORT: readonly string[] = ['next', 'nuxt'];

function npmServer(repository: Repository): Server | undefined {
  const npm = readPackage(repository);
  const sources = sourcesOf(repository, /\.[cm]?[jt]s$/u);
  const listening = sources.find(([, source]) => /\.listen\(/u.test(source));
  const framework = NODE_FRAMEWORKS.find((name) => npm?.dependencies.includes(name));
  const start = npm?.scripts['start'];
  if (listening === undefined && (framework === undefined || start === undefined)) return undefined;
  const [file, source] = listening ?? ['', ''];
  const kind = framework === undefined ? 'a server' : `a server of ${framework}`;
  const run = start === undefined ? `node ${file}` : 'npm start';
  const what = start === undefined ? `${file} is ${kind}` : `package.json starts ${kind} with npm start`;
  const fixed =
    portIn(start ?? '') ??
    (readsPort(source) || READ_PORT.includes(framework ?? '') ? undefined : portOfSource(source));
  return { what, run, path: routeIn(source), ...(fixed === undefined ? BY_VARIABLE : { port: fixed }) };
}

function django({ files }: Repository): Server | undefined {
  if (!files.includes('manage.py')) return undefined;
  const run = `python3 manage.py runserver --noreload 127.0.0.1:${PORT}`;
  return { what: 'manage.py starts a server of Django', run, port: PORT };
}

function pythonServer(repository: Repository): Server | undefined {
  for (const [file, source] of sourcesOf(repository, /\.py$/u)) {
    const module = file.replace(/\.py$/u, '').replaceAll('/', '.');
    const path = routeIn(source);
    const [, app] = /^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:FastAPI|Starlette|Litestar)\(/mu.exec(source) ?? [];
    if (app !== undefined) {
      const run = `python3 -m uvicorn ${module}:${app} --port ${PORT}`;
      return { what: `${file} is a server for uvicorn`, run, path, port: PORT };
    }
    if (/\bFlask\(/u.test(source)) {
      const run = `python3 -m flask --app ${module} run --port ${PORT}`;
      return { what: `${file} is a server of Flask`, run, path, port: PORT };
    }
  }
  return undefined;
}

function goServer(repository: Repository): Server | undefined {
  if (!repository.files.includes('go.mod')) return undefined;
  const found = sourcesOf(repository, /\.go$/u).find(([, source]) =>
    /ListenAndServe\(|\.Run\(|\.Start\(":/u.test(source),
  );
  if (found === undefined) return undefined;
  const [file, source] = found;
  const port = readsPort(source) ? undefined : portOfSource(source);
  return {
    what: `${file} is a server in Go`,
    before: 'go build -o .flowgate/server .',
    run: '.flowgate/server',
    path: routeIn(source),
    ...(port === undefined ? BY_VARIABLE : { port }),
  };
}

function rustServer(repository: Repository): Server | undefined {
  const name = crateOf(repository);
  const found = sourcesOf(repository, /\.rs$/u).find(([, source]) => /\bbind\(/u.test(source));
  if (name === undefined || found === undefined) return undefined;
  const [file, source] = found;
  const port = readsPort(source) ? undefined : portOfSource(source);
  return {
    what: `${file} is a server in Rust`,
    before: 'cargo build --release --quiet',
    run: `target/release/${name}`,
    path: routeIn(source),
    ...(port === undefined ? BY_VARIABLE : { port }),
  };
}

/** Name of the package, of which its program has its own. */
export function crateOf({ cargo = '' }: Repository): string | undefined {
  return /^\[package\][^[]*?^name\s*=\s*"([\w-]+)"/msu.exec(cargo)?.[1];
}

/** The first port that a service publishes at a fixed number. */
function compose({ compose: text }: Repository): Server | undefined {
  if (text === undefined) return undefined;
  for (const [name, service] of Object.entries(servicesIn(text))) {
    const ports = (service as { ports?: unknown } | null)?.ports;
    const [first] = Array.isArray(ports) ? (ports as unknown[]) : [];
    const published = (first as { published?: unknown } | undefined)?.published ?? first;
    const [, port] = /(?:^|:)(\d{2,5}):\d+(?:\/tcp)?$|^(\d{2,5})$/u.exec(String(published)) ?? [];
    if (port === undefined) continue;
    return {
      what: `docker compose publishes ${name}`,
      before: 'docker compose up --detach --build --wait',
      run: '',
      port,
      teardown: 'docker compose down',
    };
  }
  return undefined;
}

function servicesIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const services = (parse(text) as { services?: unknown } | null)?.services;
    return typeof services === 'object' && services !== null ? (services as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function image({ dockerfile = '' }: Repository): Server | undefined {
  const port = /^EXPOSE\s+(\d{2,5})/mu.exec(dockerfile)?.[1];
  if (port === undefined) return undefined;
  return {
    what: `a Dockerfile that exposes port ${port}`,
    before: 'docker build --quiet --tag flowgate-trial .',
    run: `docker run --rm --init --publish 127.0.0.1:${PORT}:${port} flowgate-trial`,
    port: PORT,
  };
}

function sourcesOf({ sources = {} }: Repository, ending: RegExp): readonly (readonly [string, string])[] {
  return Object.entries(sources).filter(([path]) => ending.test(path));
}

/** `PORT=8080 node …`, `--port 8080`, `--port=8080`, `-p 8080`. */
function portIn(script: string): string | undefined {
  return /(?:\bPORT=|--port[= ]|\s-p )(\d{2,5})\b/u.exec(script)?.[1];
}

/** `process.env.PORT`, `os.Getenv("PORT")`, `env::var("PORT")`. */
function readsPort(source: string): boolean {
  return /(?:env\.|env\[\s*|Getenv\(\s*|var\(\s*)["'`]?PORT\b/u.test(source);
}

/** `listen(3000`, `listen({ port: 3000`, `const port = 3000`, `":8080"`, `"127.0.0.1:3000"`. */
function portOfSource(source: string): string | undefined {
  return /(?:\.listen\(\s*(?:\{[^}]*?port:\s*)?|\bport\s*[:=]+\s*|["'`][\w.]*:)(\d{2,5})\b/iu.exec(
    source,
  )?.[1];
}

/** The first page without a part to be filled in, `/` if there is one. */
function routeIn(source: string): string | undefined {
  const routes = [
    ...source.matchAll(/\b(?:get|route|HandleFunc|Handle|GET)\(\s*["'`](?:GET )?(\/[\w./-]*)["'`]/gu),
  ].map(([, path]) => path);
  return routes.includes('/') ? '/' : routes[0];
}
