import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A script of ours that processes of ours run, as it was before any foreign code ran: that may write to its file. */
export interface OwnScript {
  /** Absolute. */
  readonly file: string;
  readonly source: string;
}

/** Reads it now. Undefined if it is not there, as beside sources that were not built. */
export function readScript(file: string): OwnScript | undefined {
  try {
    return { file, source: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}

/**
 * The file of that name beside the bundle that is running. Not `new URL('./host.js', import.meta.url)` in one
 * expression: the bundler would take it for an asset and move it.
 */
export function fileBeside(bundle: string, name: string): string {
  return fileURLToPath(bundle.slice(0, bundle.lastIndexOf('/') + 1) + name);
}

/** What a script is started with: the text that Node gets on its standard input. */
export function startingText({ file, source }: OwnScript, key: string): string {
  return bootText(JSON.stringify({ file, source, key }));
}

/** The function runs in Node as a classic script, before anything else does. */
function bootText(given: string): string {
  return `(${BOOT})(${given});\n`;
}

/**
 * Runs a script of ours in a realm of its own (a context of node:vm), in which it has its own Array, Map, Promise and so
 * on. Of what Node gives, it gets copies that are made here, before any module is loaded. So a module, or a test library
 * that it uses, may replace clocks, timers, JSON or whatever it likes in its realm: nothing changes in that of ours.
 * What modules are given to hold (their context, promises of steps, errors, signals to abort) is made with their realm's
 * classes.
 */
const BOOT = `function boot(given) {
  'use strict';
  const { file, source, key } = given;
  const { isMainThread } = require('node:worker_threads');
  if (isMainThread) {
    for (const signal of ['SIGUSR1', 'SIGUSR2']) {
      process.removeAllListeners(signal);
      process.on(signal, () => undefined);
    }
  }
  process.argv.splice(1, process.argv.length, file);
  process.execArgv = [];
  const { constants, createContext, Script } = require('node:vm');
  const { dirname } = require('node:path');
  const copies = new Map();
  const copyOf = (name) => {
    if (!copies.has(name)) copies.set(name, { ...require(name) });
    return copies.get(name);
  };
  const { now, eventLoopUtilization } = performance;
  const { parse, stringify } = JSON;
  const { assign } = Object;
  const NodePromise = Promise;
  const nodes = {
    process, Buffer, Error, AbortController, TextEncoder, TextDecoder, URL,
    setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, queueMicrotask, console,
    structuredClone, AbortSignal,
    performance: {
      now: now.bind(performance),
      eventLoopUtilization: eventLoopUtilization.bind(performance),
    },
    require: copyOf,
    __dirname: dirname(file),
    module: { exports: {} },
    exports: {},
    flowgate: {
      key,
      cloned: (value) => (value === undefined ? undefined : parse(stringify(value))),
      given: (context) => {
        const { step } = context;
        if (step === undefined) return assign({}, context);
        const waiting = (name, body) =>
          new NodePromise((resolve, reject) => void step(name, body).then(resolve, reject));
        return assign({}, context, { step: waiting });
      },
      threadText: () => '(' + boot + ')(' + stringify({ file, source, key: '' }) + ');',
    },
  };
  const realm = createContext({});
  const isName = (name) => /^\\w+$/.test(name) && !['globalThis', 'undefined', 'eval', 'NaN', 'Infinity'].includes(name);
  const own = new Script('Object.getOwnPropertyNames(globalThis)').runInContext(realm);
  const names = [...own].filter((name) => isName(name) && !(name in nodes));
  // As variables of a function, because each look at a global of a context takes a microsecond.
  const text = '(function (nodes) { const { ' + Object.keys(nodes).join() + ' } = nodes; const { ' + names.join() +
    ' } = globalThis; ' + source + '\\n})';
  const options = { filename: file, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  new Script(text, options).runInContext(realm)(nodes);
}`;
