import type { Environment } from '../model/record.js';
import type { CommandSpec, Files } from '../ports.js';
import { runHook, type HookPorts } from '../scenarios/hook.js';

/** What of a machine a prepared tree hangs on: what was compiled for one may not run on another. */
export interface PreparingMachine {
  /** `linux`. */
  readonly os: string;
  readonly arch: string;
  /** The runner's image and the distribution, as far as they are known: `ubuntu24 20260101.1, ubuntu 24.04`. */
  readonly system: string;
  /** `v22.11.0`, of the `node` that the command finds; `none` if it finds none. */
  readonly node: string;
}

/** os-release(5): the second one is there where the first was taken away. */
const RELEASES = ['/etc/os-release', '/usr/lib/os-release'];
/** Which distribution: its C library is not that of another. */
const NAMED = ['ID', 'VERSION_ID'];

/** Our own Node tells nothing: in the action it is the runner's, whatever setup-node has put on the PATH. */
export async function preparingMachine(
  { os, arch, image }: Environment,
  place: Omit<CommandSpec, 'command'>,
  ports: HookPorts & { readonly files: Files },
): Promise<PreparingMachine> {
  // ImageOS is also set by hand, where an action asks for it, and may be that of another system than the container's.
  const system = [image, await distribution(ports.files)].filter(Boolean).join(', ');
  return { os: os.split(' ')[0] ?? '', arch, system, node: await nodeOf(place, ports) };
}

async function nodeOf(place: Omit<CommandSpec, 'command'>, ports: HookPorts): Promise<string> {
  const { ok, stdout } = await runHook({ ...place, command: 'node --version' }, ports);
  const [version] = /^v\d\S*$/m.exec(stdout.head) ?? [];
  return ok && version !== undefined ? version : 'none';
}

async function distribution(files: Files): Promise<string> {
  for (const path of RELEASES) {
    // A machine that does not tell is one of its own kind.
    const text = await files.read(path).catch(() => undefined);
    if (text !== undefined) return NAMED.flatMap((name) => assigned(name, text)).join(' ');
  }
  return '';
}

/** `VERSION_ID="24.04"`, as a shell would read it. */
function assigned(name: string, text: string): readonly string[] {
  const [, value = ''] = new RegExp(`^${name}=["']?([^"'\\r\\n]*)`, 'm').exec(text) ?? [];
  return value === '' ? [] : [value];
}
