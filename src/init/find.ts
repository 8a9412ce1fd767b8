import { findCommand, findServer, findTests, findTrial, readPackage, trialOf } from './node-package.js';
import type { NodePackage } from './node-package.js';
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
    fromPackage(findServer),
    fromPackage(findCommand),
    fromPackage(findTrial),
    findPythonCommand(repository),
    findGo(repository),
    fromPackage(findTests),
    findTarget(repository),
    findPytest(repository),
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
