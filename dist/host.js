/******/ (() => { // webpackBootstrap
/******/ 	"use strict";
/******/ 	var __webpack_modules__ = ({

/***/ 760:
/***/ ((module) => {

module.exports = require("node:path");

/***/ }),

/***/ 407:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

// ESM COMPAT FLAG
__nccwpck_require__.r(__webpack_exports__);

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  ARTICLE_FILE: () => (/* binding */ ARTICLE_FILE),
  BUGS: () => (/* reexport */ BUGS),
  BUG_MEANINGS: () => (/* reexport */ BUG_MEANINGS),
  "default": () => (/* binding */ flow),
  setup: () => (/* binding */ setup),
  verify: () => (/* binding */ verify)
});

;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = require("node:child_process");
;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = require("node:events");
;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = require("node:fs/promises");
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
// EXTERNAL MODULE: ./build/src/lib/random.js
var random = __nccwpck_require__(622);
;// CONCATENATED MODULE: ./build/src/demo/assignment.js

/** The five crews that an article goes through, in this order; each is a step of the flow. */
const CREWS = ['research', 'audience', 'draft', 'style', 'quality'];
/** Share of a flow's time that each crew takes. */
const SHARES = {
    research: 0.22,
    audience: 0.11,
    draft: 0.41,
    style: 0.14,
    quality: 0.12,
};
/** What the articles are about. */
const SUBJECTS = [
    'release notes that people read',
    'error messages that say what to do next',
    'the first hour with a new tool',
    'incident reports without blame',
    'documentation as part of the change',
    'reviews that teach',
    'tests as a description',
    'names that outlive their authors',
];
/** ms of the shortest flow, and how much longer the longest one is: the mean is shortest + spread ÷ 4, see `paceOf`. */
const SHORTEST_MS = 1985;
const SPREAD_MS = 620;
/** One flow in so many is given up by its model: 2%. */
const FAILS_EVERY = 50;
/**
 * Whether the model gives up on this flow: a systematic sample (Madow and Madow 1944) of one in FAILS_EVERY, whose start
 * is drawn from the seed. Flows drawn each for itself would now and then fail two in ten, which the default gate on
 * success refuses: in 1.6% of the seeds the demo would fail with nothing wrong. Those of the warm-up, 0, never fail.
 */
function givesUp(seed, iteration) {
    const start = Math.floor((0,random/* seededRandom */.I)(seed)() * FAILS_EVERY) + 1;
    return iteration > 0 && (iteration - start) % FAILS_EVERY === 0;
}
/** Draws one assignment. The same random numbers give the same assignment; `speed` 10 makes it ten times as fast. */
function assignment_assign(random, { speed, fails }) {
    const failsAt = random();
    const crew = pick(CREWS, random());
    const subject = pick(SUBJECTS, random());
    const pace = paceOf(random()) / speed;
    return { subject, latency: latencies(pace, random), failsIn: fails ? crew : undefined, failsAt };
}
/** ms from a uniform draw. Cubed, as answers of models are: many quick ones, few slow ones. */
function paceOf(draw) {
    return SHORTEST_MS + SPREAD_MS * draw ** 3;
}
/** Divides the pace among the crews by their shares, each of them a tenth off at most. */
function latencies(pace, random) {
    const weights = CREWS.map((crew) => SHARES[crew] * (0.9 + 0.2 * random()));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const entries = CREWS.map((crew, at) => [crew, (pace * (weights[at] ?? 0)) / sum]);
    return Object.fromEntries(entries);
}
/** The item that a uniform draw in [0, 1) falls on. */
function pick(items, draw) {
    return items[Math.floor(draw * items.length)] ?? items[0];
}

;// CONCATENATED MODULE: ./build/src/demo/recount.js
/** Counts everything again; one sentence for each thing that does not add up, none if all does. */
function recount(books) {
    return [...entriesOf(books), ...sumsOf(books), ...alertsOf(books)];
}
/** Each ok flow stands in the collector exactly once, and no flow that failed does. */
function entriesOf({ snapshot, flows }) {
    const times = new Map();
    for (const { token } of snapshot.entries) {
        times.set(token, (times.get(token) ?? 0) + 1);
    }
    return flows.flatMap(({ iteration, token, outcome }) => {
        const count = times.get(token) ?? 0;
        if (outcome === 'ok' && count !== 1) {
            return [`flow ${iteration} was ok and is in the metrics collector ${timesInWords(count)}`];
        }
        return outcome === 'failed' && count > 0 ? [`flow ${iteration} failed and is counted as finished`] : [];
    });
}
/** The collector's sums are the sums of its entries, and every flow was counted when it started. */
function sumsOf({ snapshot, reviewed, counts, warmup }) {
    const { entries } = snapshot;
    const words = entries.reduce((sum, entry) => sum + entry.words, 0);
    // Added up here: the model's own sum would bring its schemas into the host of module flows.
    const begun = counts.ok + counts.failed + counts.timed_out + counts.killed + warmup;
    return [
        difference('flows started', snapshot.started, begun),
        difference('flows finished', snapshot.finished, entries.length),
        difference('words', snapshot.words, words),
        ...(reviewed < entries.length ? [difference('reviews', reviewed, entries.length)] : []),
    ].filter((sentence) => sentence !== undefined);
}
function difference(what, counted, expected) {
    return counted === expected
        ? undefined
        : `${what}: the metrics collector has ${counted}, the recount gives ${expected}`;
}
/** Each failed flow raised an alert, and no ok flow did. A flow that was ended from outside may have or not. */
function alertsOf({ alerts, flows }) {
    const raised = alerts.raisedBy('flow failed');
    return flows.flatMap(({ iteration, token, outcome }) => {
        if (outcome === 'failed' && !raised.has(token)) {
            return [`flow ${iteration} failed without an alert`];
        }
        return outcome === 'ok' && raised.has(token) ? [`flow ${iteration} was ok and raised an alert`] : [];
    });
}
function timesInWords(count) {
    return count === 0 ? 'not at all' : `${count} times`;
}

;// CONCATENATED MODULE: external "node:timers/promises"
const external_node_timers_promises_namespaceObject = require("node:timers/promises");
;// CONCATENATED MODULE: ./build/src/demo/bugs.js
/** What the demo can be told to do wrong; each is one that only shows, or only hurts, when flows run together. */
const BUGS = ['race', 'bleed', 'leak', 'orphan', 'cascade', 'stuck'];
/** What each bug does, for `--help` and the docs. */
const BUG_MEANINGS = {
    race: 'the metrics collector reads, waits and writes: updates are lost',
    bleed: 'the byline comes from a shared "current user": articles name another flow',
    leak: 'each flow keeps 1 MiB forever',
    orphan: 'flows 1, 6, 11 … leave a process behind (it ends by itself after 60 s)',
    cascade: 'a flow that is killed breaks the connection that all share: the others on it fail with it',
    stuck: 'a flow that is killed never ends and keeps its session: those that need it next wait for ever',
};
/**
 * The bug that the options ask for, undefined if they ask for none.
 * Throws an Error that lists the known ones if there is no such bug.
 */
function bugOf(options) {
    const wanted = options['bug'];
    if (wanted === undefined || wanted === '') {
        return undefined;
    }
    const bug = BUGS.find((known) => known === wanted);
    if (bug === undefined) {
        throw new Error(`the demo has no bug "${wanted}"; it knows ${BUGS.join(', ')}`);
    }
    return bug;
}

;// CONCATENATED MODULE: ./build/src/demo/writing.js

/*
 * What the crews do with the answers of their models: real work on made-up text, so that memory and CPU are not nil.
 */
/** Searches of the research crew, pages that each finds, and bytes of a page: 8 MB of pages in all. */
const SEARCHES = 2;
const PAGES = 480;
const PAGE_BYTES = 8192;
const KEPT_PASSAGES = 5;
/** Parts that the draft's model streams, each an answer of its own. */
const PARAGRAPHS = 6;
const SENTENCES = 7;
/** Of a model that is `speed` times as fast because it is so much smaller, and finds so many pages fewer. */
function search(subject, random, speed = 1) {
    const count = Math.max(KEPT_PASSAGES, Math.round(PAGES / Math.max(1, speed)));
    const found = Buffer.allocUnsafeSlow(count * PAGE_BYTES);
    return Array.from({ length: count }, (_, at) => {
        const passage = sentence(subject, random);
        return { passage, text: found.subarray(at * PAGE_BYTES, (at + 1) * PAGE_BYTES).fill(`${passage} `) };
    });
}
/** Keeps the passages of the pages that name the subject most often. */
function takeNotes(pages, subject) {
    return { pages, quotes: passagesOn(subject, pages).slice(0, KEPT_PASSAGES) };
}
function passagesOn(topic, pages) {
    return pages
        .map(({ passage, text }) => ({ passage, mentions: mentionsOf(topic, text) }))
        .sort((a, b) => b.mentions - a.mentions)
        .map(({ passage }) => passage);
}
function mentionsOf(topic, text) {
    let mentions = 0;
    for (let at = text.indexOf(topic); at >= 0; at = text.indexOf(topic, at + topic.length))
        mentions += 1;
    return mentions;
}
/** How many words a sentence may have: as many as the passages that were found have in the mean. */
function sentenceLimit({ pages }) {
    const sum = pages.reduce((total, { passage }) => total + words(passage).length, 0);
    return Math.max(8, Math.min(20, Math.round(sum / pages.length)));
}
/** One paragraph of the draft; it closes with a passage that was found for it. */
function draftParagraph(subject, notes, random) {
    const text = Array.from({ length: SENTENCES }, () => sentence(subject, random)).join(' ');
    return `${text} ${notes.quotes[Math.floor(random() * notes.quotes.length)] ?? ''}`;
}
/** Cuts sentences that are longer than the limit at their comma, and puts a related passage below the text. */
function polish(draft, notes, limit) {
    const body = draft.map((text) => text
        .split(/(?<=\.)\s/u)
        .map((part) => shorten(part, limit))
        .join(' '));
    const [longest = ''] = words(body[0] ?? '').toSorted((a, b) => b.length - a.length);
    const [related = ''] = passagesOn(longest, notes.pages);
    return [...body, `See also: ${related}`].join('\n\n');
}
function shorten(text, limit) {
    return words(text).length > limit ? text.replace(/,.*$/u, '.') : text;
}
/** The words of a text, in lower case, in order. */
function words(text) {
    return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}
/** The share of three-word sequences that occur more than once: 0 for a text that never repeats itself. */
function repetition(text) {
    const all = words(text);
    const triples = all.slice(2).map((word, at) => `${all[at] ?? ''} ${all[at + 1] ?? ''} ${word}`);
    return triples.length === 0 ? 0 : 1 - new Set(triples).size / triples.length;
}
const ACTORS = ['A reader', 'The author', 'A reviewer', 'The team', 'A newcomer', 'The maintainer'];
const ACTS = [
    'expects',
    'notices',
    'questions',
    'repeats',
    'shortens',
    'keeps',
    'forgets',
    'rewrites',
];
const THINGS = [
    'the shortest sentence',
    'an honest number',
    'the reason behind a choice',
    'one example that runs',
    'the second paragraph',
    'a clear heading',
    'the name of the source',
    'what changed and for whom',
];
const REASONS = [
    'because the rest depends on it',
    'before anything else is read',
    'even when time is short',
    'since nobody else will',
    'as soon as two people work at once',
    'whether or not it was asked for',
];
/** One sentence about a subject; each random number chooses a part of it. */
function sentence(subject, random) {
    const clause = `${pick(ACTORS, random())} ${pick(ACTS, random())} ${pick(THINGS, random())}`;
    return random() < 0.5
        ? `${clause}, ${pick(REASONS, random())}.`
        : `${clause} in ${subject}, ${pick(REASONS, random())}.`;
}

;// CONCATENATED MODULE: ./build/src/demo/shared.js



/** Options: `bug`, one of BUGS; `speed`, a number above 0. Throws an Error that says what is wrong with them. */
function openDesk(options) {
    const bug = bugOf(options);
    return {
        collector: new MetricsCollector({ atomic: bug !== 'race' }),
        alerts: new Alerts(),
        gate: new QualityGate(),
        model: new ModelConnection({ drains: bug !== 'cascade' }),
        sessions: new Sessions(),
        bug,
        speed: speedOf(options['speed'] ?? '1'),
        currentUser: '',
        hoard: [],
    };
}
function speedOf(text) {
    const speed = Number(text);
    if (!(speed > 0) || !Number.isFinite(speed)) {
        throw new Error(`the demo's speed is "${text}"; it must be a number above 0`);
    }
    return speed;
}
/** ms between reading and writing, as a remote store would take. */
const STORE_LATENCY_MS = 5;
/**
 * The metrics that all flows report to.
 * Atomic: a change is applied to what is there when it is applied. Not atomic (bug `race`): the state is read, the
 * store takes its time, and what was read is written back with the change, over whatever others wrote meanwhile.
 */
class MetricsCollector {
    #state = { started: 0, failed: 0, finished: 0, words: 0, answers: {}, entries: [] };
    #atomic;
    constructor({ atomic }) {
        this.#atomic = atomic;
    }
    started() {
        return this.#apply((before) => ({ ...before, started: before.started + 1 }));
    }
    failed() {
        return this.#apply((before) => ({ ...before, failed: before.failed + 1 }));
    }
    answered(crew) {
        return this.#apply((before) => ({
            ...before,
            answers: { ...before.answers, [crew]: (before.answers[crew] ?? 0) + 1 },
        }));
    }
    finished(entry) {
        return this.#apply((before) => ({
            ...before,
            finished: before.finished + 1,
            words: before.words + entry.words,
            entries: [...before.entries, entry],
        }));
    }
    snapshot() {
        return this.#state;
    }
    async #apply(change) {
        if (this.#atomic) {
            this.#state = change(this.#state);
            return;
        }
        const read = this.#state;
        await (0,external_node_timers_promises_namespaceObject.setTimeout)(STORE_LATENCY_MS);
        this.#state = change(read);
    }
}
/** Alerts that were raised by flows, and by whom: one a rule and flow, however often it is raised. */
class Alerts {
    #tokensByRule = new Map();
    raise(rule, token) {
        this.#tokensByRule.set(rule, new Set(this.#tokensByRule.get(rule)).add(token));
    }
    /** Tokens of the flows that raised the rule. */
    raisedBy(rule) {
        return this.#tokensByRule.get(rule) ?? new Set();
    }
}
/** Sentences are made of few parts here, so that most phrases come back: an article may say three in four again. */
const MOST_REPETITION = 0.75;
/** The gate that every article passes through. */
class QualityGate {
    #reviewed = 0;
    /** Whether the article repeats itself. Throws if there is nothing to review. */
    review(article) {
        if (words(article).length === 0)
            throw new Error('the article is empty');
        this.#reviewed += 1;
        return { repeatsItself: repetition(article) > MOST_REPETITION };
    }
    reviewed() {
        return this.#reviewed;
    }
}
/**
 * The connection to the language model that all flows share. There is no model: an answer is a wait.
 * A flow that is aborted in the middle of an answer takes the rest of it off the line, unless `drains` is false (bug
 * `cascade`): then the line is broken, and whoever is on it fails. Who comes later is given a new one.
 */
