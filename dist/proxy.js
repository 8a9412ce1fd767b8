/******/ (() => { // webpackBootstrap
/******/ 	"use strict";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = require("node:events");
;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = require("node:net");
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

;// CONCATENATED MODULE: ./build/src/lib/random.js
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

;// CONCATENATED MODULE: ./build/src/model/network-fault.js
/** What is done to the network between the flows and something that they depend on, and what was done. */
/** Downstream is from the dependency to the client: its answers. */
const DIRECTIONS = (/* unused pure expression or super */ null && (['downstream', 'upstream', 'both']));
/** `127.0.0.1:5432`, `[::1]:5432` */
function formatEndpoint({ host, port }) {
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

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

;// CONCATENATED MODULE: ./build/src/faults/network/lane.js

/** First in, first out, in constant time: an array's own shift moves all that is left of a long one. */
class Fifo {
    #items = [];
    #head = 0;
    get first() {
        return this.#items[this.#head];
    }
    push(item) {
        this.#items.push(item);
    }
    shift() {
        this.#head += 1;
        if (this.#head * 2 < this.#items.length)
            return;
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
    }
    /** Puts another one in the place of the first. */
    replaceFirst(item) {
        this.#items[this.#head] = item;
    }
}
/** The step of a timer, in ms: what is due within it is sent now. Waiting for it would take one to two. */
const EARLY = 1;
/**
 * Bytes that one direction of a connection holds before its source is left unread, and the other side has to wait. With
 * latency it is what is under way: 4 MiB are 20 MB a second at 200 ms.
 */
const HOLDS = 256 * 1024;
const HOLDS_WITH_LATENCY = 4 * 1024 * 1024;
/** What a chunk takes beside its bytes, roughly. */
const CHUNK = 256;
/**
 * One direction of a connection. What comes waits in the backlog for the blackhole to end and for the link to be free,
 * then goes along the line, which is as long as the latency:
 *
 *   source → backlog → link → line → sink
 */
class Lane {
    #toxics;
    #world;
    #ends;
    #links;
    #backlog = new Fifo();
    #line = new Fifo();
    #holds;
    #held = 0;
    #lastDue = -Infinity;
    /** Of the present burst; undefined before its first chunk. */
    #delay;
    /** Since when the way has been open again after a blackhole. */
    #openSince = -Infinity;
    #paused = false;
    #full = false;
    #end = 'none';
    #timer;
    constructor(toxics, ends, world) {
        this.#toxics = toxics;
        this.#ends = ends;
        this.#world = world;
        this.#links = toxics.bandwidths.map(({ toxic }) => ({ toxic, link: new Link(toxic.rate) }));
        this.#holds = toxics.latencies.length > 0 ? HOLDS_WITH_LATENCY : HOLDS;
    }
    /** The connection has changed its direction: what comes now is another burst, with a delay of its own. */
    turn() {
        this.#delay = undefined;
    }
    push(chunk) {
        const run = this.#world.at();
        if (this.#isHeld(run))
            this.#world.onFault('blackhole');
        this.#backlog.push({ chunk, at: this.#world.clock.now() });
        this.#held += chunk.length + CHUNK;
        this.pump();
        if (this.#held > this.#holds && !this.#paused) {
            this.#paused = true;
            this.#ends.pause();
        }
    }
    /** The source has said that nothing more comes. */
    end() {
        if (this.#end === 'none')
            this.#end = 'waiting';
        this.pump();
    }
    drained() {
        this.#full = false;
        this.pump();
    }
    close() {
        this.#end = 'done';
        this.#timer?.cancel();
    }
    /** Moves on what can be moved now, and wakes for the rest. */
    pump() {
        this.#timer?.cancel();
        this.#timer = undefined;
        if (this.#end === 'done' || this.#end === 'closing')
            return;
        const now = this.#world.clock.now();
        const run = this.#world.at();
        if (this.#isHeld(run)) {
            this.#openSince = Infinity;
            this.#wakeAt(this.#edgeOf(this.#toxics.blackholes, now, run), now);
            return;
        }
        if (this.#openSince === Infinity)
            this.#openSince = now;
        const freeAt = this.#transmit(now, run);
        this.#deliver(now);
        this.#resume();
        const due = this.#full ? undefined : this.#line.first?.due;
        const next = Math.min(freeAt ?? Infinity, due ?? Infinity);
        if (next < Infinity)
            this.#wakeAt(next, now);
        else if (this.#end === 'waiting' && this.#isEmpty())
            this.#close(run);
    }
    /** Backlog to line. Gives when the link is free for what is left. */
    #transmit(now, run) {
        for (let head = this.#backlog.first; head !== undefined; head = this.#backlog.first) {
            const narrowest = this.#linkAt(run);
            if (narrowest !== undefined && narrowest.freeAt > now + EARLY) {
                const edge = this.#edgeOf(this.#toxics.bandwidths, now, run) ?? Infinity;
                return Math.min(narrowest.freeAt, edge);
            }
            const since = Math.max(head.at, this.#openSince);
            const size = Math.min(head.chunk.length, narrowest?.slice ?? Infinity);
            const slice = head.chunk.subarray(0, size);
            if (size < head.chunk.length) {
                this.#backlog.replaceFirst({ chunk: head.chunk.subarray(size), at: head.at });
                this.#held += CHUNK;
            }
            else
                this.#backlog.shift();
            if (narrowest !== undefined)
                this.#world.onFault('bandwidth', narrowest.rate);
            this.#lay(slice, narrowest?.transmit(size, since) ?? since, run);
        }
        return undefined;
    }
    #lay(chunk, sentAt, run) {
        if (this.#line.first === undefined)
            this.#delay = undefined;
        this.#delay ??= this.#drawDelay(run);
        if (this.#delay > 0)
            this.#world.onFault('latency', this.#delay);
        // What was sent first arrives first, whatever its delay.
        this.#lastDue = Math.max(this.#lastDue, sentAt + this.#delay);
        this.#line.push({ chunk, due: this.#lastDue });
    }
    #deliver(now) {
        for (let head = this.#line.first; head !== undefined && !this.#full; head = this.#line.first) {
            if (head.due > now + EARLY)
                return;
            this.#line.shift();
            this.#held -= head.chunk.length + CHUNK;
            this.#full = !this.#ends.write(head.chunk);
        }
    }
    #resume() {
        if (!this.#paused || this.#held > this.#holds / 2)
            return;
        this.#paused = false;
        this.#ends.resume();
    }
    /** Passes the end on, late if it is to be slow. */
    #close(run) {
        const active = this.#toxics.slowCloses.filter((met) => isActive(met, run));
        const delay = active.reduce((sum, { toxic }) => sum + toxic.delay, 0);
        const finish = () => {
            this.#end = 'done';
            this.#ends.end();
        };
        if (delay === 0) {
            finish();
            return;
        }
        this.#end = 'closing';
        this.#world.onFault('slow_close', delay);
        this.#timer = this.#world.clock.timer(delay, finish);
    }
    #drawDelay(run) {
        return this.#toxics.latencies
            .filter((met) => isActive(met, run))
            .reduce((sum, { toxic, random }) => sum + drawDelay(toxic, random), 0);
    }
    #linkAt(run) {
        const active = this.#links.filter((met) => isActive(met, run)).map(({ link }) => link);
        return active.reduce((narrowest, link) => (narrowest !== undefined && narrowest.rate <= link.rate ? narrowest : link), undefined);
    }
    #isHeld(run) {
        return this.#toxics.blackholes.some((met) => isActive(met, run));
    }
    #isEmpty() {
        return this.#backlog.first === undefined && this.#line.first === undefined;
    }
    /** When, on the clock, one of the toxics begins or ends. */
    #edgeOf(met, now, run) {
        if (run === undefined)
            return undefined;
        const edges = met.map(({ toxic }) => nextEdge(toxic.during, run) ?? Infinity);
        const next = Math.min(...edges);
        return Number.isFinite(next) ? now + next - run : undefined;
    }
    #wakeAt(time, now) {
        if (time === undefined)
            return;
        this.#timer = this.#world.clock.timer(Math.max(1, Math.round(time - now)), () => {
            this.pump();
        });
    }
}
/** Faults are injected, and this one is in its window. */
function isActive({ toxic }, run) {
    return run !== undefined && isWithin(toxic.during, run);
}
/** Bytes are sent in slices of this long, in ms: short against what a client notices, long against a timer's step. */
const SLICE = 10;
const SMALLEST_SLICE = 256;
/**
 * A line of limited rate, as a token bucket without a burst: a slice is through when its last byte is, and the next one
 * begins then. It is a function of time, so that a timer that fires late takes nothing from the rate.
 */
