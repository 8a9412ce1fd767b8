import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 336:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _watch_end_run_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(753);
/**
 * Ends what a flowgate that was killed has left running. Its guard (system/guard.ts) becomes this program, never
 * started by hand: guard.js LEADER… -- RUN…
 */

const given = process.argv.slice(2);
const end = given.indexOf('--');
await (0,_watch_end_run_js__WEBPACK_IMPORTED_MODULE_0__/* .endRun */ .l)({ leaders: given.slice(0, end).map(Number), runs: given.slice(end + 1) });

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 753:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  l: () => (/* binding */ endRun)
});

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./build/src/lib/identity.js
/** Marks every process of the run in its environment, so that it is known even after it was reparented. */
const MARK = 'FLOWGATE_RUN';
/** Any run's token, in a text. */
const TOKEN = /\bfg-[0-9a-f]{12}-w?\d+\b/g;
/** `count`: the iteration from 1, or for warm-up flows `w` and their number. */
function tokenOf({ run }, count) {
    return `fg-${run}-${count}`;
}
/** The iteration of a token, or undefined for a warm-up flow's or somebody else's. */
function iterationOf({ run }, token) {
    const prefix = `fg-${run}-`;
    const count = token.startsWith(prefix) ? Number(token.slice(prefix.length)) : NaN;
    return Number.isInteger(count) ? count : undefined;
}
/** W3C trace context (https://www.w3.org/TR/trace-context/#traceparent-header): one trace a flow, sampled. */
function traceparentOf({ run }, count) {
    const { traceId, spanId } = traceIds(run, count);
    return `00-${traceId}-${spanId}-01`;
}
/** The trace and the span that TRACEPARENT of the flow of a token named; undefined for what is no token of a counted flow. */
function traceOf(token) {
    const [, run, count] = /^fg-([0-9a-f]{12})-(\d{1,12})$/.exec(token) ?? [];
    return run === undefined ? undefined : traceIds(run, Number(count));
}
function traceIds(run, count) {
    return {
        traceId: run + count.toString(16).padStart(32 - run.length, '0'),
        spanId: (count + 1).toString(16).padStart(16, '0'),
    };
}

;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");
;// CONCATENATED MODULE: ./build/src/lib/errors.js
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
/** What interrupts a run that flowgate itself can not go on with. */
const UNEXPECTED_FAILURE = 'an unexpected failure';

;// CONCATENATED MODULE: ./build/src/system/kill.js


function isGone(thrown) {
    return ['ESRCH', 'EPERM'].includes(codeOf(thrown) ?? '');
}
/** Windows knows no groups: the tree below a process is ended by parentage. */
function taskkill(pids) {
    if (pids.length === 0)
        return;
    (0,external_node_child_process_namespaceObject.spawnSync)('taskkill', ['/T', '/F', ...pids.flatMap((pid) => ['/PID', String(pid)])], { stdio: 'ignore' });
}
/** Sends a signal to a whole process group; nothing happens if it is gone. */
function killGroup(leader, signal) {
    if (process.platform === 'win32') {
        taskkill([leader]);
        return;
    }
    try {
        process.kill(-leader, signal);
    }
    catch (thrown) {
        if (!isGone(thrown))
            throw thrown;
    }
}
/** Ends single processes for good, or sends them another signal; those that are gone are passed over. */
function killPids(pids, signal = 'SIGKILL') {
    if (process.platform === 'win32') {
        taskkill(pids);
        return;
    }
    for (const pid of pids) {
        try {
            process.kill(pid, signal);
        }
        catch (thrown) {
            if (!isGone(thrown))
                throw thrown;
        }
    }
}

;// CONCATENATED MODULE: ./build/src/watch/procfs/parse.js
const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_A = 0x41;
/** Fields after the command: state (3) to exit_code (52) in the numbering of proc_pid_stat(5). */
const FIELDS = 50;
/** env_start came with Linux 3.5; all that we need before it has been there since 2.6. */
const FIELDS_NEEDED = 22;
/**
 * Parses the first `length` bytes of a stat file; undefined if they are none.
 * The command may hold spaces and parentheses, so the numbers start after the *last* closing one. The bytes are read
 * as they are: a string and its split would cost more than the system call.
 */