class ModelConnection {
    #line;
    #drains;
    constructor({ drains }) {
        this.#drains = drains;
        this.#line = new Line(drains);
    }
    /** The line on which a flow asks from its start to its end. */
    open() {
        if (this.#line.broken)
            this.#line = new Line(this.#drains);
        return this.#line;
    }
}
class Line {
    broken = false;
    #drains;
    constructor(drains) {
        this.#drains = drains;
    }
    /** Resolves when the answer is there; rejects when the model gives up, the line is broken or on abort. */
    async ask({ crew, latency, signal, failsAt }) {
        this.#requireWhole();
        try {
            await (0,external_node_timers_promises_namespaceObject.setTimeout)(latency * (failsAt ?? 1), undefined, { signal });
        }
        catch (thrown) {
            if (!this.#drains)
                this.broken = true;
            throw thrown;
        }
        if (failsAt !== undefined)
            throw new Error(`the ${crew} model gave up: overloaded`);
        this.#requireWhole();
    }
    #requireWhole() {
        if (this.broken)
            throw new Error('the connection to the model is closed');
    }
}
/** The one session with the model that each worker has: its flows come into it one after another. */
class Sessions {
    #last = new Map();
    /** Resolves, when the flow before has left, to how this one leaves. What it never leaves stays taken. */
    async enter(worker) {
        const before = this.#last.get(worker);
        let leave = () => undefined;
        this.#last.set(worker, new Promise((left) => {
            leave = left;
        }));
        await before;
        return leave;
    }
}

