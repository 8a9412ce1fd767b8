export const id = 579;
export const ids = [579];
export const modules = {

/***/ 579:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  ARTICLE_FILE: () => (/* binding */ ARTICLE_FILE),
  BUGS: () => (/* reexport */ BUGS),
  BUG_MEANINGS: () => (/* reexport */ BUG_MEANINGS),
  "default": () => (/* binding */ flow),
  setup: () => (/* binding */ setup),
  verify: () => (/* binding */ verify)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(760);
// EXTERNAL MODULE: ./build/src/stats/random.js
var random = __webpack_require__(918);
;// CONCATENATED MODULE: ./build/src/demo/crew.js
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

;// CONCATENATED MODULE: ./build/src/demo/pick.js
/** The item that a uniform draw in [0, 1) falls on. */
function pick(items, draw) {
    return items[Math.floor(draw * items.length)] ?? items[0];
}

;// CONCATENATED MODULE: ./build/src/demo/corpus.js

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
function paragraph(subject, random, sentences) {
    return Array.from({ length: sentences }, () => sentence(subject, random)).join(' ');
}

;// CONCATENATED MODULE: ./build/src/demo/assignment.js




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

;// CONCATENATED MODULE: ./build/src/demo/alerts.js
class Alerts {
    tokensByRule = new Map();
    /** True if the alert is new; a flow that raises the same rule again changes nothing. */
    raise(rule, token) {
        const tokens = this.tokensByRule.get(rule) ?? new Set();
        const isNew = !tokens.has(token);
        tokens.add(token);
        this.tokensByRule.set(rule, tokens);
        return isNew;
    }
    /** Tokens of the flows that raised the rule. */
    raisedBy(rule) {
        return this.tokensByRule.get(rule) ?? new Set();
    }
}

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

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(500);
;// CONCATENATED MODULE: ./build/src/demo/collector.js

const EMPTY = { started: 0, failed: 0, finished: 0, words: 0, answers: {}, entries: [] };
/** ms between reading and writing, as a remote store would take. */
const STORE_LATENCY_MS = 5;
/**
 * The metrics that all flows report to.
 * Atomic: a change is applied to what is there when it is applied. Not atomic (bug `race`): the state is read, the
 * store takes its time, and what was read is written back with the change, over whatever others wrote meanwhile.
 */
class MetricsCollector {
    state = EMPTY;
    atomic;
    constructor({ atomic }) {
        this.atomic = atomic;
    }
    started() {
        return this.apply((before) => ({ ...before, started: before.started + 1 }));
    }
    failed() {
        return this.apply((before) => ({ ...before, failed: before.failed + 1 }));
    }
    answered(crew) {
        return this.apply((before) => ({
            ...before,
            answers: { ...before.answers, [crew]: (before.answers[crew] ?? 0) + 1 },
        }));
    }
    finished(entry) {
        return this.apply((before) => ({
            ...before,
            finished: before.finished + 1,
            words: before.words + entry.words,
            entries: [...before.entries, entry],
        }));
    }
    snapshot() {
        return this.state;
    }
    async apply(change) {
        if (this.atomic) {
            this.state = change(this.state);
            return;
        }
        const read = this.state;
        await (0,external_node_timers_promises_.setTimeout)(STORE_LATENCY_MS);
        this.state = change(read);
    }
}

;// CONCATENATED MODULE: ./build/src/demo/model.js

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
            await (0,external_node_timers_promises_.setTimeout)(latency * (failsAt ?? 1), undefined, { signal });
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

;// CONCATENATED MODULE: ./build/src/demo/text.js
/** The words of a text, in lower case, in order. */
function words(text) {
    return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}
/**
 * Flesch reading ease: 100 is very easy, 0 is very hard, usual prose is about 60.
 * R. Flesch, "A new readability yardstick", 1948. Undefined for a text without a word.
 */
function readingEase(text) {
    const all = words(text);
    if (all.length === 0) {
        return undefined;
    }
    const sentences = Math.max(1, text.split(/[.!?]+(?:\s|$)/u).filter((part) => part.trim() !== '').length);
    const syllables = all.reduce((sum, word) => sum + syllablesOf(word), 0);
    return 206.835 - (1.015 * all.length) / sentences - (84.6 * syllables) / all.length;
}
/** Groups of vowels, without a silent e at the end: right for most English words. */
function syllablesOf(word) {
    const groups = word.replace(/e$/u, '').match(/[aeiouy]+/gu);
    return Math.max(1, groups?.length ?? 0);
}
/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text) {
    let value = 0x811c9dc5;
    for (let at = 0; at < text.length; at += 1) {
        value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
    }
    return value >>> 0;
}
/** The share of three-word sequences that occur more than once: 0 for a text that never repeats itself. */
function repetition(text) {
    const all = words(text);
    const seen = new Set();
    let repeated = 0;
    for (let at = 2; at < all.length; at += 1) {
        const triple = hash(`${all[at - 2] ?? ''} ${all[at - 1] ?? ''} ${all[at] ?? ''}`);
        repeated += seen.has(triple) ? 1 : 0;
        seen.add(triple);
    }
    return all.length < 3 ? 0 : repeated / (all.length - 2);
}

