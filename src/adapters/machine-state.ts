import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { MachineState } from '../ports/machine-state.js';
import { linuxState } from './linux-state.js';

/** Where there is no /proc only processes are looked for. */
const blindState: MachineState = {
  blind:
    'ports, temporary files and processes that have left their tree were not looked for: only Linux tells whose they are',
  notAdopting: () => undefined,
  temporaryFolder: () => tmpdir(),
  names: () => Promise.resolve(undefined),
  signsOf: () => Promise.resolve(''),
  listeners: () => Promise.resolve([]),
  openFilesOf: () => [],
  variableOf: () => undefined,
  workingDirectoryOf: () => undefined,
  writersInto: () => [],
  cpu: () => undefined,
};

export function machineState(): MachineState {
  return existsSync('/proc/self/stat') ? linuxState : blindState;
}