;// CONCATENATED MODULE: ./build/src/demo/index.js









/** The file that each flow writes into its workspace. */
const ARTICLE_FILE = 'article.md';
/** What the flows share: collector, alerts, quality gate and the connection to the model. */
function setup(ctx) {
    return openDesk(ctx.options);
}
/** One article, written by five crews. Rejects if a model gives up or the signal is aborted. */
async function flow(ctx) {
    const { collector, alerts, sessions } = ctx.shared;
    await collector.started();
    const leave = await sessions.enter(ctx.flow);
    try {
        await misbehave(ctx);
        await publish(ctx, await write(ctx, jobOf(ctx)));
    }
    catch (thrown) {
        alerts.raise('flow failed', ctx.token);
        await collector.failed();
        if (ctx.shared.bug === 'stuck' && ctx.signal.aborted)
            await never();
        throw thrown;
    }
    finally {
        leave();
    }
}
/** With the bug `stuck` a flow that was aborted neither ends nor leaves. */
function never() {
    return new Promise(() => undefined);
}
/** Throws an Error that lists everything that does not add up. */
function verify(ctx) {
    const { collector, alerts, gate } = ctx.shared;
    const found = recount({
        snapshot: collector.snapshot(),
        alerts,
        reviewed: gate.reviewed(),
        flows: ctx.flows,
        counts: ctx.counts,
        warmup: ctx.warmup,
    });
    if (found.length > 0) {
        throw new Error(found.join('; '));
    }
}
function jobOf(ctx) {
    const assignment = assignment_assign(() => ctx.random(), {
        speed: ctx.shared.speed,
        fails: givesUp(ctx.seed, ctx.iteration),
    });
    return { ...assignment, line: ctx.shared.model.open() };
}
async function write(ctx, job) {
    const { subject } = job;
    const random = () => ctx.random();
    const turn = (crew, work, share = 1) => takeTurn(ctx, job, { crew, share, work });
    const notes = await ctx.step('research', async () => {
        const find = () => search(subject, random, ctx.shared.speed);
        const finds = await inParts(SEARCHES, (share) => turn('research', find, share));
        return takeNotes(finds.flat(), subject);
    });
    const limit = await ctx.step('audience', () => turn('audience', () => sentenceLimit(notes)));
    const draft = await ctx.step('draft', () => inParts(PARAGRAPHS, (share) => turn('draft', () => draftParagraph(subject, notes, random), share)));
    const text = await ctx.step('style', () => turn('style', () => polish(draft, notes, limit)));
    const article = `# ${titled(subject)}\n\n${text}\n\nWritten for: ${bylineOf(ctx)}\n`;
    await ctx.step('quality', () => turn('quality', () => {
        review(ctx, article);
    }));
    return article;
}
/** One part after another, each a share of its crew's time. */
async function inParts(count, part) {
    const parts = [];
    while (parts.length < count) {
        parts.push(await part(1 / count));
    }
    return parts;
}
async function takeTurn(ctx, job, turn) {
    const { collector } = ctx.shared;
    const { crew, share, work } = turn;
    const latency = job.latency[crew] * share;
    const failsAt = job.failsIn === crew ? job.failsAt : undefined;
    await job.line.ask({ crew, latency, signal: ctx.signal, failsAt });
    const result = work();
    await collector.answered(crew);
    return result;
}
/** With the bug `bleed`, whoever started last is served. */
function bylineOf(ctx) {
    return ctx.shared.bug === 'bleed' ? ctx.shared.currentUser : ctx.token;
}
function review(ctx, article) {
    const { gate, alerts } = ctx.shared;
    if (gate.review(article).repeatsItself)
        alerts.raise('repeats itself', ctx.token);
}
/** Writes the article into the flow's own folder, says so in one line, and reports it: last, so that it counts once. */
async function publish(ctx, article) {
    const count = words(article).length;
    const bylines = [...article.matchAll(/^Written for: (.*)$/gmu)].map(([, name]) => name ?? '');
    await (0,promises_namespaceObject.writeFile)((0,external_node_path_.join)(ctx.workspace, ARTICLE_FILE), article);
    console.log(`wrote "${titleOf(article)}", ${count} words, for ${bylines.join(', ')}`);
    await ctx.shared.collector.finished({ token: ctx.token, iteration: ctx.iteration, words: count });
}
function titled(subject) {
    return subject.charAt(0).toUpperCase() + subject.slice(1);
}
function titleOf(article) {
    return /^# (.*)$/mu.exec(article)?.[1] ?? '';
}
const LEAK_BYTES = 1024 * 1024;
/** An orphan ends by itself after this long, so that trying the demo leaves nothing for ever. */
const ORPHAN_SECONDS = 60;
/** Flows 1, 6, 11 … */
const ORPHAN_EVERY = 5;
/** What the bugs `bleed`, `leak` and `orphan` do at the start of a flow; the others are where they go wrong. */
async function misbehave(ctx) {
    const desk = ctx.shared;
    if (desk.bug === 'bleed')
        desk.currentUser = ctx.token;
    if (desk.bug === 'leak')
        desk.hoard.push(Buffer.alloc(LEAK_BYTES, 1));
    if (desk.bug === 'orphan' && ctx.iteration % ORPHAN_EVERY === 1)
        await leaveOrphan(ctx.token);
}
/** A process in a session of its own, which outlives the flow and carries its token. */
async function leaveOrphan(token) {
    const [program, ...args] = process.platform === 'win32'
        ? [process.execPath, '-e', `setTimeout(() => {}, ${ORPHAN_SECONDS * 1000})`]
        : ['sleep', `${ORPHAN_SECONDS}`];
    const child = (0,external_node_child_process_namespaceObject.spawn)(program, args, {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, FLOWGATE_TOKEN: token },
    });
    await (0,external_node_events_namespaceObject.once)(child, 'spawn');
    child.unref();
}


