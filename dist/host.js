import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 918:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ seededRandom),
/* harmony export */   n: () => (/* binding */ seedOf)
/* harmony export */ });
/**
 * Uniform numbers in [0, 1) from a 32-bit seed: mulberry32 (Tommy Ettinger, public domain), one multiplication-based
 * mixing step a number, period 2³². For repeatable choices, not for secrets.
 */
function seededRandom(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
/** A seed of its own for the n-th part of something seeded, so that parts do not share a stream. */
function seedOf(seed, part) {
    // Knuth's multiplicative constant (2³²÷φ) spreads neighbouring parts over the whole range.
    return (Math.imul(part, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0;
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".host.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: ./build/src/errors.js
/** `file:line:column: where: message`, leaving out what is not known. */
function formatProblem(problem) {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
    return [place, problem.where, problem.message]
        .filter((part) => part !== undefined && part !== '')
        .join(': ');
}
/**
 * The user's fault, not ours: reported without a stack, exit status 2.
 * Carries every problem that was found, so that one run shows them all.
 */
class UserError extends Error {
    problems;
    constructor(problems) {
        const all = 'message' in problems ? [problems] : problems;
        super(all.map(formatProblem).join('\n'));
        this.name = 'UserError';
        this.problems = all;
    }
}
/** Reached only if a union grew a member that a switch does not know: a defect of ours. */
function assertNever(value) {
    throw new Error(`a defect in flowgate: unexpected value ${JSON.stringify(value)}`);
}
/** The message of anything that was thrown, which need not be an Error, nor one of this realm. Never throws. */
function messageOf(thrown) {
    try {
        const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
        return isError && typeof thrown.message === 'string' ? thrown.message : String(thrown);
    }
    catch {
        // An object without a prototype, or one whose toString throws.
        return 'what was thrown has no text';
    }
}
/** Node's code of a system error (`ENOENT`), if what was thrown is one. */
function codeOf(thrown) {
    const hasCode = typeof thrown === 'object' && thrown !== null && 'code' in thrown;
    return hasCode && typeof thrown.code === 'string' ? thrown.code : undefined;
}

;// CONCATENATED MODULE: ./build/src/adapters/host-threads.js


/**
 * Lives in the host process: worker threads that each run a host of their own. None of the user's code runs in the main
 * thread, so that a thread can be ended whatever it does.
 */
class HostThreads {
    #script;
    #send;
    #workers = new Map();
    /** `script`: path of what each thread runs. */
    constructor(script, send) {
        this.#script = script;
        this.#send = send;
    }
    handle(message) {
        const worker = this.#workers.get(message.thread);
        switch (message.type) {
            case 'open':
                this.#open(message.thread);
                break;
            case 'tell':
                worker?.postMessage(message.message);
                break;
            case 'end':
                void worker?.terminate();
                break;
        }
    }
    #open(thread) {
        const worker = new external_node_worker_threads_namespaceObject.Worker(this.#script);
        let error = '';
        worker.on('message', (message) => {
            this.#send({ type: 'said', thread, message });
        });
        worker.on('error', (thrown) => {
            error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
        });
        worker.on('exit', (code) => {
            this.#workers.delete(thread);
            this.#send({ type: 'gone', thread, code, error });
        });
        this.#workers.set(thread, worker);
    }
}
function isForThreads(message) {
    return message.type === 'open' || message.type === 'tell' || message.type === 'end';
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");
;// CONCATENATED MODULE: ./build/src/adapters/thrown-at.js


/** `file:///a/b.mjs:3:1` or `/a/b.cjs:3:1`, in brackets after a function's name or alone; the column may be missing. */
const FRAME = /^\s*at (?:.*\()?(?:async )?((?:file:\/\/)?[/\\].*?|[A-Za-z]:\\.*?):(\d+)(?::\d+)?\)?$/;
/** Node writes it before the stack of a CommonJS module that can not be parsed. */
const HEADING = /^((?:file:\/\/)?[/\\].*?|[A-Za-z]:\\.*?):(\d+)$/;
/** `flows/order.mjs:3`: the line of the user's code that threw, as the stack tells; undefined if it tells of none. */
function thrownAt(thrown, { cwd, own }) {
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    for (const line of stack.split('\n')) {
        const [, file, number] = HEADING.exec(line) ?? FRAME.exec(line) ?? [];
        if (file === undefined || number === undefined)
            continue;
        const path = pathOf(file);
        if (!path.startsWith(own))
            return `${(0,external_node_path_.relative)(cwd, path)}:${number}`;
    }
    return undefined;
}
function pathOf(file) {
    try {
        return file.startsWith('file://') ? (0,external_node_url_namespaceObject.fileURLToPath)(file) : file;
    }
    catch {
        return file;
    }
}

;// CONCATENATED MODULE: ./build/src/adapters/import-module.js




/** Node.js strips types without a flag since 22.18 and 23.6 (nodejs.org/api/typescript.html). */
const STRIPS_TYPES = '22.18';
const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);
/** Imports a user's module, found when it runs. What it throws says where, and what Node is too old for. */
async function importUserModule(name) {
    try {
        // The bundler must leave this import alone.
        return await import(
        /* webpackIgnore: true */ (0,external_node_path_.isAbsolute)(name) ? (0,external_node_url_namespaceObject.pathToFileURL)(name).href : name);
    }
    catch (thrown) {
        throw new Error(explain(thrown, name), { cause: thrown });
    }
}
function explain(thrown, name) {
    if (codeOf(thrown) === 'ERR_UNKNOWN_FILE_EXTENSION' && TYPESCRIPT.has((0,external_node_path_.extname)(name))) {
        return (`TypeScript needs Node ${STRIPS_TYPES} or later, and this is Node ${process.versions.node}; ` +
            'use a newer Node (the action brings its own), or compile the module and name its .js file');
    }
    const message = messageOf(thrown);
    const place = thrownAt(thrown, { cwd: process.cwd(), own: (0,external_node_path_.dirname)(process.argv[1] ?? '') });
    if (place !== undefined)
        return `${message} (at ${place})`;
    // Node knows the line of a module that it can not parse, and tells it to nobody but a terminal.
    return thrown instanceof SyntaxError ? `${message}; node --check FILE shows the line` : message;
}

;// CONCATENATED MODULE: ./build/src/adapters/alarm.js

/*
 * A timer of Node's is late by a ms or two: its loop counts in whole ms. A thread that does nothing but wait on a futex
 * wakes within tenths of one, and takes no CPU while it waits.
 */
/** What the thread does: it waits for the time that it was told last, or for being told another, and says when it is. */
const SLEEPER = `
const { parentPort, workerData } = require('node:worker_threads');
const told = new Int32Array(workerData, 0, 1);
const wakeAt = new Float64Array(workerData, 8, 1);
for (;;) {
  const version = Atomics.load(told, 0);
  const left = wakeAt[0] - Number(process.hrtime.bigint()) / 1e6;
  if (left > 0 && Atomics.wait(told, 0, version, left) !== 'timed-out') continue;
  parentPort.postMessage(undefined);
  Atomics.wait(told, 0, version);
}`;
/** Calls back within tenths of a ms, by a thread that is started with the first alarm. */
class Alarms {
    #now;
    #pending = new Set();
    #shared = new SharedArrayBuffer(16);
    #told = new Int32Array(this.#shared, 0, 1);
    #wakeAt = new Float64Array(this.#shared, 8, 1);
    #thread;
    /** @param now the machine's monotonic clock, ms */
    constructor(now) {
        this.#now = now;
    }
    set(ms, callback) {
        const alarm = { at: this.#now() + ms, callback, late: setTimeout(this.#ring, Math.ceil(ms) + 1) };
        this.#pending.add(alarm);
        this.#tell();
        return {
            cancel: () => {
                this.#drop(alarm);
            },
        };
    }
    #ring = () => {
        const now = this.#now();
        const due = [...this.#pending].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
        for (const alarm of due) {
            this.#drop(alarm);
            alarm.callback();
        }
        if (this.#pending.size > 0)
            this.#tell();
    };
    #drop(alarm) {
        clearTimeout(alarm.late);
        this.#pending.delete(alarm);
    }
    #tell() {
        this.#thread ??= this.#start();
        this.#wakeAt[0] = Math.min(...[...this.#pending].map(({ at }) => at));
        Atomics.add(this.#told, 0, 1);
        Atomics.notify(this.#told, 0);
    }
    #start() {
        const thread = new external_node_worker_threads_namespaceObject.Worker(SLEEPER, { eval: true, workerData: this.#shared });
        thread.on('message', this.#ring);
        // Without it alarms are as late as timers are, and no worse.
        thread.on('error', () => undefined);
        thread.unref();
        return thread;
    }
}

;// CONCATENATED MODULE: ./build/src/adapters/node-clock.js

/**
 * ms between the zero of CLOCK_MONOTONIC and that of performance.now(), which runs by the same clock and is read in half
 * the time of process.hrtime.bigint(). Of several readings the one that took the least time, as others are off by it.
 */
const OFFSET = Array.from({ length: 20 }, readOffset).reduce((best, next) => next.took < best.took ? next : best).ms;
function readOffset() {
    const before = Number(process.hrtime.bigint()) / 1e6;
    const own = performance.now();
    const after = Number(process.hrtime.bigint()) / 1e6;
    return { ms: (before + after) / 2 - own, took: after - before };
}
const now = () => OFFSET + performance.now();
const alarms = new Alarms(now);
const nodeClock = {
    alarm: (ms, callback) => alarms.set(ms, callback),
    now,
    wall: () => new Date(),
    sleep: (ms, signal) => new Promise((resolve) => {
        if (signal?.aborted) {
            resolve();
            return;
        }
        const wake = () => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', wake);
            resolve();
        };
        const timer = setTimeout(wake, ms);
        signal?.addEventListener('abort', wake, { once: true });
    }),
    timer: (ms, callback) => {
        const timer = setTimeout(callback, ms);
        return {
            cancel: () => {
                clearTimeout(timer);
            },
        };
    },
};

;// CONCATENATED MODULE: external "node:async_hooks"
const external_node_async_hooks_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");
;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");
;// CONCATENATED MODULE: ./build/src/scenarios/excerpt.js
/** Bytes kept of the first and of the last that a stream carried. */
const HEAD_BYTES = 4 * 1024;
const TAIL_BYTES = 12 * 1024;
const NOTHING_PRINTED = { head: '', tail: '', bytes: 0 };
/** Keeps the head and the tail of a stream of any length in bounded memory. */
class ExcerptBuffer {
    #head = Buffer.alloc(0);
    #tail = Buffer.alloc(0);
    #bytes = 0;
    push(chunk) {
        this.#bytes += chunk.length;
        const room = HEAD_BYTES - this.#head.length;
        if (room > 0)
            this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
        const rest = room > 0 ? chunk.subarray(room) : chunk;
        if (rest.length === 0)
            return;
        this.#tail = Buffer.concat([this.#tail, rest.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    }
    /** Bytes that fell between head and tail were not kept. */
    skip(bytes) {
        this.#bytes += bytes;
    }
    excerpt() {
        // A cut inside a UTF-8 sequence decodes to U+FFFD, which is harmless and says that something was cut.
        return { head: this.#head.toString('utf8'), tail: this.#tail.toString('utf8'), bytes: this.#bytes };
    }
}

;// CONCATENATED MODULE: ./build/src/scenarios/flow-output.js



/**
 * Tells flows of one process apart by what they print: whatever is written in the asynchronous context of a flow is
 * that flow's output, however many run at once.
 */
class FlowOutputs {
    #current = new external_node_async_hooks_namespaceObject.AsyncLocalStorage();
    /** Runs `flow` in a context of its own. */
    collect(output, flow) {
        return this.#current.run(output, flow);
    }
    /** Takes a write if a flow made it; false if it is the process's own. */
    take(stream, chunk) {
        const output = this.#current.getStore();
        if (output === undefined)
            return false;
        const bytes = external_node_buffer_namespaceObject.Buffer.from(chunk);
        output[stream].push(bytes);
        output.listeners?.[stream].data(bytes);
        return true;
    }
}
function newFlowOutput(canary) {
    const kept = { stdout: new ExcerptBuffer(), stderr: new ExcerptBuffer() };
    return canary === undefined ? kept : { ...kept, listeners: outputListeners(canary) };
}
/** One for each stream that a flow prints to. */
function outputListeners(canary) {
    return { stdout: canary.listen('stdout'), stderr: canary.listen('stderr') };
}

// EXTERNAL MODULE: ./build/src/stats/random.js
var random = __nccwpck_require__(918);
;// CONCATENATED MODULE: ./build/src/scenarios/token-scanner.js

/** Bytes shown before and after a token. */
const AROUND = 40;
/** `w` and the digits of the largest iteration there can be. */
const LONGEST_COUNT = 17;
const NOTHING = external_node_buffer_namespaceObject.Buffer.alloc(0);
const W = 0x77;
const ZERO = 0x30;
const NINE = 0x39;
/**
 * Finds the tokens of one run in a stream, wherever it is cut into chunks. Almost all that it is given holds none, and
 * then it costs one search for the bytes that all of them begin with. That these hold 48 random bits makes the edges of
 * a word unnecessary: a token is found in `\nfg-…` of a JSON text too.
 */
class TokenScanner {
    #prefix;
    #onToken;
    /** What has to be seen again together with the next chunk, and from where on in it. */
    #rest = NOTHING;
    #from = 0;
    /** Byte of the stream at which `rest` begins. */
    #at = 0;
    #skipped = 0;
    /** `prefix`: `fg-RUN-`. */
    constructor(prefix, onToken) {
        this.#prefix = prefix;
        this.#onToken = onToken;
    }
    /** Bytes that went by unheard. */
    get skipped() {
        return this.#skipped;
    }
    data(chunk) {
        const { length } = this.#rest;
        const bytes = external_node_buffer_namespaceObject.Buffer.isBuffer(chunk)
            ? chunk
            : external_node_buffer_namespaceObject.Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        this.#search(length === 0 ? bytes : external_node_buffer_namespaceObject.Buffer.concat([this.#rest, bytes]));
    }
    /** What stands on either side of a gap does not belong together: a token at its edge may be half of one. */
    missed(bytes) {
        this.#skipped += bytes;
        this.#at += this.#rest.length + bytes;
        this.#rest = NOTHING;
        this.#from = 0;
    }
    /** The stream is over: a token that it ended with is one. */
    end() {
        const text = this.#rest;
        const found = text.indexOf(this.#prefix, this.#from);
        if (found !== -1)
            this.#tell(text, { found, end: endOfCount(text, found + this.#prefix.length), last: true });
        this.missed(0);
    }
    #search(text) {
        let from = this.#from;
        for (;;) {
            const found = text.indexOf(this.#prefix, from);
            if (found === -1)
                break;
            const end = endOfCount(text, found + this.#prefix.length);
            if (end === text.length && end - found < this.#prefix.length + LONGEST_COUNT) {
                this.#keep(text, found);
                return;
            }
            this.#tell(text, { found, end, last: false });
            from = end;
        }
        this.#keep(text, beginningAtEnd(text, from, this.#prefix));
    }
    /** Keeps what may be the beginning of a token, with what stands before it. */
    #keep(text, found) {
        const start = found === text.length ? found : Math.max(0, found - AROUND);
        this.#at += start;
        this.#from = found - start;
        // Copied: the chunk is only lent.
        this.#rest = start === text.length ? NOTHING : external_node_buffer_namespaceObject.Buffer.from(text.subarray(start));
    }
    #tell(text, { found, end, last }) {
        if (!isDigit(text[end - 1]))
            return;
        this.#onToken({
            token: text.toString('latin1', found, end),
            at: this.#at + found,
            // Almost every token is the flow's own, and nobody asks what stands around it.
            context: () => readable(text.subarray(Math.max(0, found - AROUND), end + AROUND)),
            last,
        });
    }
}
/** What all tokens of the run begin with: `fg-RUN-`. */
function prefixOf(token) {
    return external_node_buffer_namespaceObject.Buffer.from(token.slice(0, token.lastIndexOf('-') + 1), 'latin1');
}
/** Behind `w` and digits that begin at `from`; `from` itself if there are no digits. */
function endOfCount(text, from) {
    const digitsFrom = text[from] === W ? from + 1 : from;
    const limit = Math.min(text.length, from + LONGEST_COUNT);
    let end = digitsFrom;
    while (end < limit && isDigit(text[end]))
        end += 1;
    // A lone `w` at the very end may still get its digits.
    return end === digitsFrom && end < text.length ? from : end;
}
function isDigit(byte) {
    return byte >= ZERO && byte <= NINE;
}
/** Where at the end of the text the prefix begins and is cut off; the text's length if it does not. */
function beginningAtEnd(text, from, prefix) {
    const first = prefix[0];
    for (let at = Math.max(from, text.length - prefix.length + 1); at < text.length; at += 1) {
        if (text[at] === first && text.compare(prefix, 0, text.length - at, at) === 0)
            return at;
    }
    return text.length;
}
/** On one line. */
function readable(bytes) {
    return bytes
        .toString('utf8')
        .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
        .trim();
}

;// CONCATENATED MODULE: ./build/src/scenarios/flow-canary.js

/** Sightings kept of one flow. */
const KEPT = 20;
/** Beyond this many different ones they are no longer counted. */
const TOLD_APART = 1000;
const NOTHING_SEEN = { own: false, others: [], count: 0, missed: false };
const OWN_SEEN = { ...NOTHING_SEEN, own: true };
/**
 * Looks for the tokens of others in all that one flow sees. What only looks like another's is let be: its own with
 * digits behind it (`fg-RUN-1` and a 2), and its own cut short where a stream ends.
 */
class FlowCanary {
    #own;
    #prefix;
    #open = [];
    #hasOwn = false;
    #missed = false;
    #count = 0;
    #others;
    #known;
    /** `prefix`: that of the flow's token, where it is at hand. */
    constructor(own, prefix = prefixOf(own)) {
        this.#own = own;
        this.#prefix = prefix;
    }
    /** Searches one stream. */
    listen(place, where) {
        const scanner = new TokenScanner(this.#prefix, (met) => {
            this.#meet(met, place, where);
        });
        this.#open.push(scanner);
        return scanner;
    }
    /** Searches a short text. */
    text(text, place, where) {
        if (!text.includes('fg-'))
            return;
        const scanner = this.listen(place, where);
        scanner.data(new TextEncoder().encode(text));
        scanner.end();
    }
    /** Not all could be searched. */
    missed() {
        this.#missed = true;
    }
    /** When all its streams are over. */
    seen() {
        for (const scanner of this.#open) {
            scanner.end();
            if (scanner.skipped > 0)
                this.#missed = true;
        }
        this.#open.length = 0;
        if (this.#others === undefined && !this.#missed)
            return this.#hasOwn ? OWN_SEEN : NOTHING_SEEN;
        return { own: this.#hasOwn, others: this.#others ?? [], count: this.#count, missed: this.#missed };
    }
    #meet({ token, at, context, last }, place, where) {
        if (token === this.#own)
            this.#hasOwn = true;
        if (token.startsWith(this.#own) || (last && this.#own.startsWith(token)))
            return;
        const key = `${token} ${place} ${where ?? ''}`;
        const known = (this.#known ??= new Set());
        if (known.has(key) || known.size === TOLD_APART)
            return;
        known.add(key);
        this.#count += 1;
        const others = (this.#others ??= []);
        if (others.length >= KEPT)
            return;
        const offset = place === 'return value' || place === 'file name' ? {} : { at };
        others.push({ token, place, ...(where === undefined ? {} : { where }), ...offset, context: context() });
    }
}

;// CONCATENATED MODULE: ./build/src/scenarios/host-slowdown.js
/**
 * Makes the flows of a host longer by a share of themselves, as if all of the module's code were that much slower. When
 * a flow is through, the host burns so much of what it has worked since a flow was through before: whose work it was in
 * one event loop nobody knows, but all of them together are slowed by as much as was asked for. Then the flow waits for
 * what is missing to so much of its own time, in which what was burnt for others meanwhile does not count.
 */
class HostSlowdown {
    #share;
    #ports;
    /** ms of work that is accounted for; undefined before the first flow. */
    #accounted;
    /** ms burnt in all. */
    #burnt = 0;
    /** @param share 0 or more: 0.05 for 5% */
    constructor(share, ports) {
        this.#share = share;
        this.#ports = ports;
    }
    /** To be called when a flow starts; what it gives, when that flow is through: it resolves when the flow may end. */
    begin() {
        const { now, worked } = this.#ports;
        this.#accounted ??= worked();
        const startedAt = now();
        const burntBefore = this.#burnt;
        return () => {
            const own = now() - startedAt - (this.#burnt - burntBefore);
            this.#burn();
            return this.#wait(startedAt + own * (1 + this.#share) - now());
        };
    }
    #burn() {
        const { now, worked } = this.#ports;
        const before = worked();
        const from = now();
        const until = from + this.#share * (before - (this.#accounted ?? before));
        while (now() < until)
            ;
        this.#burnt += now() - from;
        this.#accounted = worked();
    }
    #wait(ms) {
        if (ms <= 0)
            return Promise.resolve();
        return new Promise((resolve) => {
            this.#ports.after(ms, resolve);
        });
    }
}

;// CONCATENATED MODULE: ./build/src/scenarios/search-value.js
/** Values looked at in what a flow returns, and characters of all of its texts together. */
const MOST_VALUES = 10_000;
const MOST_CHARACTERS = 1024 * 1024;
/**
 * Looks for tokens in a text, or in the texts and keys of what JSON could hold: arrays and plain objects. Of anything
 * else that a flow may return (a response, a connection, a map that all share) it is no business of ours what is in it.
 */
function searchValue(value, canary) {
    const open = [[value, '']];
    let values = 0;
    let characters = 0;
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const [each, path] = next;
        const children = typeof each === 'string' ? [] : childrenOf(each);
        values += 1 + children.length;
        if (typeof each === 'string')
            characters += each.length;
        if (values > MOST_VALUES || characters > MOST_CHARACTERS) {
            canary.missed();
            return;
        }
        if (typeof each === 'string')
            canary.text(each, 'return value', path);
        for (const [key, child] of children.toReversed()) {
            const below = Array.isArray(each) ? `${path}[${key}]` : `${path}.${key}`;
            if (!Array.isArray(each))
                canary.text(key, 'return value', `${path} (key)`);
            open.push([child, below]);
        }
    }
}
/** A getter or a proxy of the module's may throw: then nothing is returned that could be read. */
function childrenOf(value) {
    try {
        return isPlain(value) ? Object.entries(value) : [];
    }
    catch {
        return [];
    }
}
function isPlain(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    if (Array.isArray(value))
        return true;
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
}

;// CONCATENATED MODULE: external "node:v8"
const external_node_v8_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:v8");
;// CONCATENATED MODULE: ./build/src/scenarios/shared-value.js



/** Characters of what could not be cloned: it may be the text of a whole function. */
const LONGEST = 100;
/**
 * What setup returned, as text that can be handed from host to host: the structured clone of HTML, so that dates, maps,
 * sets and buffers arrive as what they were. Throws if something in it is no data.
 */
function packShared(shared) {
    try {
        return (0,external_node_v8_namespaceObject.serialize)(shared).toString('base64');
    }
    catch (thrown) {
        const what = messageOf(thrown).replaceAll(/\s+/g, ' ').slice(0, LONGEST);
        throw new Error('what setup returned can not be handed to the other threads or processes: return data (structured clone) and ' +
            `open connections in the module or in the flow, or write isolate: none (${what})`, { cause: thrown });
    }
}
function unpackShared(packed) {
    return (0,external_node_v8_namespaceObject.deserialize)(external_node_buffer_namespaceObject.Buffer.from(packed, 'base64'));
}

;// CONCATENATED MODULE: ./build/src/scenarios/module-host.js







const HOOKS = ['setup', 'verify', 'teardown'];
/** Lives in the host process: runs a module's flows, all concurrently, and says how each went. */
class ModuleHost {
    #ports;
    #aborts = new Map();
    #module;
    #canaries = false;
    #slowdown;
    #context = { shared: undefined, seed: 0, options: {} };
    constructor(ports) {
        this.#ports = ports;
    }
    handle(message) {
        switch (message.type) {
            case 'load':
                void this.#load(message);
                break;
            case 'setup':
                void this.#hook('setup', async (module) => {
                    const shared = await module.setup?.(this.#context);
                    this.#context = { ...this.#context, shared };
                    return message.share === true ? { shared: packShared(shared) } : {};
                });
                break;
            case 'share':
                this.#context = { ...this.#context, shared: unpackShared(message.shared) };
                break;
            case 'verify':
                void this.#hook('verify', async (module) => {
                    await module.verify?.({ ...this.#context, ...message.run });
                    return undefined;
                });
                break;
            case 'teardown':
                void this.#hook('teardown', async (module) => {
                    await module.teardown?.(this.#context);
                    return undefined;
                });
                break;
            case 'start':
                this.#start(message);
                break;
            case 'abort':
                this.#aborts.get(message.token)?.abort(new Error(message.reason));
                break;
            case 'ping':
                this.#ports.send({ type: 'pong' });
                break;
        }
    }
    async #load(message) {
        const { module: name, options, seed, canaries, slowdown } = message;
        this.#canaries = canaries === true;
        this.#slowdown = slowdown === undefined ? undefined : new HostSlowdown(slowdown, this.#ports);
        try {
            const loaded = await this.#ports.importModule(name);
            const module = asFlowModule(loaded);
            this.#module = module;
            this.#context = { shared: undefined, seed, options };
            this.#ports.send({ type: 'loaded', hooks: HOOKS.filter((hook) => module[hook] !== undefined) });
        }
        catch (thrown) {
            this.#ports.send({ type: 'loaded', hooks: [], error: errorOf(thrown) });
        }
    }
    /**
     * One synchronous loop over flows that are ready to run: the start barrier of one host. Those of several hosts share
     * the instant `at`.
     */
    #start({ flows, at }) {
        const runs = flows.map((flow) => this.#prepare(flow));
        const start = () => {
            for (const run of runs)
                void run();
        };
        const { now, after } = this.#ports;
        if (at === undefined)
            start();
        else
            after(Math.max(0, at - now()), start);
    }
    async #hook(hook, call) {
        try {
            const answer = (await call(this.#loaded())) ?? {};
            this.#ports.send({ type: 'done', hook, ...answer });
        }
        catch (thrown) {
            this.#ports.send({ type: 'done', hook, error: errorOf(thrown) });
        }
    }
    #prepare(flow) {
        const canary = this.#canaries ? new FlowCanary(flow.token) : undefined;
        const output = newFlowOutput(canary);
        const steps = [];
        const abort = new AbortController();
        this.#aborts.set(flow.token, abort);
        const context = this.#contextOf(flow, steps, abort.signal);
        return () => this.#run(context, { steps, output, canary });
    }
    async #run(context, { steps, output, canary }) {
        const { now, send, outputs } = this.#ports;
        const { token } = context;
        const startedAt = now();
        const slow = this.#slowdown?.begin();
        let error;
        let returned;
        try {
            returned = await outputs.collect(output, () => this.#loaded().default(context));
        }
        catch (thrown) {
            error = errorOf(thrown);
        }
        if (slow !== undefined && error === undefined)
            await slow();
        const endedAt = now();
        this.#aborts.delete(token);
        if (canary !== undefined)
            searchValue(returned, canary);
        send({
            type: 'ended',
            token,
            flow: {
                startedAt,
                endedAt,
                ...(error === undefined ? {} : { error }),
                steps,
                stdout: output.stdout.excerpt(),
                stderr: output.stderr.excerpt(),
                ...(canary === undefined ? {} : { seen: canary.seen() }),
            },
        });
    }
    #contextOf(flow, steps, signal) {
        const { now } = this.#ports;
        return {
            ...this.#context,
            flow: flow.slot,
            iteration: flow.iteration,
            token: flow.token,
            workspace: flow.workspace,
            signal,
            random: (0,random/* seededRandom */.I)((0,random/* seedOf */.n)(this.#context.seed, flow.iteration)),
            step: async (name, body) => {
                const startedAt = now();
                try {
                    return await body();
                }
                finally {
                    steps.push({ name: textOf(name), startedAt, endedAt: now() });
                }
            },
        };
    }
    #loaded() {
        if (this.#module === undefined)
            throw new Error('the module is not loaded');
        return this.#module;
    }
}
/** What CommonJS code exports arrives as the default export of its namespace. */
function asFlowModule(loaded) {
    const candidates = [loaded, isObject(loaded) ? loaded.default : undefined];
    const module = candidates.find((candidate) => isObject(candidate) && typeof candidate.default === 'function');
    if (module !== undefined)
        return module;
    throw new Error('it has no default export that is a function; write: export default async function flow(ctx) { … }');
}
function isObject(value) {
    return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
/** Plain JavaScript may give anything for a name. */
function textOf(name) {
    return String(name);
}
function errorOf(thrown) {
    const message = messageOf(thrown).split('\n', 1)[0] ?? '';
    // A library may have put something else there.
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return {
        message: message === '' ? 'an error without a message' : message,
        ...(typeof stack === 'string' ? { stack } : {}),
    };
}

;// CONCATENATED MODULE: ./build/src/host.js
/**
 * The host of module flows: real ports in, messages out. Started by flowgate, never by hand; as a process, and as each
 * thread of one.
 */






/** Modules that are shipped in the bundle. */
const BUILT_IN = {
    'flowgate:demo': () => __nccwpck_require__.e(/* import() */ 579).then(__nccwpck_require__.bind(__nccwpck_require__, 579)),
};
function importModule(name) {
    return BUILT_IN[name]?.() ?? importUserModule(name);
}
/** Sends what a flow prints to that flow; what the process prints otherwise goes where it went. */
function divert(stream, outputs) {
    const target = process[stream];
    const write = target.write.bind(target);
    target.write = (chunk, ...rest) => {
        if (!outputs.take(stream, chunk))
            return Reflect.apply(write, target, [chunk, ...rest]);
        const callback = rest.find((argument) => typeof argument === 'function');
        if (callback !== undefined)
            process.nextTick(callback);
        return true;
    };
}
/** A host that says what it has to say by `send`. */
function openHost(send) {
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
function serveAsThread(port) {
    const send = (message) => {
        port.postMessage(message);
    };
    const host = openHost(send);
    port.on('message', (message) => {
        host.handle(message);
    });
    send({ type: 'listening' });
}
function serveAsProcess(script) {
    const send = (message) => {
        // A parent that is gone needs no answer.
        if (process.connected)
            process.send?.(message);
    };
    const host = openHost(send);
    const threads = new HostThreads(script, send);
    process.on('message', (message) => {
        if (isForThreads(message))
            threads.handle(message);
        else
            host.handle(message);
    });
    // Without its parent it has nothing to do.
    process.on('disconnect', () => process.exit());
    send({ type: 'listening' });
}
if (external_node_worker_threads_namespaceObject.isMainThread)
    serveAsProcess(process.argv[1] ?? '');
else if (external_node_worker_threads_namespaceObject.parentPort !== null)
    serveAsThread(external_node_worker_threads_namespaceObject.parentPort);

