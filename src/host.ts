/**
 * The host of module flows: real ports in, messages out. Started by flowgate, never by hand; as a process, and as each
 * thread of one. It runs in a realm of its own, and the module in Node's: see system/own-script.ts.
 */
import { isMainThread, type MessagePort, parentPort } from 'node:worker_threads';
import { slowdownAround } from './compare/calibrate/slowed-host.js';
import { HostThreads, isForThreads } from './flows/module/host-threads.js';
import { ModuleHost } from './flows/module/host.js';
import { importUserModule } from './flows/module/import.js';
import {
  type FromHost,
  type FromThreads,
  lineOf,
  type ToHost,
  type ToThreads,
} from './flows/module/protocol.js';
import { FlowOutputs, type StreamName } from './flows/output.js';
import { channelToParent } from './system/channel.js';
import { nodeClock } from './system/clock.js';

/** Given by what this script is started with. */
declare const flowgate: {
  /** Each line that is said to flowgate begins with it. */
  readonly key: string;
  /** What a thread is started with. */
  readonly threadText: () => string;
  /** A copy of data in Node's realm. */
  readonly cloned: <T>(data: T) => T;
  /** The context of a flow or a hook as an object of Node's realm, whose steps are promises of that realm. */
  readonly given: <T extends object>(context: T) => T;
};

// Bound before any module could replace them.
const nextTick = process.nextTick.bind(process);
const exit = process.exit.bind(process);
/** ms. */
const WITHOUT_GUARD = 1000;

/** Modules that are shipped in the bundle. */
const BUILT_IN: Readonly<Record<string, () => Promise<unknown>>> = {
  'flowgate:demo': () => import(/* webpackMode: "eager" */ './demo/index.js'),
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
    if (callback !== undefined) nextTick(callback);
    return true;
  };
}

/** A host that says what it has to say by `send`. */
function openHost(send: (message: FromHost) => void): ModuleHost {
  const outputs = new FlowOutputs();
  divert('stdout', outputs);
  divert('stderr', outputs);
  const time = {
    now: () => nodeClock.now(),
    after: (ms: number, callback: () => void) => void nodeClock.timer(ms, callback),
  };
  const worked = (): number => performance.eventLoopUtilization().active;
  return new ModuleHost({
    ...time,
    send,
    importModule,
    forModule: flowgate.cloned,
    contextFor: flowgate.given,
    outputs,
    around: slowdownAround(process.env, { ...time, worked }),
  });
}

/** Serves on the port that is sent first: any code in the thread can speak on its parent's. */
function serveAsThread(parent: MessagePort): void {
  parent.once('message', (port: MessagePort) => {
    const send: (message: FromHost) => void = port.postMessage.bind(port);
    const host = openHost(send);
    port.on('message', (message: ToHost) => {
      host.handle(message);
    });
    send({ type: 'listening' });
  });
}

function serveAsProcess(): void {
  const say = channelToParent({
    key: flowgate.key,
    onMessage: (received) => {
      const message = received as ToHost | ToThreads;
      if (isForThreads(message)) threads.handle(message);
      else host.handle(message);
    },
    // Without its parent it has nothing to do. Our guard ends it with all that it has adopted, which would be lost from
    // sight if it ended first; it ends by itself only if there is no guard.
    onEnd: () => nodeClock.timer(WITHOUT_GUARD, () => exit()),
  });
  const send = (message: FromHost | FromThreads): void => {
    say(lineOf(message));
  };
  const host = openHost(send);
  const threads = new HostThreads(flowgate.threadText, send);
  send({ type: 'listening' });
}

if (isMainThread) serveAsProcess();
else if (parentPort !== null) serveAsThread(parentPort);
