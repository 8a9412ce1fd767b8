/**
 * The host of module flows: real ports in, messages out. Started by flowgate, never by hand; as a process, and as each
 * thread of one.
 */
import { isMainThread, parentPort, type MessagePort } from 'node:worker_threads';
import { HostThreads, isForThreads } from './adapters/host-threads.js';
import { importUserModule } from './adapters/import-module.js';
import { nodeClock } from './adapters/node-clock.js';
import { FlowOutputs, type StreamName } from './scenarios/flow-output.js';
import { ModuleHost } from './scenarios/module-host.js';
import type { FromHost, FromThreads, ToHost, ToThreads } from './scenarios/module-protocol.js';

/** ms. */
const WITHOUT_GUARD = 1000;

/** Modules that are shipped in the bundle. */
const BUILT_IN: Readonly<Record<string, () => Promise<unknown>>> = {
  'flowgate:demo': () => import('./demo/index.js'),
};

function importModule(name: string): Promise<unknown> {
  return BUILT_IN[name]?.() ?? importUserModule(name);
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

/** A host that says what it has to say by `send`. */
function openHost(send: (message: FromHost) => void): ModuleHost {
  const outputs = new FlowOutputs();
  divert('stdout', outputs);
  divert('stderr', outputs);
  return new ModuleHost({
    now: () => nodeClock.now(),
    after: (ms, callback) => nodeClock.timer(ms, callback),
    worked: () => performance.eventLoopUtilization().active,
    send,
    importModule,
    outputs,
  });
}

function serveAsThread(port: MessagePort): void {
  const send = (message: FromHost): void => {
    port.postMessage(message);
  };
  const host = openHost(send);
  port.on('message', (message: ToHost) => {
    host.handle(message);
  });
  send({ type: 'listening' });
}

function serveAsProcess(script: string): void {
  const send = (message: FromHost | FromThreads): void => {
    // A parent that is gone needs no answer.
    if (process.connected) process.send?.(message);
  };
  const host = openHost(send);
  const threads = new HostThreads(script, send);
  process.on('message', (message: ToHost | ToThreads) => {
    if (isForThreads(message)) threads.handle(message);
    else host.handle(message);
  });
  // Without its parent it has nothing to do. Our guard ends it with all that it has adopted, which would be lost from
  // sight if it ended first; it ends by itself only if there is no guard.
  process.on('disconnect', () => nodeClock.timer(WITHOUT_GUARD, () => process.exit()));
  send({ type: 'listening' });
}

if (isMainThread) serveAsProcess(process.argv[1] ?? '');
else if (parentPort !== null) serveAsThread(parentPort);
