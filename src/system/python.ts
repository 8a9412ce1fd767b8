/**
 * Starting a script of ours in Python: it gets the script from memory, as flows may have written to its file, and a
 * channel of its own, as hosts in Node do.
 */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { delimiter, resolve } from 'node:path';
import { type ChildChannel, channelTo } from './channel.js';
import type { HostSpec } from './ports.js';

/** Versions that the script is tried with; what stands here, any Python since 2 can read. */
const BOOT = `import sys
if sys.version_info < (3, 9):
    sys.stderr.write("Python %d.%d is too old; flows need Python 3.9 or later\\n" % sys.version_info[:2])
    sys.exit(1)
# Not yet the working directory: what the script imports is the library's, whatever files lie there.
sys.path[:] = [entry for entry in sys.path if entry]
import faulthandler
faulthandler.enable()
given = sys.stdin.buffer.readline()
exec(compile(sys.stdin.buffer.read(), sys.argv[1], "exec"), {"__name__": "flowgate_host", "__file__": sys.argv[1], "GIVEN": given})`;

/**
 * Unbuffered, so that what the process printed before it died is there. The script itself asks for a traceback of
 * Python's should the kernel end it: Python 2 has no option for that, and shall say that it is too old.
 */
export function pythonArguments(file: string): readonly string[] {
  return ['-u', '-c', BOOT, file];
}

/** What stands in the first line of its standard input: a descriptor, or where to connect to. */
type ChannelAddress = number | { readonly port: number; readonly nonce: string };

/** The text that it gets on its standard input. */
export function pythonText(source: string, key: string, channel: ChannelAddress): string {
  return `${JSON.stringify({ key, channel })}\n${source}`;
}

/** Why the interpreter cannot be started, and what to do; undefined if a program of that name is there. */
export function missingPython({ cwd, env, python = [] }: HostSpec): string | undefined {
  const [program = ''] = python;
  const isPath = program.includes('/') || program.includes('\\');
  const folders = isPath ? [''] : (env.PATH ?? env.Path ?? '').split(delimiter);
  const endings = process.platform === 'win32' ? ['', '.exe'] : [''];
  const places = folders.flatMap((folder) => endings.map((ending) => resolve(cwd, folder, program + ending)));
  if (places.some(isProgram)) return undefined;
  const where = isPath ? `: there is no program ${resolve(cwd, program)}` : ' in PATH';
  const words = program.split(/\s+/);
  const remedy =
    words.length > 1
      ? `to give it arguments, write a list: [${words.join(', ')}]`
      : 'install Python 3.9 or later, or name the interpreter that has what the module imports, as in python: .venv/bin/python';
  return `the Python interpreter "${program}" was not found${where}; ${remedy}`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

interface LoopbackChannel extends ChildChannel {
  /** Resolves when a process can connect. */
  readonly address: Promise<ChannelAddress>;
  close(): void;
}

/**
 * A channel over the loopback interface, for Windows: there one pipe cannot be read and written at once by Python. A
 * connection must begin with the nonce. What is sent before is kept until then.
 */
export function loopbackChannel(key: string): LoopbackChannel {
  const nonce = randomBytes(16).toString('hex');
  const waiting: unknown[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  let open: ChildChannel | undefined;
  let connected: Socket | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('readable', () => {
      const first = (socket.read(nonce.length + 1) as Buffer | null)?.toString('latin1');
      if (open !== undefined || first !== `${nonce}\n`) {
        socket.destroy();
        return;
      }
      server.close();
      connected = socket;
      socket.setNoDelay(true);
      open = channelTo(socket, key);
      for (const listener of listeners) open.onMessage(listener);
      for (const message of waiting.splice(0)) open.send(message);
    });
  });
  const address = new Promise<ChannelAddress>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      if (bound === null || typeof bound === 'string') failed(new Error('a TCP server has a port'));
      else listening({ port: bound.port, nonce });
    });
  });
  return {
    address,
    send: (message) => {
      if (open === undefined) waiting.push(message);
      else open.send(message);
    },
    onMessage: (listener) => {
      if (open === undefined) listeners.push(listener);
      else open.onMessage(listener);
    },
    close: () => {
      server.close();
      connected?.destroy();
    },
  };
}