class Link {
    /** Bytes a second. */
    rate;
    /** Bytes that are sent as one. */
    slice;
    #freeAt = -Infinity;
    constructor(rate) {
        this.rate = rate;
        this.slice = Math.max(SMALLEST_SLICE, Math.floor((rate * SLICE) / 1000));
    }
    /** When the next slice can begin, in ms. */
    get freeAt() {
        return this.#freeAt;
    }
    /** Sends bytes that have been there since `since`; gives when the last of them is through. */
    transmit(bytes, since) {
        this.#freeAt = Math.max(this.#freeAt, since) + (bytes / this.rate) * 1000;
        return this.#freeAt;
    }
}
/**
 * The toxics of the plan that the n-th connection (from 1) meets. One number is drawn for each toxic whatever its
 * probability is, so that changing one leaves the others as they were.
 */
function toxicsMet({ toxics }, seed, connection) {
    const own = seedOf(seed, connection);
    const random = seededRandom(own);
    return toxics
        .map((toxic, index) => ({ toxic, luck: random(), random: seededRandom(seedOf(own, index + 1)) }))
        .filter(({ toxic, luck }) => luck < toxic.probability)
        .map(({ toxic, random: ofToxic }) => ({ toxic, random: ofToxic }));
}
/** Those of one kind. */
function ofKind(met, kind) {
    return met.filter(({ toxic }) => toxic.kind === kind);
}
/**
 * A delay in ms, drawn evenly between mean − jitter and mean + jitter, as toxiproxy and tc netem have it. The jitter is
 * at most the mean. `random`: uniform in [0, 1).
 */