function parseStat(bytes, length) {
    const opening = bytes.indexOf('(');
    const closing = bytes.lastIndexOf(')', length - 1);
    if (opening < 0 || closing < opening || closing >= length)
        return undefined;
    const fields = parseNumbers(bytes, closing + 4, length);
    if (fields.length < FIELDS_NEEDED - 1)
        return undefined;
    /** By the number of proc_pid_stat(5); 4 is the first number after the state. */
    const field = (number) => fields[number - 4] ?? 0;
    return {
        command: bytes.toString('utf8', opening + 1, closing),
        state: String.fromCharCode(bytes[closing + 2] ?? LETTER_A),
        parent: field(4),
        group: field(5),
        session: field(6),
        faults: field(10) + field(12),
        childFaults: field(11) + field(13),
        userTicks: field(14),
        systemTicks: field(15),
        childUserTicks: field(16),
        childSystemTicks: field(17),
        threads: field(20),
        startTime: field(22),
        virtualSize: field(23),
        residentPages: field(24),
        environStart: field(50),
    };
}
/** Decimal numbers between spaces; addresses above 2^53 lose their last digits, and none of those is used. */
function parseNumbers(bytes, from, to) {
    const numbers = [];
    let value = 0;
    let sign = 1;
    let digits = false;
    for (let index = from; index < to && numbers.length < FIELDS; index++) {
        const byte = bytes[index] ?? SPACE;
        if (byte >= ZERO && byte <= NINE) {
            value = value * 10 + byte - ZERO;
            digits = true;
            continue;
        }
        if (digits)
            numbers.push(sign * value);
        value = 0;
        digits = false;
        sign = byte === MINUS ? -1 : 1;
    }
    if (digits && numbers.length < FIELDS)
        numbers.push(sign * value);
    return numbers;
}
const TAB = 0x09;
/** The kernel writes kB and means 1024 bytes. */
const KIB = 1024;
/**
 * VmRSS and VmHWM of the first `length` bytes of a status file, proc_pid_status(5); undefined for a process that has
 * no memory: a zombie, a kernel thread.
 */
function parseStatusMemory(bytes, length) {
    const text = bytes.subarray(0, length);
    const peak = numberAfter(text, '\nVmHWM:');
    const memory = numberAfter(text, '\nVmRSS:');
    return peak === undefined || memory === undefined
        ? undefined
        : { memory: memory * KIB, peakMemory: peak * KIB };
}
function numberAfter(bytes, key) {
    const start = bytes.indexOf(key, 0, 'latin1');
    if (start < 0)
        return undefined;
    let index = start + key.length;
    while (bytes[index] === SPACE || bytes[index] === TAB)
        index++;
    let value;
    for (;; index++) {
        const byte = bytes[index] ?? 0;
        if (byte < ZERO || byte > NINE)
            return value;
        value = (value ?? 0) * 10 + byte - ZERO;
    }
}
/** The smaller files of /proc. */
const MOST_OF_A_COMMAND = 200;
const NS_PER_MS = 1e6;
/** NUL-separated arguments as one line of at most 200 characters; undefined if there are none (a zombie). */
function parseCommandLine(bytes) {
    const line = bytes.toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ').trim();
    return line === '' ? undefined : line.slice(0, MOST_OF_A_COMMAND);
}
/** The program alone: `postgres` of `postgres: writer process`, and of `/usr/lib/postgresql/17/bin/postgres -D …`. */
function parseProgram(bytes) {
    const [program = ''] = (parseCommandLine(bytes) ?? '').split(/\s|:(?=\s|$)/);
    return program.slice(program.lastIndexOf('/') + 1) || undefined;
}
/** The value of a variable in a NUL-separated environment; the first one counts, as for getenv(3). */
function environmentValue(bytes, name) {
    const key = Buffer.from(`${name}=`);
    for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
        if (at > 0 && bytes[at - 1] !== 0)
            continue;
        const end = bytes.indexOf(0, at);
        return bytes.toString('utf8', at + key.length, end < 0 ? bytes.length : end);
    }
    return undefined;
}
/**
 * The pid that was given out last, from /proc/loadavg: as long as it is the same, no process was born, nor a thread.
 * Undefined if the text is not as expected.
 */
function parseLastPid(loadavg) {
    const last = /\s(\d+)\s*$/.exec(loadavg)?.[1];
    return last === undefined ? undefined : Number(last);
}
/** ms of CPU from /proc/PID/schedstat: its first number is ns (Documentation/scheduler/sched-stats). */
function parse_parseSchedstat(text) {
    const ns = /^\d+/.exec(text)?.[0];
    return ns === undefined ? undefined : Number(ns) / NS_PER_MS;
}
/** AT_PAGESZ and AT_CLKTCK of getauxval(3). */
const PAGE_SIZE = 6n;
const CLOCK_TICKS = 17n;
/**
 * For want of the auxiliary vector. USER_HZ is 100 on every architecture that Node runs on: it is fixed by the kernel's
 * interface (include/asm-generic/param.h) and has nothing to do with CONFIG_HZ; only alpha and ia64 had 1024.
 */