;// CONCATENATED MODULE: ./build/src/demo/quality-gate.js

/** Below this, Flesch calls a text "very difficult". */
const HARDEST = 30;
/** Sentences are made of few parts here, so that most phrases come back: an article may say three in four again. */
const MOST_REPETITION = 0.75;
/** The gate that every article passes through; keeps a running mean and variance of what it saw. */
class QualityGate {
    count = 0;
    mean = 0;
    squares = 0;
    /** Throws if there is nothing to review. */
    review(article) {
        const ease = readingEase(article);
        if (ease === undefined) {
            throw new Error('the article is empty');
        }
        const share = repetition(article);
        this.remember(ease);
        return {
            words: words(article).length,
            ease,
            repetition: share,
            hardToRead: ease < HARDEST,
            repeatsItself: share > MOST_REPETITION,
        };
    }
    reviewed() {
        return this.count;
    }
    /** Mean and variance of the reading ease so far; the variance is 0 for fewer than two reviews. */
    ease() {
        return { mean: this.mean, variance: this.count < 2 ? 0 : this.squares / (this.count - 1) };
    }
    /** Welford's update (Technometrics 1962): one pass, and no sum that grows. */
    remember(ease) {
        this.count += 1;
        const before = ease - this.mean;
        this.mean += before / this.count;
        this.squares += before * (ease - this.mean);
    }
}

;// CONCATENATED MODULE: ./build/src/demo/sessions.js
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

;// CONCATENATED MODULE: ./build/src/demo/desk.js






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

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(421);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(474);
;// CONCATENATED MODULE: ./build/src/demo/misbehave.js


const LEAK_BYTES = 1024 * 1024;
/** An orphan ends by itself after this long, so that trying the demo leaves nothing for ever. */
const ORPHAN_SECONDS = 60;
/** Flows 1, 6, 11 … */
const ORPHAN_EVERY = 5;
/** What the bugs `bleed`, `leak` and `orphan` do at the start of a flow; the others are where they go wrong. */
async function misbehave(ctx) {
    const desk = ctx.shared;
    if (desk.bug === 'bleed') {
        desk.currentUser = ctx.token;
    }
    if (desk.bug === 'leak') {
        desk.hoard.push(Buffer.alloc(LEAK_BYTES, 1));
    }
    if (desk.bug === 'orphan' && ctx.iteration % ORPHAN_EVERY === 1) {
        await leaveOrphan(ctx.token);
    }
}
/** A process in a session of its own, which outlives the flow and carries its token. */
async function leaveOrphan(token) {
    const [program, ...args] = process.platform === 'win32'
        ? [process.execPath, '-e', `setTimeout(() => {}, ${ORPHAN_SECONDS * 1000})`]
        : ['sleep', `${ORPHAN_SECONDS}`];
    const child = (0,external_node_child_process_.spawn)(program, args, {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, FLOWGATE_TOKEN: token },
    });
    await (0,external_node_events_.once)(child, 'spawn');
    child.unref();
}

