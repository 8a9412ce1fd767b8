/**
 * A server that speaks OpenAI's API, with no model behind it: answers are put together from a few phrases and take as long
 * as a model would. Everything is drawn from the seed and from who asks, so that every run waits for the same time.
 *
 *   node model-server.mjs PORT [--seed 1] [--failures 2%] [--speed 1]
 *
 * POST /v1/chat/completions (`stream` too) and GET /v1/models. "in about 110 words" in the last message sets the length.
 * Canary tokens that the prompt holds come back in the answer: a prompt with the text of another flow shows in what the
 * flow returns. A token of usage is a word.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const MODEL = 'writer-1';

/**
 * ms for 500 words, which is what the five crews ask for in all: the shortest flow, and how much the longest has more. What
 * CrewAI itself takes comes on top: a flow is 2 to 3 s.
 */
const SHORTEST_MS = 1700;
const SPREAD_MS = 500;
const WORDS_OF_A_FLOW = 500;

/** Words of an answer whose prompt sets no length. */
const DEFAULT_WORDS = 100;
const MOST_WORDS = 5000;
const MOST_BYTES = 1024 * 1024;
/** Parts that a streamed answer comes in. */
const CHUNKS = 20;

const CANARY = /\bfg-[0-9a-f]{12}-(w?\d+)\b/gu;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    failures: { type: 'string', default: '0%' },
    speed: { type: 'string', default: '1' },
  },
});
const port = Number(positionals[0]);
const share = Number(/^(\d+(?:\.\d+)?)%$/u.exec(options.failures)?.[1] ?? NaN) / 100;
const speed = Number(options.speed);
if (!(port > 0) || !(share >= 0 && share <= 1) || !(speed > 0)) {
  console.error('usage: node model-server.mjs PORT [--seed 1] [--failures 2%] [--speed 1]');
  process.exit(2);
}

/** Uniform in [0, 1), by what it is drawn for. */
function draw(...what) {
  const hash = createHash('sha256').update([options.seed, ...what].join(' '));
  return hash.digest().readUInt32BE(0) / 2 ** 32;
}

/** What the server needs of a prompt: who asks (the flow's number, else the text itself), the length, the canaries. */
function readPrompt(messages) {
  const text = messages.map(({ content }) => textOf(content)).join('\n');
  const asked = Number(/\babout (\d+) words\b/u.exec(textOf(messages.at(-1).content))?.[1] ?? DEFAULT_WORDS);
  const canaries = [...text.matchAll(CANARY)];
  return {
    flow: canaries[0]?.[1] ?? text,
    words: Math.min(MOST_WORDS, Math.max(1, asked)),
    canaries: [...new Set(canaries.map(([token]) => token))],
    // Agents that are told to answer in this form read nothing else.
    isFormal: text.includes('Final Answer:'),
    tokens: wordsOf(text).length,
  };
}

/** Content is a text, or a list of parts of which some are texts. */
function textOf(content) {
  if (!Array.isArray(content)) return String(content ?? '');
  return content.map(({ text = '' }) => text).join('\n');
}

const wordsOf = (text) => text.match(/\S+/gu) ?? [];

/** ms of an answer. Cubed, as answers of models are: many flows are quick, few are slow. Each answer is a tenth off at most. */
function latencyOf({ flow, words }) {
  const pace = (SHORTEST_MS + SPREAD_MS * draw('pace', flow) ** 3) / WORDS_OF_A_FLOW;
  return (words * pace * (0.9 + 0.2 * draw('latency', flow, words))) / speed;
}

/**
 * Whether the model gives up on this flow: one in 1/share, counted on from one that the seed draws (a systematic sample,
 * Madow and Madow 1944), so that ten flows never have two failures by bad luck. Who has no number never fails.
 */
function givesUpOn(flow) {
  if (share === 0 || !/^\d+$/u.test(flow)) return false;
  const every = 1 / share;
  const start = draw('gives up') * every;
  return Math.floor((Number(flow) + start) / every) > Math.floor((Number(flow) - 1 + start) / every);
}