/***/ }),

/***/ 622:
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

/******/ 	});
/************************************************************************/
/******/ 	// The module cache
/******/ 	var __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __nccwpck_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		var module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		var threw = true;
/******/ 		try {
/******/ 			__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 			threw = false;
/******/ 		} finally {
/******/ 			if(threw) delete __webpack_module_cache__[moduleId];
/******/ 		}
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/************************************************************************/
/******/ 	/* webpack/runtime/asset-relocator-loader */
/******/ 	if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = __dirname + "/";
/******/ 	
/******/ 	/* webpack/runtime/define property getters */
/******/ 	(() => {
/******/ 		// define getter functions for harmony exports
/******/ 		__nccwpck_require__.d = (exports, definition) => {
/******/ 			for(var key in definition) {
/******/ 				if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 					Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 				}
/******/ 			}
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/hasOwnProperty shorthand */
/******/ 	(() => {
/******/ 		__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/make namespace object */
/******/ 	(() => {
/******/ 		// define __esModule on exports
/******/ 		__nccwpck_require__.r = (exports) => {
/******/ 			if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 				Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 			}
/******/ 			Object.defineProperty(exports, '__esModule', { value: true });
/******/ 		};
/******/ 	})();
/******/ 	
/************************************************************************/
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = require("node:worker_threads");
;// CONCATENATED MODULE: ./build/src/compare/calibrate/slowed-host.js
/** By it a host learns that its flows are to be slowed, and by what share; only calibrate sets it. */
const SLOWDOWN_VARIABLE = 'FLOWGATE_SLOWDOWN';
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
/**
 * What a host runs its flows through, by what its environment says; undefined if they are not to be slowed. A flow that
 * throws is left alone. Asked once, before the module is loaded, which could change the environment.
 */
function slowdownAround(environment, ports) {
    const share = environment[SLOWDOWN_VARIABLE];
    if (share === undefined)
        return undefined;
    const slowdown = new HostSlowdown(Number(share), ports);
    return async (flow) => {
        const end = slowdown.begin();
        const returned = await flow();
        await end();
        return returned;
    };
}

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

;// CONCATENATED MODULE: ./build/src/flows/module/host-threads.js


/**
 * Lives in the host process: worker threads that each run a host of their own. None of the user's code runs in the main
 * thread, so that a thread can be ended whatever it does.
 */
class HostThreads {
    #text;
    #send;
    #workers = new Map();
    /** `text`: what each thread runs. */
    constructor(text, send) {
        this.#text = text;
        this.#send = send;
    }
    handle(message) {
        const thread = this.#workers.get(message.thread);
        switch (message.type) {
            case 'open':
                this.#open(message.thread);
                break;
            case 'tell':
                thread?.tell(message.message);
                break;
            case 'end':
                thread?.end();
                break;
        }
    }
    #open(thread) {
        const worker = new external_node_worker_threads_namespaceObject.Worker(this.#text(), { eval: true });
        // A channel of our own: any code in the thread can speak on the one that Node gives it.
        const { port1: port, port2 } = new external_node_worker_threads_namespaceObject.MessageChannel();
        worker.postMessage(port2, [port2]);
        const hear = (message) => {
            this.#send({ type: 'said', thread, message });
        };
        port.on('message', hear);
        let error = '';
        worker.on('error', (thrown) => {
            error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
        });
        worker.on('exit', (code) => {
            this.#workers.delete(thread);
            // Its last words may still be on the way.
            for (let left = (0,external_node_worker_threads_namespaceObject.receiveMessageOnPort)(port); left !== undefined; left = (0,external_node_worker_threads_namespaceObject.receiveMessageOnPort)(port)) {
                hear(left.message);
            }
            port.close();
            this.#send({ type: 'gone', thread, code, error });
        });
        this.#workers.set(thread, {
            tell: (message) => {
                port.postMessage(message);
            },
            end: () => void worker.terminate(),
        });
    }
}
function isForThreads(message) {
    return message.type === 'open' || message.type === 'tell' || message.type === 'end';
}

;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = require("node:buffer");
;// CONCATENATED MODULE: external "node:util"
const external_node_util_namespaceObject = require("node:util");
;// CONCATENATED MODULE: external "node:v8"
const external_node_v8_namespaceObject = require("node:v8");
// EXTERNAL MODULE: ./build/src/lib/random.js
var random = __nccwpck_require__(622);
;// CONCATENATED MODULE: ./build/src/flows/canary.js

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
        others.push({ token, place, where, ...offset, context: context() });
    }
}
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
    // The Object.prototype of any realm: the module's is not ours.
    return prototype === null || Object.getPrototypeOf(prototype) === null;
}

;// CONCATENATED MODULE: external "node:async_hooks"
const external_node_async_hooks_namespaceObject = require("node:async_hooks");
;// CONCATENATED MODULE: external "node:string_decoder"
const external_node_string_decoder_namespaceObject = require("node:string_decoder");
;// CONCATENATED MODULE: ./build/src/lib/output.js