function drawDelay({ mean, jitter }, random) {
    return mean + (2 * random() - 1) * jitter;
}
/** Whether an instant (ms from the start of the run) lies in one of the windows; always without windows. */
function isWithin(windows, at) {
    return windows?.some((window) => window.from <= at && at < endOf(window)) ?? true;
}
/** The first instant after `at` at which a window begins or ends; undefined if there is none. */
function nextEdge(windows, at) {
    const edges = (windows ?? []).flatMap((window) => [window.from, endOf(window)]);
    const next = Math.min(...edges.filter((edge) => edge > at));
    return Number.isFinite(next) ? next : undefined;
}
function endOf({ to }) {
    return to ?? Infinity;
}

;// CONCATENATED MODULE: ./build/src/faults/network/connection.js



/** Bytes from the beginning of each direction in which a canary is looked for. */
const LOOKED_AT = 8 * 1024;
/** Longer than a canary with an iteration of ten digits: what may be the beginning of one that a chunk cuts in two. */
const TAIL = 32;
/** What every canary begins with: looking for it costs next to nothing where there is none. */
const CANARY = 'fg-';
/** A request and its answer, as far as a connection shows them: from one turn to the client's next. */
class Exchange {
    #faults = new Map();
    #looking = { client: looking(), upstream: looking() };
    #token;
    has(kind) {
        return this.#faults.has(kind);
    }
    add(fault) {
        if (this.#token !== undefined)
            fault.token = this.#token;
        this.#faults.set(fault.kind, fault);
    }
    /** Looks whose exchange it is; the faults that it has met already are told as well. */
    look(side, chunk) {
        const at = this.#looking[side];
        // What the client has said of itself is not changed by what it is answered.
        if (at.done || (side === 'upstream' && this.#token !== undefined))
            return;
        const bytes = Buffer.concat([at.tail, chunk]);
        const found = canaryIn(bytes);
        at.bytes += chunk.length;
        at.tail = bytes.subarray(-TAIL);
        at.done = found?.whole === true || at.bytes >= LOOKED_AT;
        if (found === undefined)
            return;
        this.#token = found.token;
        for (const fault of this.#faults.values())
            fault.token = found.token;
    }
}
function looking() {
    return { bytes: 0, tail: Buffer.alloc(0), done: false };
}
/** `whole`: it can not go on in the next chunk. */
function canaryIn(bytes) {
    const from = bytes.indexOf(CANARY);
    if (from < 0)
        return undefined;
    const text = bytes.toString('latin1', from);
    const token = text.match(TOKEN)?.[0];
    return token === undefined ? undefined : { token, whole: !text.endsWith(token) };
}
/** ms that a connection is kept in a blackhole after its client has said that it sends no more: most are gone then. */
const ABANDONED = 30_000;
/** A client's connection and the one to the upstream that belongs to it, with what it meets. */
class NetworkConnection {
    #options;
    #world;
    /** By the side that sends. */
    #lanes;
    #resets;
    #timers = [];
    #exchange = new Exchange();
    #sender;
    #resetIsDue = false;
    #over = false;
    constructor(options, world) {
        this.#options = options;
        this.#world = world;
        this.#resets = ofKind(options.met, 'reset');
        this.#lanes = { client: this.#laneFrom('client'), upstream: this.#laneFrom('upstream') };
    }
    receive(side, chunk) {
        if (this.#over)
            return;
        if (side !== this.#sender)
            this.#turn(side);
        this.#exchange.look(side, chunk);
        this.#considerReset();
        if (!this.#isOver())
            this.#lanes[side].push(chunk);
    }
    /** That side sends no more; the other may. */
    ended(side) {
        if (this.#over)
            return;
        this.#lanes[side].end();
        if (side === 'client' && this.#isLostForGood()) {
            this.#after(ABANDONED, () => {
                this.reset();
            });
        }
    }
    /** That side can be written to again. */
    drained(side) {
        this.#lanes[side === 'client' ? 'upstream' : 'client'].drained();
    }
    /** What is in force has changed. */
    stir() {
        this.#lanes.client.pump();
        this.#lanes.upstream.pump();
    }
    /** Resets both sides, as a fault of this kind. */
    cut(kind, amount) {
        if (this.#over)
            return;
        this.#record(kind, amount);
        this.reset();
    }
    reset() {
        this.close();
        this.#options.ends.client.reset();
        this.#options.ends.upstream.reset();
    }
    /** Nothing more happens on it. */
    close() {
        this.#over = true;
        this.#lanes.client.close();
        this.#lanes.upstream.close();
        for (const timer of this.#timers)
            timer.cancel();
    }
    #turn(side) {
        if (side === 'client' && this.#sender === 'upstream')
            this.#exchange = new Exchange();
        this.#sender = side;
        this.#lanes[side].turn();
    }
    #considerReset() {
        if (this.#resetIsDue)
            return;
        const run = this.#world.at();
        const reset = this.#resets.find((met) => isActive(met, run))?.toxic;
        if (reset === undefined)
            return;
        this.#resetIsDue = true;
        if (reset.after === 0)
            this.cut('reset');
        else {
            this.#after(reset.after, () => {
                // The next wave is a clean one.
                if (this.#world.at() === undefined)
                    this.#resetIsDue = false;
                else
                    this.cut('reset', reset.after);
            });
        }
    }
    /** A method, because what is called in between may have ended it. */
    #isOver() {
        return this.#over;
    }
    #isLostForGood() {
        const run = this.#world.at();
        return ofKind(this.#options.met, 'blackhole').some((met) => run !== undefined && isActive(met, run) && nextEdge(met.toxic.during, run) === undefined);
    }
    #laneFrom(side) {
        const { met, ends } = this.#options;
        const { clock, at } = this.#world;
        const other = side === 'client' ? ends.upstream : ends.client;
        const laneEnds = {
            write: (chunk) => other.write(chunk),
            end: () => {
                other.end();
            },
            pause: () => {
                ends[side].pause();
            },
            resume: () => {
                ends[side].resume();
            },
        };
        return new Lane(toxicsOf(side, met), laneEnds, {
            clock,
            at,
            onFault: (kind, amount) => {
                this.#record(kind, amount);
            },
        });
    }
    /** Once for each kind and exchange: a flow that was hit, not each of its bytes. */
    #record(kind, amount) {
        if (this.#exchange.has(kind))
            return;
        const { plan, number, clientPort } = this.#options;
        const fault = {
            kind,
            listen: formatEndpoint(plan.listen),
            upstream: formatEndpoint(plan.upstream),
            at: this.#world.at() ?? 0,
            connection: number,
            clientPort,
            amount,
        };
        this.#exchange.add(fault);
        this.#world.log.add(fault);
    }
    #after(ms, callback) {
        this.#timers.push(this.#world.clock.timer(ms, callback));
    }
}
function toxicsOf(side, met) {
    const own = side === 'client' ? 'upstream' : 'downstream';
    const inDirection = ({ toxic }) => toxic.direction === own || toxic.direction === 'both';
    return {
        latencies: ofKind(met, 'latency').filter(inDirection),
        bandwidths: ofKind(met, 'bandwidth').filter(inDirection),
        slowCloses: ofKind(met, 'slow_close').filter(inDirection),
        blackholes: ofKind(met, 'blackhole'),
    };
}

;// CONCATENATED MODULE: ./build/src/faults/network/log.js
/** Faults that wait to be taken: whoever runs flows takes them long before. */
const MOST_FRESH = 100_000;
/** What the proxies injected: each fault until it is taken, and the exact numbers of all. */
class NetworkLog {
    /** ms from the zero of the record's clock to the instant at which injecting began. */
    shift = 0;
    #fresh = [];
    #counts = new Map();
    #notes = new Map();
    #accepted = 0;
    accepted() {
        this.#accepted += 1;
    }
    add(fault) {
        fault.at += this.shift;
        increase(this.#counts, fault.kind);
        if (this.#fresh.length < MOST_FRESH)
            this.#fresh.push(fault);
    }
    /** Every fault since the last call, as far as it is known. */
    take() {
        const taken = this.#fresh.map((fault) => ({ ...fault }));
        this.#fresh = [];
        return taken;
    }
    /** Something that went wrong without our doing, which may happen many times. */
    note(text) {
        increase(this.#notes, text);
    }
    report() {
        return {
            counts: Object.fromEntries(this.#counts),
            connections: this.#accepted,
            notes: [...this.#notes].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
        };
    }
}
function increase(map, key) {
    map.set(key, (map.get(key) ?? 0) + 1);
}

;// CONCATENATED MODULE: ./build/src/faults/network/proxy.js








/** Proxies in this very process. A run has them in one of their own: see process.ts. */
function tcpProxies(clock) {
    return async (plans, { seed }) => {
        const log = new NetworkLog();
        let zero;
        const at = () => (zero === undefined ? undefined : clock.now() - zero);
        const proxies = await openAll(plans, (plan, index) => TcpProxy.open(plan, { clock, at, log }, seedOf(seed, index + 1)));
        const injectFrom = async (instant) => {
            zero = instant;
            await Promise.all(proxies.map((proxy) => proxy.stir()));
        };
        return {
            arm: (instant, origin = instant) => {
                log.shift = instant - origin;
                return injectFrom(instant);
            },
            disarm: () => injectFrom(undefined),
            take: () => Promise.resolve(log.take()),
            report: () => Promise.resolve(log.report()),
            close: async () => {
                await Promise.all(proxies.map((proxy) => proxy.close()));
            },
            failed: new Promise(() => undefined),
        };
    };
}
/** All of them or none; every one that can not be opened is named. */
async function openAll(plans, open) {
    const results = await Promise.allSettled(plans.map(open));
    const proxies = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const problems = results.flatMap((result, index) => {
        const listen = plans[index]?.listen;
        if (result.status === 'fulfilled' || listen === undefined)
            return [];
        return [{ where: `faults.network[${index}].listen`, message: whyNot(result.reason, listen) }];
    });
    if (problems.length === 0)
        return proxies;
    await Promise.all(proxies.map((proxy) => proxy.close()));
    throw new UserError(problems);
}
function whyNot(thrown, { host, port }) {
    const code = codeOf(thrown) ?? '';
    if (code === 'EADDRINUSE') {
        return (`port ${port} of ${host} is in use; end the process that listens on it, ` +
            'or choose another port here and where the flows connect');
    }
    if (code === 'EACCES')
        return `port ${port} of ${host} may not be listened on; choose one from 1024 up`;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
        return `${host} is no address of this machine; leave it out for 127.0.0.1, or write 0.0.0.0:${port} for all`;
    }
    return `can not listen on port ${port} of ${host}: ${messageOf(thrown)}`;
}
/** One entry of `faults.network`: listens, and passes on to the upstream with what each connection meets. */
class TcpProxy {
    #plan;
    #world;
    #seed;
    #connections = new Set();
    #sockets = new Set();
    #inForce = new Map();
    #accepted = 0;
    #door;
    #timer;
    constructor(plan, world, seed) {
        this.#plan = plan;
        this.#world = world;
        this.#seed = seed;
    }
    /** Rejects with the system's error if it can not listen. */
    static async open(plan, world, seed) {
        const proxy = new TcpProxy(plan, world, seed);
        const listen = formatEndpoint(plan.listen);
        proxy.#door = await TcpDoor.open(plan.listen, {
            connection: (socket) => {
                proxy.#accept(socket);
            },
            taken: () => {
                world.log.note(`another process took ${listen} while it was refused; it was waited for`);
            },
        });
        return proxy;
    }
    /** What is in force has changed: by the time, or because injecting has begun or ended. */
    async stir() {
        this.#timer?.cancel();
        const run = this.#world.at();
        const over = this.#turnOutages(run);
        for (const connection of this.#connections)
            connection.stir();
        if (run !== undefined)
            this.#stirAtNextEdge(run);
        await (this.#inForce.size > 0 ? this.#door?.shut() : this.#door?.reopen());
        for (const { fault, beganAt } of over)
            fault.until = fault.at + this.#world.clock.now() - beganAt;
    }
    /** Resolves when every socket is closed. */
    async close() {
        this.#timer?.cancel();
        const shut = this.#door?.shut();
        for (const connection of this.#connections)
            connection.reset();
        const open = [...this.#sockets].filter((socket) => !socket.closed);
        await Promise.all(open.map((socket) => (0,external_node_events_namespaceObject.once)(socket, 'close')));
        await shut;
    }
    /** Begins and ends them; gives those that are over. */
    #turnOutages(run) {
        const over = [];
        for (const outage of this.#plan.outages) {
            const active = run !== undefined && isWithin(outage.during, run);
            const begun = this.#inForce.get(outage);
            if (active && begun === undefined)
                this.#begin(outage, run);
            if (active || begun === undefined)
                continue;
            this.#inForce.delete(outage);
            over.push(begun);
        }
        return over;
    }
    #begin(outage, run) {
        const { listen, upstream } = this.#plan;
        const fault = {
            kind: outage.kind,
            listen: formatEndpoint(listen),
            upstream: formatEndpoint(upstream),
            at: run,
        };
        this.#inForce.set(outage, { fault, beganAt: this.#world.clock.now() });
        this.#world.log.add(fault);
        if (outage.kind === 'down')
            for (const connection of this.#connections)
                connection.cut('down');
    }
    #stirAtNextEdge(run) {
        const edges = this.#plan.outages.map(({ during }) => nextEdge(during, run) ?? Infinity);
        const next = Math.min(...edges);
        if (!Number.isFinite(next))
            return;
        this.#timer = this.#world.clock.timer(Math.max(1, Math.ceil(next - run)), () => void this.stir());
    }
    #accept(client) {
        const { plan, number } = { plan: this.#plan, number: (this.#accepted += 1) };
        this.#world.log.accepted();
        const upstream = (0,external_node_net_namespaceObject.connect)({ ...plan.upstream, allowHalfOpen: true, noDelay: true });
        const connection = new NetworkConnection({
            plan,
            number,
            clientPort: client.remotePort,
            met: toxicsMet(plan, this.#seed, number),
            ends: { client: proxy_endOf(client), upstream: proxy_endOf(upstream) },
        }, this.#world);
        this.#connections.add(connection);
        const sockets = { client, upstream };
        this.#wire(connection, 'client', sockets);
        this.#wire(connection, 'upstream', sockets);
    }
    #wire(connection, side, sockets) {
        const socket = sockets[side];
        this.#sockets.add(socket);
        socket
            .on('data', (chunk) => {
            connection.receive(side, chunk);
        })
            .on('end', () => {
            connection.ended(side);
        })
            .on('drain', () => {
            connection.drained(side);
        })
            .on('error', (error) => {
            if (side === 'upstream' && socket.bytesRead === 0)
                this.#noteUnreachable(error);
            connection.reset();
        })
            .on('close', () => {
            this.#sockets.delete(socket);
            if (!sockets.client.closed || !sockets.upstream.closed)
                return;
            connection.close();
            this.#connections.delete(connection);
        });
    }
    #noteUnreachable(error) {
        if (error.syscall !== 'connect' && codeOf(error) !== 'ENOTFOUND')
            return;
        const { listen, upstream } = this.#plan;
        this.#world.log.note(`nothing answers at ${formatEndpoint(upstream)} (${codeOf(error) ?? messageOf(error)}): clients of ` +
            `${formatEndpoint(listen)} saw their connection reset, which is no injected fault; ` +
            'start the dependency before the flows, or correct upstream');
    }
}
function proxy_endOf(socket) {
    return {
        write: (chunk) => socket.write(chunk),
        end: () => {
            socket.end();
        },
        pause: () => {
            socket.pause();
        },
        resume: () => {
            socket.resume();
        },
        reset: () => {
            if (socket.connecting)
                socket.destroy();
            else if (!socket.destroyed)
                socket.resetAndDestroy();
        },
    };
}
/** ms between two attempts to take back a port that somebody else has taken. */
const RETRY = 20;
/**
 * A listening socket that can be taken away, so that the kernel refuses connections, and brought back. Only a socket that
 * does not listen refuses: once a connection is accepted it can be reset, but its client has seen it open.
 */
class TcpDoor {
    #endpoint;
    #onConnection;
    #onTaken;
    #server;
    #wanted = true;
    #work = Promise.resolve();
    constructor(endpoint, on) {
        this.#endpoint = endpoint;
        this.#onConnection = on.connection;
        this.#onTaken = on.taken;
    }
    /** Rejects with the system's error. `taken`: the port could not be had back at once. */
    static async open(endpoint, on) {
        const door = new TcpDoor(endpoint, on);
        door.#server = await door.#listen();
        return door;
    }
    shut() {
        this.#wanted = false;
        return this.#follow();
    }
    reopen() {
        this.#wanted = true;
        return this.#follow();
    }
    /** One step after another, whatever was wished for in the meantime. */
    #follow() {
        this.#work = this.#work.then(() => this.#step());
        return this.#work;
    }
    async #step() {
        if (!this.#wanted) {
            this.#server?.close();
            this.#server = undefined;
            return;
        }
        for (let attempt = 1; this.#server === undefined && this.#isWanted(); attempt += 1) {
            try {
                this.#server = await this.#listen();
            }
            catch (thrown) {
                if (codeOf(thrown) !== 'EADDRINUSE')
                    throw thrown;
                if (attempt === 2)
                    this.#onTaken();
                await new Promise((resolve) => setTimeout(resolve, RETRY));
            }
        }
    }
    /** A method, because it changes while something is waited for. */
    #isWanted() {
        return this.#wanted;
    }
    #listen() {
        const server = (0,external_node_net_namespaceObject.createServer)({ allowHalfOpen: true, noDelay: true }, (socket) => {
            if (this.#wanted)
                this.#onConnection(socket);
            else
                socket.resetAndDestroy();
        });
        return new Promise((resolve, reject) => {
            server.once('error', reject);
            server.listen(this.#endpoint.port, this.#endpoint.host, () => {
                server.off('error', reject);
                resolve(server);
            });
        });
    }
}

;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = require("node:buffer");
;// CONCATENATED MODULE: ./build/src/system/channel.js



/** The file descriptor by which a process of ours and we speak with each other. */
const CHANNEL = 3;
/**
 * Our end of the channel to a process of ours: a line of JSON for each message. Each line that comes begins with a key
 * that the process was given before any foreign code ran in it. Foreign code that writes to the channel, by accident
 * or on purpose, does not know it.
 */
function channelTo(stream, key) {
    const listeners = [];
    const lines = new MessageLines((line) => {
        const message = channel_messageOf(line, key);
        for (const listener of listeners)
            listener(message);
    }, LONGEST_LINE);
    stream.on('data', (chunk) => {
        lines.push(chunk);
    });
    // The process may be gone already: its exit says so, not this.
    stream.on('error', () => undefined);
    return {
        send: (message) => {
            if (stream.writable)
                stream.write(`${JSON.stringify(message)}\n`);
        },
        onMessage: (listener) => {
            listeners.push(listener);
        },
    };
}
function channel_messageOf(line, key) {
    if (line?.startsWith(key) !== true)
        return undefined;
    try {
        return JSON.parse(line.slice(key.length));
    }
    catch {
        return undefined;
    }
}
/** The other end of the channel, in a process of ours. Gives what says a line of JSON; everything it uses is bound here. */
function channelToParent({ key, onMessage, onEnd }) {
    const socket = new external_node_net_namespaceObject.Socket({ fd: CHANNEL, readable: true, writable: true });
    const write = socket.write.bind(socket);
    const lines = new MessageLines((line) => {
        if (line !== undefined)
            onMessage(JSON.parse(line));
    }, Number.MAX_SAFE_INTEGER);
    socket.on('data', (chunk) => {
        lines.push(chunk);
    });
    // A parent that is gone needs no answer.
    socket.on('error', () => undefined);
    socket.on('close', onEnd);
    return (line) => {
        write(`${key}${line}\n`);
    };
}
const NEWLINE = 0x0a;
/** Cuts a stream of bytes into lines, wherever it is cut into chunks. What it keeps is bounded. */
class MessageLines {
    #onLine;
    #longest;
    #kept = [];
    #length = 0;
    #broken = false;
    /** `onLine` is given each line, and undefined once, at the end of all, for one that is longer than `longest`. */
    constructor(onLine, longest) {
        this.#onLine = onLine;
        this.#longest = longest;
    }
    push(chunk) {
        let from = 0;
        for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
            if (!this.#keep(chunk.subarray(from, end)))
                return;
            const line = this.#kept.length === 1 ? this.#kept[0] : external_node_buffer_namespaceObject.Buffer.concat(this.#kept);
            this.#kept = [];
            this.#length = 0;
            this.#onLine(line.toString('utf8'));
            from = end + 1;
        }
        if (from < chunk.length)
            this.#keep(chunk.subarray(from));
    }
    /** False if it is too long; nothing that follows is a line any more. */
    #keep(part) {
        if (this.#broken)
            return false;
        this.#length += part.length;
        if (this.#length <= this.#longest) {
            this.#kept.push(part);
            return true;
        }
        this.#broken = true;
        this.#kept = [];
        this.#onLine(undefined);
        return false;
    }
}

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = require("node:worker_threads");
;// CONCATENATED MODULE: ./build/src/system/clock.js

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
/** ms: a timer that is later than this lets what has come meanwhile be read first, for so long. */
const LATE = 250;
const TO_READ = 20;
const now = () => OFFSET + performance.now();
/** threadCpuUsage came with Node 23.9; before, threads that collect garbage are counted too. */
const { threadCpuUsage: usage = () => process.cpuUsage() } = process;
function cpuTime() {
    const { user, system } = usage();
    return (user + system) / 1000;
}
const alarms = new Alarms(now);
const nodeClock = {
    alarm: (ms, callback) => alarms.set(ms, callback),
    now,
    cpuTime,
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
        const due = now() + ms;
        let timer = setTimeout(() => {
            // We were stopped (SIGSTOP, a machine that slept), and Node calls timers before it reads what has come meanwhile:
            // a flow that has ended in time would be taken for one that has not.
            if (now() - due > LATE)
                timer = setTimeout(callback, TO_READ);
            else
                callback();
        }, ms);
        return {
            cancel: () => {
                clearTimeout(timer);
            },
        };
    },
};
/** ms of wall-clock time since 1970, as others noted it, in ms of our monotonic clock. */
function wallOnOurClock(wall) {
    return wall - (performance.timeOrigin + performance.now()) + nodeClock.now();
}

;// CONCATENATED MODULE: ./build/src/proxy.js




let proxies;
const say = channelToParent({
    key: flowgate.key,
    onMessage: (message) => void answer(message),
    // Without its parent it has nothing to do; its sockets are closed by the kernel.
    onEnd: () => process.exit(),
});
function send(message) {
    say(JSON.stringify(message));
}
async function follow(message) {
    if (message.type === 'open') {
        proxies = await tcpProxies(nodeClock)(message.plans, { seed: message.seed });
        return {};
    }
    return proxies === undefined ? {} : ask(proxies, message);
}
async function ask(open, message) {
    switch (message.type) {
        case 'arm':
            await open.arm(message.zero, message.origin);
            return {};
        case 'disarm':
            await open.disarm();
            return {};
        case 'take':
            return { faults: await open.take() };
        case 'report':
            return { report: await open.report() };
        case 'close':
            await open.close();
            return {};
    }
}
async function answer(message) {
    const { id } = message;
    try {
        send({ type: 'done', id, ...(await follow(message)) });
    }
    catch (thrown) {
        const problems = thrown instanceof UserError ? { problems: thrown.problems } : {};
        send({ type: 'failed', id, message: messageOf(thrown), ...problems });
    }
}
send({ type: 'listening' });

module.exports = __webpack_exports__;
/******/ })()
;