const ACTORS = ['A reader', 'The author', 'A reviewer', 'The team', 'A newcomer', 'The maintainer'];
const ACTS = ['expects', 'notices', 'questions', 'shortens', 'keeps', 'forgets', 'rewrites', 'checks'];
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

/** As many words as were asked for, and the canaries of the prompt. */
function answerTo({ flow, words, canaries, isFormal }) {
  const said = [];
  for (let at = 0; said.length < words; at += 1) {
    const part = (phrases, place) => phrases[Math.floor(draw(flow, words, at, place) * phrases.length)];
    const clause = `${part(ACTORS, 0)} ${part(ACTS, 1)} ${part(THINGS, 2)}`;
    said.push(...wordsOf(`${clause}, ${part(REASONS, 3)}.`));
  }
  const text = said
    .slice(0, words)
    .join(' ')
    .replace(/[.,]?$/u, '.');
  const answer = [text, ...canaries.map((token) => `Written for: ${token}`)].join('\n');
  return isFormal ? `Thought: I now can give a great answer\nFinal Answer: ${answer}` : answer;
}

let count = 0;

async function complete(request, response) {
  const body = JSON.parse(await read(request));
  const { messages, stream = false, stream_options: streamOptions } = body ?? {};
  const isList = Array.isArray(messages) && messages.every((one) => typeof one?.role === 'string');
  if (!isList || messages.length === 0) {
    return refuse(response, 400, 'messages must be a list of at least one {role, content}');
  }
  const prompt = readPrompt(messages);
  const content = answerTo(prompt);
  const completion = wordsOf(content).length;
  count += 1;
  const reply = {
    id: `chatcmpl-${count}`,
    created: Math.floor(Date.now() / 1000),
    model: body.model ?? MODEL,
  };
  const usage = {
    prompt_tokens: prompt.tokens,
    completion_tokens: completion,
    total_tokens: prompt.tokens + completion,
  };
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const wait = (ms) => delay(ms, undefined, { signal: gone.signal });
  const latency = latencyOf(prompt);
  if (givesUpOn(prompt.flow)) {
    await wait(latency * draw('gives up at', prompt.flow));
    return refuse(response, 503, 'the model gave up: overloaded');
  }
  if (!stream) {
    await wait(latency);
    const message = { role: 'assistant', content };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return send(response, 200, { ...reply, object: 'chat.completion', choices, usage });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const event = (choices, more = {}) =>
    response.write(
      `data: ${JSON.stringify({ ...reply, object: 'chat.completion.chunk', choices, ...more })}\n\n`,
    );
  const choice = (delta, reason = null) => [{ index: 0, delta, finish_reason: reason }];
  event(choice({ role: 'assistant', content: '' }));
  const parts = divided(content);
  for (const part of parts) {
    await wait(latency / parts.length);
    event(choice({ content: part }));
  }
  event(choice({}, 'stop'));
  if (streamOptions?.include_usage === true) event([], { usage });
  response.end('data: [DONE]\n\n');
}

/** A text in at most CHUNKS parts, which together are the text again. */
function divided(text) {
  const size = Math.ceil(text.length / CHUNKS);
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
}

async function read(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MOST_BYTES) throw new SyntaxError('the request is too large');
  }
  return text;
}

function send(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function refuse(response, status, message) {
  send(response, status, {
    error: {
      message,
      type: status < 500 ? 'invalid_request_error' : 'server_error',
      code: null,
      param: null,
    },
  });
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  try {
    if (request.method === 'GET' && pathname === '/v1/models') {
      return send(response, 200, {
        object: 'list',
        data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'flowgate' }],
      });
    }
    if (request.method === 'POST' && pathname === '/v1/chat/completions') {
      return await complete(request, response);
    }
    refuse(response, 404, `there is no ${request.method} ${pathname}`);
  } catch (error) {
    // Who asked has gone: nobody reads the answer.
    if (error.name === 'AbortError') return;
    if (error instanceof SyntaxError) return refuse(response, 400, error.message);
    throw error;
  }
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}

server.listen(port, '127.0.0.1', () => console.log(`the model answers on port ${port}`));