/** Bytes kept of the first and of the last that a stream carried. */
const HEAD_BYTES = 4 * 1024;
const TAIL_BYTES = 12 * 1024;
const NOTHING_PRINTED = { head: '', tail: '', bytes: 0 };
/** A short text that is kept as a whole. */
function wholeExcerpt(text) {
    return { head: text, tail: '', bytes: Buffer.byteLength(text) };
}
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
    excerpt() {
        // A cut inside a UTF-8 sequence decodes to U+FFFD, which is harmless and says that something was cut.
        return { head: this.#head.toString('utf8'), tail: this.#tail.toString('utf8'), bytes: this.#bytes };
    }
}
/** Characters kept of a line: of a longer one the beginning. */
const LONGEST = (/* unused pure expression or super */ null && (16 * 1024));
/**
 * The lines of a stream that comes in chunks, cut anywhere. A line ends with \n, \r\n, or \r alone, as those of progress
 * bars do. One that has not ended yet is told as far as it goes, each time that more of it has come.
 */
class OutputLines {
    #decoder = new StringDecoder('utf8');
    #tell;
    #line = '';
    #afterReturn = false;
    constructor(tell) {
        this.#tell = tell;
    }
    push(chunk) {
        this.#take(this.#decoder.write(chunk));
        if (this.#line !== '')
            this.#tell(this.#line, false);
    }
    /** The stream is over: so is its last line. */
    end() {
        this.#take(this.#decoder.end());
        if (this.#line !== '')
            this.#endLine();
    }
    #take(text) {
        if (text === '')
            return;
        // The \n of a \r\n that two chunks share.
        const [first = '', ...others] = (this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text).split(/\r\n|\n|\r/);
        this.#afterReturn = text.endsWith('\r');
        this.#add(first);
        for (const line of others) {
            this.#endLine();
            this.#add(line);
        }
    }
    #add(part) {
        this.#line += part.slice(0, LONGEST - this.#line.length);
    }
    #endLine() {
        const line = this.#line;
        this.#line = '';
        this.#tell(line, true);
    }
}

;// CONCATENATED MODULE: ./build/src/flows/output.js



/**
 * Tells flows of one process apart by what they print: whatever is written in the asynchronous context of a flow is
 * that flow's output, however many run at once.
 */
class FlowOutputs {
    #run;
    #current;
    constructor() {
        // Bound before any module could replace them.
        const storage = new external_node_async_hooks_namespaceObject.AsyncLocalStorage();
        this.#run = storage.run.bind(storage);
        this.#current = storage.getStore.bind(storage);
    }
    /** Runs `flow` in a context of its own. */
    collect(output, flow) {
        return this.#run(output, flow);
    }
    /** Takes a write if a flow made it; false if it is the process's own. */
    take(stream, chunk) {
        const output = this.#current();
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

;// CONCATENATED MODULE: ./build/src/lib/statistics/distribution.js
/**
 * Sorts a copy of the values (1e6 of them take about 0.13 s). No values: no distribution, never one of zeros.
 * @throws RangeError if a value is not finite: a percentile of NaN would compare as if a gate held.
 */
function distributionOf(values) {
    return distributionOfSorted(Float64Array.from(values).sort());
}
/** The same of values that are ascending. */
function distributionOfSorted(sorted) {
    if (sorted.length === 0)
        return undefined;
    // Sorted, so that NaN and +∞ stand last and −∞ first.
    if (!Number.isFinite(first(sorted)) || !Number.isFinite(last(sorted))) {
        throw new RangeError('a distribution is made of finite numbers');
    }
    return { sorted, mean: meanOf(sorted) };
}
/**
 * The percentile of 0…100 per cent, linearly interpolated at p·(n−1): type 7 of Hyndman and Fan, "Sample quantiles
 * in statistical packages" (1996), as R, NumPy and spreadsheets compute it.
 */
function percentile(distribution, percent) {
    if ('percentile' in distribution)
        return distribution.percentile(percent);
    const count = countOf(distribution);
    const at = 'sorted' in distribution ? (rank) => distribution.sorted[rank] : distribution.ranked;
    // Multiplied before it is divided: 99.9 × 1000 ÷ 100 is 999, while 99.9 ÷ 100 × 1000 is a little more.
    const position = (percent * (count - 1)) / 100;
    const below = Math.floor(position);
    const low = at(Math.min(below, count - 1)) ?? NaN;
    const high = below + 1 < count ? (at(below + 1) ?? NaN) : low;
    return Math.min(low + (position - below) * (high - low), high);
}
/** `avg`, `min`, `med`, `max` or `pN` with N in 0…100; undefined for a name that is none of them. */
function statOf(distribution, stat) {
    switch (stat) {
        case 'avg':
            return distribution.mean;
        case 'min':
            return percentile(distribution, 0);
        case 'med':
            return percentile(distribution, 50);
        case 'max':
            return percentile(distribution, 100);
        default: {
            const percent = /^p(\d+(?:\.\d+)?)$/.exec(stat)?.[1];
            if (percent === undefined || Number(percent) > 100)
                return undefined;
            return percentile(distribution, Number(percent));
        }
    }
}
/** Kept within the extremes, which no rounding may leave. */
function meanOf(sorted) {
    const mean = new Mean();
    mean.addAll(sorted);
    return Math.min(Math.max(mean.value, first(sorted)), last(sorted));
}
/** How many values it is made of. */
function countOf(distribution) {
    return 'sorted' in distribution ? distribution.sorted.length : distribution.count;
}
function first(sorted) {
    return sorted[0] ?? NaN;
}
function last(sorted) {
    return sorted[sorted.length - 1] ?? NaN;
}
/** Numbers that are added at once; a power of two. */
const BLOCK = 1 << 12;
/**
 * Mean and sum of numbers, whatever their order: the sum is exact and rounded once (Shewchuk, "Adaptive precision
 * floating-point arithmetic", 1997, as Python's math.fsum has it). So the parts of a run add up to the very numbers that
 * the whole has.
 */
class Mean {
    #count = 0;
    /** Numbers that do not overlap, the smallest first: their sum is exactly that of all that was added. */
    #parts = [];
    add(value) {
        const parts = this.#parts;
        let kept = 0;
        let high = value;
        for (const part of parts) {
            const sum = high + part;
            const low = Math.abs(high) < Math.abs(part) ? high - (sum - part) : part - (sum - high);
            if (low !== 0)
                parts[kept++] = low;
            high = sum;
        }
        parts[kept++] = high;
        parts.length = kept;
        this.#count += 1;
    }
    /**
     * The same of many numbers, ten times as fast: of each the high bits, which add up without rounding beside a number
     * so large (Rump, Ogita and Oishi, "Accurate floating-point summation", 2008), then those below, then what is left.
     */
    addAll(values) {
        for (let from = 0; from < values.length; from += BLOCK) {
            const to = Math.min(from + BLOCK, values.length);
            let most = 0;
            for (let index = from; index < to; index++)
                most = Math.max(most, Math.abs(values[index]));
            if (most > 2 ** -900 && most < 2 ** 900)
                this.#addBlock(values, { from, to, most });
            else
                for (let index = from; index < to; index++)
                    this.add(values[index]);
        }
    }
    #addBlock(values, { from, to, most }) {
        const above = 2 ** Math.ceil(Math.log2(most) + 1) * BLOCK;
        const below = above * 2 ** -52 * BLOCK;
        const count = this.#count + to - from;
        let high = 0;
        let low = 0;
        for (let index = from; index < to; index++) {
            const value = values[index];
            const upper = above + value - above;
            const rest = value - upper;
            const lower = below + rest - below;
            high += upper;
            low += lower;
            if (rest !== lower)
                this.add(rest - lower);
        }
        this.add(high);
        this.add(low);
        this.#count = count;
    }
    /** NaN of no number. */
    get value() {
        return this.sum / this.#count;
    }
    get sum() {
        const parts = this.#parts;
        let place = parts.length - 1;
        let sum = parts[place] ?? 0;
        let lost = 0;
        while (place > 0 && lost === 0) {
            const before = sum;
            const part = parts[--place];
            sum = before + part;
            lost = part - (sum - before);
        }
        // Half way between two doubles: what is left below says to which side.
        const below = parts[place - 1] ?? 0;
        const rounded = sum + lost * 2;
        return lost * below > 0 && rounded - sum === lost * 2 ? rounded : sum;
    }
}

;// CONCATENATED MODULE: ./build/src/lib/units.js
/* Apart from quantities, which bring with them how words are compared: hosts of module flows read units too. */
/** ms in one of each unit of time. */
const TIME_UNITS = {
    ns: 1e-6,
    us: 1e-3,
    // The micro sign and the Greek letter look alike; keyboards have one or the other.
    '\u00b5s': 1e-3,
    '\u03bcs': 1e-3,
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
};
/** Bytes in one of each unit of size: KB is decimal, KiB binary. */
const SIZE_UNITS = {
    B: 1,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
};

;// CONCATENATED MODULE: ./build/src/flows/reported.js


function basesOf(table, unit) {
    return Object.entries(table).map(([name, factor]) => [name, { unit, factor }]);
}
/** Units of thresholds (lib/quantity), but for rates; a share may be a ratio too. */
const BASES = new Map([
    ['', { unit: 'count', factor: 1 }],
    ['%', { unit: 'ratio', factor: 0.01 }],
    ['ratio', { unit: 'ratio', factor: 1 }],
    ...basesOf(TIME_UNITS, 'ms'),
    ...basesOf(SIZE_UNITS, 'bytes'),
]);
/** Names of one flow, by unit: one more than is recorded, so that it is seen that there are more. */
const MOST_REPORTS = 101;
/** Characters of a name: more than are recorded. */
const LONGEST_NAME = 201;
/** The reports of one flow: a million of one name take no more room than one. */
class Reports {
    #sums = new Map();
    /** @throws Error for what can not be added up, in words for the author of the flow */
    add(name, value, unit) {
        const { factor, ...report } = checked(name, value, unit);
        // No unit has a space in it.
        const key = `${report.unit} ${report.name}`;
        const known = this.#sums.get(key);
        if (!Number.isFinite(((known?.sum.sum ?? 0) + report.value) * factor))
            throw new Error(tooMuch(report.name));
        if (known !== undefined)
            known.sum.add(report.value);
        else if (this.#sums.size < MOST_REPORTS) {
            const sum = new Mean();
            sum.add(report.value);
            this.#sums.set(key, { name: report.name, unit: report.unit, sum });
        }
    }
    get isEmpty() {
        return this.#sums.size === 0;
    }
    all() {
        return [...this.#sums.values()].map(({ name, unit, sum }) => ({
            name,
            value: sum.sum,
            ...(unit === '' ? {} : { unit }),
        }));
    }
}
/** Plain code may give anything. */
function checked(name, value, given) {
    if (typeof name !== 'string' || name.trim() === '')
        throw new Error(`metric(NAME, VALUE, UNIT) needs a name, not ${shown(name)}`);
    const cut = name.slice(0, LONGEST_NAME);
    if (typeof value !== 'number' || !Number.isFinite(value))
        throw new Error(`metric(${cut}) must be a finite number, not ${shown(value)}`);
    const unit = given ?? '';
    const base = typeof unit === 'string' ? BASES.get(unit) : undefined;
    if (typeof unit !== 'string' || base === undefined)
        throw new Error(noUnit(cut, shown(unit)));
    return { name: cut, value, unit, factor: base.factor };
}
/** Characters of a value that is named in an error. */
const LONGEST_SHOWN = 40;
function shown(value) {
    return value === '' ? '""' : String(value).slice(0, LONGEST_SHOWN);
}
/**
 * The reports of one flow in base units, each name once; one that came in two kinds of unit once for each. What can not
 * be read is left out and told in words: the flow fails for it.
 */
