import { findCommand, findStart, findTests, findTrial, readPackage, trialOf } from './node-package.js';
import type { NodePackage } from './node-package.js';
import { crateOf, findServers } from './servers.js';
import { shellWord } from './repository.js';
import type { Finding, Repository } from './repository.js';

/** It fails until a person has written what is to be judged: the demo in its place would always pass. */
const NOTHING: Finding = {
  what: 'nothing that flowgate knows how to run',
  name: 'first',
  advice: 'Write the command that is one flow. Until then this gate fails on purpose.',
  scenario: { run: 'echo "write the command of a flow into .github/flowgate.yml" >&2; exit 1', flows: 10 },
};

/** Everything that could be run, the most telling first: what users meet before what only developers start. */
export function findWork(repository: Repository): readonly [Finding, ...Finding[]] {
  const npm = readPackage(repository);
  const fromPackage = (find: (found: NodePackage) => Finding | undefined): Finding | undefined =>
    npm === undefined ? undefined : find(npm);
  const [first, ...others] = [
    ...findServers(repository),
    fromPackage(findCommand),
    fromPackage(findTrial),
    findPythonCommand(repository),
    findCrate(repository),
    findGo(repository),
    fromPackage(findTests),
    fromPackage(findStart),
    findTarget(repository),
    findPytest(repository),
    findPythonModule(repository),
    findImage(repository),
  ].filter((finding) => finding !== undefined);
  return first === undefined ? [NOTHING] : [first, ...others];
}

/** The first entry of `[project.scripts]`. */
function findPythonCommand({ pyproject }: Repository): Finding | undefined {
  const table = /^\[project\.scripts\]\s*$([^[]*)/mu.exec(pyproject ?? '')?.[1];
  const command = /^\s*"?([\w.-]+)"?\s*=/mu.exec(table ?? '')?.[1];
  if (command === undefined) {
    return undefined;
  }
  return {
    what: `pyproject.toml installs the command ${command}`,
    name: 'command',
    advice:
      'Give it real work in place of --help. Write files to "$FLOWGATE_WORKSPACE", which each flow has to itself.',
    scenario: { run: `${shellWord(command)} --help`, flows: 10, iterations: 50 },
  };
}

function findCrate(repository: Repository): Finding | undefined {
  const name = crateOf(repository);
  if (name === undefined || !repository.files.includes('src/main.rs')) return undefined;
  return {
    what: `Cargo.toml builds the program ${name}`,
    name: 'command',
    advice: 'Give it real work in place of --help.',
    scenario: {
      run: `target/release/${name} --help`,
      before: 'cargo build --release --quiet',
      flows: 10,
      iterations: 50,
    },
  };
}

const FLOW = 'flows/first.py';

/** Python that is neither a server nor a command: which function is one flow cannot be guessed. */
function findPythonModule({ files, sources = {}, pyproject, requirements }: Repository): Finding | undefined {
  const [file] = Object.keys(sources).filter((path) => path.endsWith('.py'));
  if (file === undefined && pyproject === undefined && requirements === undefined) return undefined;
  const module = file?.replace(/\.py$/u, '').replaceAll('/', '.');
  const isScript = file !== undefined && /__name__\s*==/u.test(sources[file] ?? '');
  if (isScript) {
    return {
      what: `${file} is a script in Python`,
      name: 'command',
      advice: 'Give it the arguments of real work.',
      scenario: { run: `python3 ${shellWord(file)}`, flows: 10, iterations: 50 },
    };
  }
  return {
    what: 'Python without a server or a command',
    name: 'first',
    advice: `Write into ${FLOW} what one flow does. Until then this gate fails on purpose.`,
    scenario: { module: FLOW, flows: 10, iterations: 50 },
    ...(files.includes(FLOW) ? {} : { file: { path: FLOW, content: flowFile(module) } }),
  };
}

function flowFile(module: string | undefined): string {
  const example = module === undefined ? 'my_package' : module;
  return `# Written by flowgate init: one flow is one call of this function, and ten run at once.
# Call what is to be judged, such as:
#
#     from ${example} import work
#     result = work(ctx.iteration)
#     assert result is not None


def flow(ctx):
    raise NotImplementedError("write into ${FLOW} what one flow does")
`;
}

function findGo({ files }: Repository): Finding | undefined {
  if (!files.includes('go.mod')) {
    return undefined;
  }
  const tests = trialOf('go.mod', 'go test -count=1 ./...');
  return { ...tests, scenario: { ...tests.scenario, setup: 'go test -run=NONE ./...' } };
}

/** A target of the Makefile that tries the system. */
function findTarget({ makefile }: Repository): Finding | undefined {
  const target = ['smoke', 'e2e', 'check', 'test'].find((name) =>
    new RegExp(`^${name}\\s*:(?!=)`, 'mu').test(makefile ?? ''),
  );
  return target === undefined
    ? undefined
    : trialOf(`the Makefile has the target ${target}`, `make ${target}`);
}

function findPytest({ pyproject, files }: Repository): Finding | undefined {
  return pyproject !== undefined && (pyproject.includes('pytest') || files.includes('tests'))
    ? trialOf('pyproject.toml, with tests', 'python -m pytest -q')
    : undefined;
}

function findImage({ files }: Repository): Finding | undefined {
  if (!files.includes('Dockerfile')) {
    return undefined;
  }
  return {
    what: 'a Dockerfile',
    name: 'image',
    advice: 'Containers are not children of the flow: their memory and CPU are not measured.',
    scenario: {
      run: 'docker run --rm flowgate-trial',
      setup: 'docker build --quiet --tag flowgate-trial .',
      flows: 4,
      timeout: '2m',
    },
  };
}
