/** The host process of module flows: real ports in, messages out. Started by flowgate, never by hand. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeClock } from './adapters/node-clock.js';
import { FlowOutputs, type StreamName } from './scenarios/flow-output.js';
import { ModuleHost } from './scenarios/module-host.js';
import type { FromHost, ToHost } from './scenarios/module-protocol.js';

/** Modules that are shipped in the bundle. */
const BUILT_IN: Readonly<Record<string, () => Promise<unknown>>> = {
  'flowgate:demo': () => import('./demo/index.js'),
};

function importModule(name: string): Promise<unknown> {
  const builtIn = BUILT_IN[name];
  if (builtIn !== undefined) return builtIn();
  // The user's own module, found when it runs: the bundler must leave this import alone.
  return import(
    /* webpackIgnore: true */ isAbsolute(name) ? pathToFileURL(name).href : name
  ) as Promise<unknown>;
}

/** Sends what a flow prints to that flow; what the process prints otherwise goes where it went. */
function divert(stream: StreamName, outputs: FlowOutputs): void {
  const target = process[stream];
  const write = target.write.bind(target);
  target.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    if (!outputs.take(stream, chunk)) return Reflect.apply(write, target, [chunk, ...rest]) as boolean;
    const callback = rest.find((argument) => typeof argument === 'function');
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
}

const send = (message: FromHost): void => {
  // A parent that is gone needs no answer.
  if (process.connected) process.send?.(message);
};

const outputs = new FlowOutputs();
divert('stdout', outputs);
divert('stderr', outputs);
const host = new ModuleHost({ now: () => nodeClock.now(), send, importModule, outputs });
process.on('message', (message) => {
  host.handle(message as ToHost);
});
// Without its parent it has nothing to do.
process.on('disconnect', () => process.exit());
send({ type: 'listening' });
