import { expect, test } from '@jest/globals';
import { nodeClock } from '../../src/adapters/node-clock.js';
import { nodeSpawner } from '../../src/adapters/node-spawner.js';
import { SHELL } from '../../src/inputs/scenario.js';
import type { Environment } from '../../src/model/record.js';
import type { Files } from '../../src/ports.js';
import { preparingMachine, type PreparingMachine } from '../../src/trees/preparing-machine.js';
import { fakeFiles } from '../fakes/files.js';
import { temporary } from '../repository.js';
import { nodeOf } from './installed-node.js';

const OWN: Environment = {
  os: 'linux 6.8.0',
  arch: 'x64',
  cpu: 'any',
  cores: 2,
  memory: 1e9,
  node: '24.0.0',
};

const at = (folder: string, text: string): Files => fakeFiles({ [`${folder}/os-release`]: text });
const UBUNTU = at(
  '/etc',
  'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
);
const UNREADABLE: Files = { ...fakeFiles(), read: () => Promise.reject(new Error('EACCES')) };

interface Found {
  /** In front of the PATH. */
  readonly path?: string;
  readonly image?: string;
  readonly files?: Files;
}

function machine({
  path = nodeOf('v22.11.0'),
  image,
  files = fakeFiles(),
}: Found): Promise<PreparingMachine> {
  const env = { PATH: `${path}:${process.env['PATH'] ?? ''}` };
  const ports = { spawner: nodeSpawner(), clock: nodeClock, interrupt: new AbortController().signal, files };
  const own = image === undefined ? OWN : { ...OWN, image };
  return preparingMachine(own, { shell: SHELL, cwd: temporary(), env }, ports);
}

test('its Node is the one on the PATH of the command', async () => {
  expect(await machine({})).toEqual({ os: 'linux', arch: 'x64', system: '', node: 'v22.11.0' });
  expect((await machine({ path: nodeOf('') })).node).toBe('none');
});

test.each<[string, Found, string]>([
  [
    'its image and its distribution',
    { image: 'ubuntu24 20260101.1', files: UBUNTU },
    'ubuntu24 20260101.1, ubuntu 24.04',
  ],
  ['its image alone where nothing else tells', { image: 'macos15 20260101.1' }, 'macos15 20260101.1'],
  ['its distribution alone where no runner tells', { files: UBUNTU }, 'ubuntu 24.04'],
  ['of whichever C library', { files: at('/etc', "ID=alpine\nVERSION_ID='3.22.1'\n") }, 'alpine 3.22.1'],
  ['which may roll', { files: at('/usr/lib', 'NAME="Arch Linux"\nID=arch\n') }, 'arch'],
  ['not known where nothing tells', { files: at('/etc', '\n') }, ''],
  ['not known where it can not be read', { files: UNREADABLE }, ''],
])('its system is %s', async (_what, found, system) => {
  expect((await machine(found)).system).toBe(system);
});