;// CONCATENATED MODULE: ./build/src/model/tally.js
function totalOf({ ok, failed, timed_out, killed, dropped }) {
    return ok + failed + timed_out + killed + dropped;
}
/** Of the flows that no fault hit on purpose: what the system under test is judged by. */
function bystandersOf({ counts, hits }) {
    return {
        ok: counts.ok - hits.ok,
        failed: counts.failed - hits.failed,
        timed_out: counts.timed_out - hits.timed_out,
        killed: counts.killed - hits.killed,
        dropped: counts.dropped - hits.dropped,
    };
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
    const begun = totalOf(counts) - counts.dropped + warmup;
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

;// CONCATENATED MODULE: ./build/src/demo/vectors.js

/** Feature hashing: each word adds ±1 at the place that its hash names (Weinberger et al., ICML 2009). */
function vectors_embed(texts, dimensions) {
    const values = new Float32Array(texts.length * dimensions);
    texts.forEach((text, row) => {
        const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
        const places = new Set();
        for (const word of words(text)) {
            const code = hash(word);
            const at = code % dimensions;
            vector[at] = (vector[at] ?? 0) + (code & 0x80000000 ? -1 : 1);
            places.add(at);
        }
        normalise(vector, places);
    });
    return { rows: texts.length, dimensions, values };
}
/** All other places are 0. */
function normalise(vector, places) {
    let square = 0;
    for (const at of places) {
        square += (vector[at] ?? 0) ** 2;
    }
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
    for (const at of places) {
        vector[at] = (vector[at] ?? 0) * scale;
    }
}
/** The rows most like the text, best first, with their cosine. */
function nearest(vectors, text, count) {
    const { rows, dimensions, values } = vectors;
    const query = vectors_embed([text], dimensions).values;
    const found = Array.from({ length: rows }, (_, row) => ({
        row,
        cosine: dot(values.subarray(row * dimensions, (row + 1) * dimensions), query),
    }));
    return found.sort((a, b) => b.cosine - a.cosine).slice(0, count);
}
function dot(a, b) {
    let sum = 0;
    for (let at = 0; at < a.length; at += 1) {
        sum += (a[at] ?? 0) * (b[at] ?? 0);
    }
    return sum;
}

;// CONCATENATED MODULE: ./build/src/demo/writing.js



/** Answers that the research crew's model gives, passages in each, and the size of a vector: 8 MB of vectors in all. */
const SEARCHES = 2;
const PASSAGES = 510;
const DIMENSIONS = 2048;
const KEPT_PASSAGES = 5;
/** Parts that the draft's model streams, each an answer of its own. */
const PARAGRAPHS = 6;
const SENTENCES = 7;
/** Of a model that is `speed` times as fast because it is so much smaller, and finds so many passages fewer. */
function search(subject, random, speed = 1) {
    const count = Math.max(KEPT_PASSAGES, Math.round(PASSAGES / Math.max(1, speed)));
    const passages = Array.from({ length: count }, () => sentence(subject, random));
    return { passages, vectors: vectors_embed(passages, DIMENSIONS) };
}
/** Keeps the passages that are nearest to the subject. */
function takeNotes(finds, subject) {
    return { finds, quotes: quote(finds, subject, KEPT_PASSAGES) };
}
function quote(finds, text, count) {
    const best = finds.flatMap(({ passages, vectors }) => nearest(vectors, text, count).map(({ row, cosine }) => ({ passage: passages[row] ?? '', cosine })));
    return best
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, count)
        .map(({ passage }) => passage);
}
/** How many words a sentence may have: readers of easy sources get short sentences. */
function sentenceLimit(notes) {
    const ease = readingEase(notes.quotes.join(' ')) ?? 60;
    return Math.max(8, Math.min(20, Math.round(ease / 4)));
}
/** One paragraph of the draft; it closes with a passage that was found for it. */
function draftParagraph(subject, notes, random) {
    const text = paragraph(subject, random, SENTENCES);
    return `${text} ${notes.quotes[Math.floor(random() * notes.quotes.length)] ?? ''}`;
}
/** Cuts sentences that are longer than the limit at their comma, and puts a related passage below the text. */
function polish(draft, notes, limit) {
    const body = draft.map((text) => text
        .split(/(?<=\.)\s/u)
        .map((part) => shorten(part, limit))
        .join(' '));
    const related = quote(notes.finds, body[0] ?? '', 1);
    return [...body, `See also: ${related.join(' ')}`].join('\n\n');
}
function shorten(text, limit) {
    return words(text).length > limit ? text.replace(/,.*$/u, '.') : text;
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
        return takeNotes(finds, subject);
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
    const found = gate.review(article);
    if (found.hardToRead) {
        alerts.raise('hard to read', ctx.token);
    }
    if (found.repeatsItself) {
        alerts.raise('repeats itself', ctx.token);
    }
}
/** Writes the article into the flow's own folder, says so in one line, and reports it: last, so that it counts once. */
async function publish(ctx, article) {
    const count = words(article).length;
    const bylines = [...article.matchAll(/^Written for: (.*)$/gmu)].map(([, name]) => name ?? '');
    await (0,promises_.writeFile)((0,external_node_path_.join)(ctx.workspace, ARTICLE_FILE), article);
    console.log(`wrote "${titleOf(article)}", ${count} words, for ${bylines.join(', ')}`);
    await ctx.shared.collector.finished({ token: ctx.token, iteration: ctx.iteration, words: count });
}
function titled(subject) {
    return subject.charAt(0).toUpperCase() + subject.slice(1);
}
function titleOf(article) {
    return /^# (.*)$/mu.exec(article)?.[1] ?? '';
}


/***/ })

};