const USUAL = { pageSize: 4096, ticksPerSecond: 100 };
/** Parses /proc/self/auxv: pairs of 64-bit words, in the machine's byte order. */
function parseAuxiliaryVector(bytes, littleEndian) {
    const found = new Map();
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
        const word = (offset) => littleEndian ? bytes.readBigUInt64LE(at + offset) : bytes.readBigUInt64BE(at + offset);
        found.set(word(0), Number(word(8)));
    }
    return {
        pageSize: found.get(PAGE_SIZE) ?? USUAL.pageSize,
        ticksPerSecond: found.get(CLOCK_TICKS) ?? USUAL.ticksPerSecond,
    };
}

;// CONCATENATED MODULE: ./build/src/watch/procfs/reader.js


/** ms of CPU by thread; empty where the kernel does not tell it, or the process is gone. */
function timesOfThreads(pid) {
    const times = new Map();
    for (const thread of threadsOf(pid)) {
        const text = readOrUndefined(`/proc/${pid}/task/${thread}/schedstat`)?.toString('latin1');
        const time = text === undefined ? undefined : parseSchedstat(text);
        if (time !== undefined)
            times.set(thread, time);
    }
    return times;
}
function threadsOf(pid) {
    try {
        return readdirSync(`/proc/${pid}/task`);
    }
    catch {
        return [];
    }
}
/** The whole file; undefined if it is gone or not ours to read. */
function readOrUndefined(path) {
    try {
        return (0,external_node_fs_namespaceObject.readFileSync)(path);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/src/watch/end-run.js






/** ms between two looks; how many in a row must find nothing; and how many there are at most. */
const LOOK_EVERY = 20;
const QUIET_LOOKS = 3;
const MOST_LOOKS = 500;
/**
 * Ends every process of a run whose flowgate was killed: the groups that it knew, what is below their leaders, whichever
 * group or session it has moved to, and what carries the run's mark. The leaders go last: launchers and hosts adopt the
 * orphans of their flows, which are found below them only while they live.
 */
async function endRun({ leaders, runs }) {
    killPids(leaders, 'SIGSTOP');
    await endAll(() => abandoned({ leaders, runs }).filter((pid) => !leaders.includes(pid)));
    for (const leader of leaders)
        killGroup(leader, 'SIGKILL');
    await endAll(() => abandoned({ leaders: [], runs }));
}
async function endAll(find) {
    for (let looks = 0, quiet = 0; quiet < QUIET_LOOKS && looks < MOST_LOOKS; looks += 1) {
        const found = find();
        killPids(found);
        quiet = found.length === 0 ? quiet + 1 : 0;
        await (0,promises_namespaceObject.setTimeout)(LOOK_EVERY);
    }
}
/** The living below the leaders, those that carry a mark, and what is below these. Empty where there is no /proc. */
function abandoned({ leaders, runs }) {
    const seen = processes();
    const family = new Set(leaders);
    for (const { pid } of seen)
        if (isMarked(pid, runs))
            family.add(pid);
    for (let size = -1; size !== family.size;) {
        size = family.size;
        for (const { pid, parent } of seen)
            if (family.has(parent))
                family.add(pid);
    }
    return seen.filter(({ pid, ended }) => family.has(pid) && !ended).map(({ pid }) => pid);
}
function processes() {
    return namesOfProc().flatMap((name) => {
        const bytes = /^\d+$/.test(name) ? readOrUndefined(`/proc/${name}/stat`) : undefined;
        const stat = bytes === undefined ? undefined : parseStat(bytes, bytes.length);
        const pid = Number(name);
        if (stat === undefined || pid === process.pid)
            return [];
        return [{ pid, parent: stat.parent, ended: stat.state === 'Z' || stat.state === 'X' }];
    });
}
function namesOfProc() {
    try {
        return (0,external_node_fs_namespaceObject.readdirSync)('/proc');
    }
    catch {
        return [];
    }
}
function isMarked(pid, runs) {
    const environment = readOrUndefined(`/proc/${pid}/environ`);
    const mark = environment === undefined ? undefined : environmentValue(environment, MARK);
    return mark !== undefined && runs.includes(mark);
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
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
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
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(336);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