function reportedOf(reports) {
    const metrics = [];
    let problem;
    for (const { name, value, unit = '' } of reports) {
        const base = BASES.get(unit);
        if (base === undefined)
            problem ??= noUnit(name, shown(unit));
        else if (!Number.isFinite(value * base.factor))
            problem ??= tooMuch(name);
        else
            metrics.push({ name, value: rounded(value * base.factor), unit: base.unit });
    }
    return { metrics: addedUp(metrics), ...(problem === undefined ? {} : { problem }) };
}
/** The reports of several attempts, or by several units of one kind, as one. */
function addedUp(metrics) {
    const sums = new Map();
    for (const each of metrics) {
        const key = `${each.unit} ${each.name}`;
        const known = sums.get(key);
        sums.set(key, known === undefined ? each : { ...each, value: rounded(held(known.value + each.value)) });
    }
    return [...sums.values()];
}
/** Within what a number can hold. */
function held(value) {
    return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}
/** 2.3 · 1000 is 2299.9999999999995: an amount is the decimal that was given, as a limit is. */
function rounded(value) {
    return Number(value.toPrecision(15));
}
const UNIT_LIST = 'none, %, ratio, ns us ms s m h, B KB MB GB KiB MiB GiB';
function noUnit(name, unit) {
    return `metric(${name}): there is no unit ${unit}; units are ${UNIT_LIST}`;
}
function tooMuch(name) {
    return `metric(${name}): what the flow reported comes to more than a number can hold`;
}

;// CONCATENATED MODULE: ./build/src/flows/module/host.js








const run = (flow) => flow();
const HOOKS = ['setup', 'verify', 'teardown'];
/** Lives in the host process: runs a module's flows, all concurrently, and says how each went. */
class ModuleHost {
    #ports;
    #aborts = new Map();
    #module;
    #canaries = false;
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
                    const shared = await module.setup?.(this.#ports.contextFor(this.#context));
                    this.#context = { ...this.#context, shared };
                    return message.share === true ? { shared: packShared(shared) } : {};
                });
                break;
            case 'share':
                this.#context = { ...this.#context, shared: unpackShared(message.shared) };
                break;
            case 'verify':
                void this.#hook('verify', async (module) => {
                    const run = this.#ports.forModule(message.run);
                    const found = await module.verify?.(this.#ports.contextFor({ ...this.#context, ...run }));
                    if (found === false)
                        throw new Error('verify returned false');
                    return undefined;
                });
                break;
            case 'teardown':
                void this.#hook('teardown', async (module) => {
                    await module.teardown?.(this.#ports.contextFor(this.#context));
                    return undefined;
                });
                break;
            case 'start':
                this.#start(message);
                break;
            case 'abort':
                this.#aborts.get(message.id)?.abort(new Error(message.reason));
                break;
            case 'ping':
                this.#ports.send({ type: 'pong' });
                break;
        }
    }
    async #load(message) {
        const { module: name, options, seed, canaries } = message;
        this.#canaries = canaries === true;
        try {
            const loaded = await this.#ports.importModule(name);
            const module = asFlowModule(loaded);
            this.#module = module;
            this.#context = { shared: undefined, seed, options: this.#ports.forModule(options) };
            this.#ports.send({ type: 'loaded', hooks: HOOKS.filter((hook) => module[hook] !== undefined) });
        }
        catch (thrown) {
            this.#ports.send({ type: 'loaded', hooks: [], error: flowErrorOf(thrown) });
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
            this.#ports.send({ type: 'done', hook, error: flowErrorOf(thrown) });
        }
    }
    #prepare(flow) {
        const canary = this.#canaries ? new FlowCanary(flow.token) : undefined;
        const output = newFlowOutput(canary);
        const told = { steps: [], reports: new Reports() };
        const abort = new AbortController();
        this.#aborts.set(flow.id, abort);
        const context = this.#contextOf(flow, told, abort.signal);
        return () => this.#run(context, { id: flow.id, ...told, output, canary });
    }
    async #run(context, { id, steps, reports, output, canary }) {
        const { now, send, outputs, around = run } = this.#ports;
        const startedAt = now();
        let error;
        let returned;
        try {
            returned = await around(() => outputs.collect(output, () => this.#loaded().default(context)));
        }
        catch (thrown) {
            error = flowErrorOf(thrown);
        }
        const endedAt = now();
        this.#aborts.delete(id);
        if (canary !== undefined)
            searchValue(returned, canary);
        send({
            type: 'ended',
            id,
            flow: {
                startedAt,
                endedAt,
                error,
                steps,
                metrics: reports.isEmpty ? undefined : reports.all(),
                stdout: output.stdout.excerpt(),
                stderr: output.stderr.excerpt(),
                seen: canary?.seen(),
            },
        });
    }
    #contextOf(flow, { steps, reports }, signal) {
        const { now, contextFor, forModule } = this.#ports;
        return contextFor({
            ...this.#context,
            flow: flow.slot,
            iteration: flow.iteration,
            token: flow.token,
            workspace: flow.workspace,
            data: forModule(flow.data),
            signal,
            random: (0,random/* seededRandom */.I)((0,random/* seedOf */.n)(this.#context.seed, flow.iteration)),
            step: async (name, body) => {
                if (typeof body !== 'function')
                    throw new Error(`step(${textOf(name)}) needs a function to run`);
                refuseGenerator(`the step ${textOf(name)}`, body);
                const startedAt = now();
                try {
                    return await body();
                }
                finally {
                    if (steps.length < MOST_STEPS)
                        steps.push({ name: textOf(name), startedAt, endedAt: now() });
                }
            },
            metric: (name, value, unit) => {
                reports.add(name, value, unit);
            },
        });
    }
    #loaded() {
        if (this.#module === undefined)
            throw new Error('the module is not loaded');
        return this.#module;
    }
}
/** One more than is recorded of a flow, so that it is seen that there are more. */
const MOST_STEPS = 1001;
/** Characters of a step's name: more than are recorded. */
const host_LONGEST_NAME = 201;
/** What CommonJS code exports arrives as the default export of its namespace. */
function asFlowModule(loaded) {
    const candidates = [loaded, isObject(loaded) ? loaded.default : undefined];
    const module = candidates.find((candidate) => isObject(candidate) && typeof candidate.default === 'function');
    if (module !== undefined) {
        const exported = module;
        refuseGenerator('the flow', exported.default);
        for (const hook of HOOKS)
            refuseGenerator(hook, exported[hook]);
        return module;
    }
    throw new Error('it has no default export that is a function; write: export default async function flow(ctx) { … }');
}
/** To call a generator function runs nothing of its body: it would be ok whatever it holds. */
function refuseGenerator(what, body) {
    if (external_node_util_namespaceObject.types.isGeneratorFunction(body))
        throw new Error(`${what} is a generator function (function*), whose body does not run when it is called; remove the *`);
}
function isObject(value) {
    return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
/** Plain JavaScript may give anything for a name. */
function textOf(name) {
    return String(name).slice(0, host_LONGEST_NAME);
}
/** Characters of what could not be cloned: it may be the text of a whole function. */
const LONGEST_PATH = 100;
/**
 * What setup returned, as text that can be handed from host to host: the structured clone of HTML, so that dates, maps,
 * sets and buffers arrive as what they were. Throws if something in it is no data.
 */
function packShared(shared) {
    try {
        return (0,external_node_v8_namespaceObject.serialize)(shared).toString('base64');
    }
    catch (thrown) {
        const what = messageOf(thrown).replaceAll(/\s+/g, ' ').slice(0, LONGEST_PATH);
        throw new Error('what setup returned can not be handed to the other threads or processes: return data (structured clone) and ' +
            `open connections in the module or in the flow, or write isolate: none (${what})`, { cause: thrown });
    }
}
function unpackShared(packed) {
    return (0,external_node_v8_namespaceObject.deserialize)(external_node_buffer_namespaceObject.Buffer.from(packed, 'base64'));
}
/** Characters: what tells two errors apart stands at the beginning, and all flows of a run may throw. */
const LONGEST_TEXT = { message: 1000, stack: 8000 };
/** Causes of causes that are followed: they may go in a circle. */
const DEPTH = 5;
/** What a module's flow threw, bounded, with what caused it: `fetch failed (connect ECONNREFUSED 127.0.0.1:80)`. Never throws. */
function flowErrorOf(thrown) {
    const message = saidBy(thrown);
    const cause = rootCause(thrown);
    const whole = cause === '' || message.includes(cause) ? message : `${message} (${cause})`;
    const stack = stackOf(thrown);
    return {
        message: whole === '' ? 'an error without a message' : whole.slice(0, LONGEST_TEXT.message),
        stack: stack?.slice(0, LONGEST_TEXT.stack),
    };
}
/** The first line; one that ends with a colon, as those of `assert` do, goes on. */
function saidBy(thrown) {
    const text = (jsonOf(thrown) ?? messageOf(thrown)).slice(0, LONGEST_TEXT.message);
    const [first = '', ...more] = text.split('\n');
    return first.trimEnd().endsWith(':') ? [first, ...more].join(' ').replace(/\s+/g, ' ').trim() : first;
}
/** Of an object that is no error: `[object Object]` would be the same for all. */
function jsonOf(thrown) {
    try {
        if (typeof thrown !== 'object' || thrown === null)
            return undefined;
        if ('message' in thrown && typeof thrown.message === 'string')
            return undefined;
        return messageOf(thrown) === '[object Object]' ? JSON.stringify(thrown) : undefined;
    }
    catch {
        return undefined;
    }
}
function rootCause(thrown) {
    let last;
    let cause = causeOf(thrown);
    for (let depth = 0; cause !== undefined && depth < DEPTH; depth += 1) {
        last = cause;
        cause = causeOf(cause);
    }
    return last === undefined ? '' : saidBy(last);
}
/** An AggregateError has several, of which the first tells. */
function causeOf(thrown) {
    try {
        if (typeof thrown !== 'object' || thrown === null)
            return undefined;
        if ('cause' in thrown && thrown.cause !== undefined)
            return thrown.cause;
        return 'errors' in thrown && Array.isArray(thrown.errors) ? thrown.errors[0] : undefined;
    }
    catch {
        return undefined;
    }
}
/** A library may have put something else there. */
function stackOf(thrown) {
    try {
        const stack = thrown instanceof Error ? thrown.stack : undefined;
        return typeof stack === 'string' ? stack : undefined;
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = require("node:url");
;// CONCATENATED MODULE: ./build/src/flows/module/import.js



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
    return thrown instanceof Error && thrown.name === 'SyntaxError'
        ? `${message}; node --check FILE shows the line`
        : message;
}
/** `file:///a/b.mjs:3:1` or `/a/b.cjs:3:1`, in brackets after a function's name or alone; the column may be missing. */
const FRAME = /^\s*at (?:.*\()?(?:async )?((?:file:\/\/)?[/\\].*?|[A-Za-z]:\\.*?):(\d+)(?::\d+)?\)?$/;
/** Node writes it before the stack of a CommonJS module that can not be parsed. */
const HEADING = /^((?:file:\/\/)?[/\\].*?|[A-Za-z]:\\.*?):(\d+)$/;
/** Characters; over a line that was made for it these patterns would take forever. */
const LONGEST_FRAME = 2000;
/** `flows/order.mjs:3`: the line of the user's code that threw, as the stack tells; undefined if it tells of none. */
function thrownAt(thrown, { cwd, own }) {
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    for (const line of stack.split('\n')) {
        if (line.length > LONGEST_FRAME)
            continue;
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

;// CONCATENATED MODULE: ./build/src/system/ports.js
/** Bytes: the most of a file that a person writes, such as a config. */
const SMALL_FILE = 256_000;
/** Exit status of a shell that could not enter its limits; 126 and 127 are the shell's own. */
const NOT_ENTERED = 125;
/** Bytes of the longest line that a host may say. */
const ports_LONGEST_LINE = 64 * 1024 * 1024;

;// CONCATENATED MODULE: ./build/src/flows/module/protocol.js
/**
 * Messages between flowgate and a host of module flows, which is a process or a thread of one: lines of JSON over a
 * channel of our own.
 */



const TOO_LONG = 'more than 64 MB';
/** Bytes of a character in UTF-8, at most. */
const OF_A_CHARACTER = 3;
/** What stands before the message in its line. */
const KEY_ROOM = 64;
/** A message as a line of JSON. One that is too long, or that is no data, says so in place of what it holds. */
function lineOf(message) {
    const line = protocol_jsonOf(message);
    return line !== undefined && isShort(line) ? line : JSON.stringify(withoutContent(message));
}
function isShort(line) {
    return line.length * OF_A_CHARACTER < ports_LONGEST_LINE || external_node_buffer_namespaceObject.Buffer.byteLength(line) < ports_LONGEST_LINE - KEY_ROOM;
}
function protocol_jsonOf(message) {
    try {
        return JSON.stringify(message);
    }
    catch {
        return undefined;
    }
}
function withoutContent(message) {
    switch (message.type) {
        case 'ended':
            return { ...message, flow: { ...message.flow, ...SAYS_TOO_MUCH } };
        case 'done':
            return { type: 'done', hook: message.hook, error: { message: whyNotDone(message) } };
        case 'loaded':
            return { type: 'loaded', hooks: [], error: { message: `its error has ${TOO_LONG}` } };
        case 'said':
            return withoutContentOf(message);
        case 'listening':
        case 'pong':
        case 'gone':
            return message;
    }
}
const SAYS_TOO_MUCH = {
    error: { message: `the flow's steps and its error are ${TOO_LONG} together: name fewer steps` },
    steps: [],
    metrics: [],
    stdout: NOTHING_PRINTED,
    stderr: NOTHING_PRINTED,
};
function whyNotDone({ shared }) {
    return shared === undefined
        ? `its error has ${TOO_LONG}`
        : `what setup returned is ${TOO_LONG} when it is handed to the other threads or processes: load it in the module instead`;
}
/** Of a thread's host. What is no message stays none, so that the thread is ended for it. */
function withoutContentOf({ thread, message }) {
    const isOurs = typeof message === 'object' && message !== null && 'type' in message;
    return {
        type: 'said',
        thread,
        ...(isOurs ? { message: withoutContent(message) } : {}),
    };
}

;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = require("node:net");
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

;// CONCATENATED MODULE: ./build/src/host.js
/**
 * The host of module flows: real ports in, messages out. Started by flowgate, never by hand; as a process, and as each
 * thread of one. It runs in a realm of its own, and the module in Node's: see system/own-script.ts.
 */









// Bound before any module could replace them.
const nextTick = process.nextTick.bind(process);
const exit = process.exit.bind(process);
/** ms. */
const WITHOUT_GUARD = 1000;
/** Modules that are shipped in the bundle. */
const BUILT_IN = {
    'flowgate:demo': () => Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 407)),
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
            nextTick(callback);
        return true;
    };
}
/** A host that says what it has to say by `send`. */
function openHost(send) {
    const outputs = new FlowOutputs();
    divert('stdout', outputs);
    divert('stderr', outputs);
    const time = {
        now: () => nodeClock.now(),
        after: (ms, callback) => void nodeClock.timer(ms, callback),
    };
    const worked = () => performance.eventLoopUtilization().active;
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
function serveAsThread(parent) {
    parent.once('message', (port) => {
        const send = port.postMessage.bind(port);
        const host = openHost(send);
        port.on('message', (message) => {
            host.handle(message);
        });
        send({ type: 'listening' });
    });
}
function serveAsProcess() {
    const say = channelToParent({
        key: flowgate.key,
        onMessage: (received) => {
            const message = received;
            if (isForThreads(message))
                threads.handle(message);
            else
                host.handle(message);
        },
        // Without its parent it has nothing to do. Our guard ends it with all that it has adopted, which would be lost from
        // sight if it ended first; it ends by itself only if there is no guard.
        onEnd: () => nodeClock.timer(WITHOUT_GUARD, () => exit()),
    });
    const send = (message) => {
        say(lineOf(message));
    };
    const host = openHost(send);
    const threads = new HostThreads(flowgate.threadText, send);
    send({ type: 'listening' });
}
if (external_node_worker_threads_namespaceObject.isMainThread)
    serveAsProcess();
else if (external_node_worker_threads_namespaceObject.parentPort !== null)
    serveAsThread(external_node_worker_threads_namespaceObject.parentPort);

module.exports = __webpack_exports__;
/******/ })()
;