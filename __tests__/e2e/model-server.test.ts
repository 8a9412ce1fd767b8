import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';

/*
 * The model server of examples/crewai and examples/writing: what clients of OpenAI's API rely on, and what the examples do.
 */

const SERVER = join(import.meta.dirname, '../../examples/crewai/model-server.mjs');
const RUN = 'fg-0123456789ab';

const usageSchema = z.strictObject({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
});
const completionSchema = z.object({
  object: z.literal('chat.completion'),
  choices: z.tuple([
    z.object({
      index: z.literal(0),
      finish_reason: z.literal('stop'),
      message: z.object({ role: z.literal('assistant'), content: z.string() }),
    }),
  ]),
  usage: usageSchema,
});
const chunkSchema = z.object({
  object: z.literal('chat.completion.chunk'),
  choices: z.array(z.object({ delta: z.object({ content: z.string().optional() }) })).max(1),
  usage: usageSchema.optional(),
});
const errorSchema = z.object({ error: z.object({ message: z.string(), type: z.string() }) });

const servers: ChildProcess[] = [];
afterAll(() => {
  for (const server of servers) server.kill();
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Starts one whose answers take next to no time; gives its base URL. */
async function start(...args: readonly string[]): Promise<string> {
  const port = await freePort();
  const server = spawn(process.execPath, [SERVER, `${port}`, '--speed', '1000', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  await once(server.stdout, 'data');
  return `http://127.0.0.1:${port}/v1`;
}

function post(base: string, body: unknown): Promise<Response> {
  return fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const question = (content: string): { messages: unknown[] } => ({
  messages: [
    { role: 'system', content: 'You write.' },
    { role: 'user', content },
  ],
});

async function answer(base: string, content: string): Promise<z.infer<typeof completionSchema>> {
  const response = await post(base, { model: 'any', ...question(content) });
  expect(response.status).toBe(200);
  return completionSchema.parse(await response.json());
}

const textOf = ({ choices: [{ message }] }: z.infer<typeof completionSchema>): string => message.content;
const countWords = (text: string): number => text.split(/\s+/u).length;

let base: string;
beforeAll(async () => {
  base = await start();
});

describe('the model server', () => {
  test('answers in as many words as the last message asks for, and counts words as tokens', async () => {
    const reply = await answer(base, 'Write about the sea in about 40 words.');
    expect(countWords(textOf(reply))).toBe(40);
    expect(reply.usage).toEqual({ prompt_tokens: 10, completion_tokens: 40, total_tokens: 50 });
  });

  test('brings each canary of the prompt back, also one of a system message, and no other text of it', async () => {
    const response = await post(base, {
      messages: [
        { role: 'system', content: `You work for ${RUN}-7.` },
        { role: 'user', content: [{ type: 'text', text: `Judge: ${RUN}-12 and ${RUN}-7 in about 9 words` }] },
      ],
    });
    const text = textOf(completionSchema.parse(await response.json()));
    expect(text.match(/fg-[\w-]+/gu)).toEqual([`${RUN}-7`, `${RUN}-12`]);
    expect(text).not.toContain('Judge');
  });

  test('answers in the form that agents are told to use', async () => {
    const reply = await answer(base, 'Use this form. Final Answer: the answer. In about 9 words.');
    expect(textOf(reply)).toMatch(/^Thought: .*\nFinal Answer: /u);
  });

  test('streams the same answer in parts, with its usage if that is asked for', async () => {
    const prompt = `Write for ${RUN}-3 in about 60 words.`;
    const whole = await answer(base, prompt);
    const response = await post(base, {
      ...question(prompt),
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = (await response.text()).trimEnd().split('\n\n');
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events
      .slice(0, -1)
      .map((event) => chunkSchema.parse(JSON.parse(event.replace('data: ', ''))));
    const parts = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ''));
    expect(parts.join('')).toBe(textOf(whole));
    expect(parts.filter((part) => part !== '').length).toBeGreaterThan(10);
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
  });

  test('draws answers from the seed and from who asks, not from the run', async () => {
    const other = await start('--seed', '2');
    const ask = (from: string, token: string): Promise<string> =>
      answer(from, `For ${token} in about 30 words`).then((reply) => textOf(reply).split('\n')[0] ?? '');
    const first = await ask(base, `${RUN}-1`);
    expect(await ask(base, 'fg-ba9876543210-1')).toBe(first);
    expect(await ask(base, `${RUN}-2`)).not.toBe(first);
    expect(await ask(other, `${RUN}-1`)).not.toBe(first);
  });

  test('gives up on one flow in fifty in a row, never on a warm-up flow, and on none of the first ten', async () => {
    const failing = await start('--failures', '2%');
    const numbers = [...Array.from({ length: 100 }, (_, at) => `${at + 1}`), 'w1', 'w50'];
    const failed: string[] = [];
    for (const number of numbers) {
      const response = await post(failing, question(`For ${RUN}-${number} in about 5 words`));
      if (response.status === 200) continue;
      expect(response.status).toBe(503);
      expect(errorSchema.parse(await response.json()).error).toMatchObject({ type: 'server_error' });
      failed.push(number);
    }
    const [first = 0, second = 0] = failed.map(Number);
    expect(failed).toHaveLength(2);
    expect(second - first).toBe(50);
    expect(first).toBeGreaterThan(10);
  });

  test.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['no messages', '{}'],
    ['an empty list', '{"messages": []}'],
    ['something that is no message', '{"messages": [null]}'],
  ])('refuses %s with 400 and goes on', async (_what, body) => {
    const response = await fetch(`${base}/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(errorSchema.parse(await response.json()).error.type).toBe('invalid_request_error');
  });

  test('lists its model, and says what it does not have', async () => {
    const models = (await (await fetch(`${base}/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toEqual(['writer-1']);
    expect((await fetch(`${base}/embeddings`, { method: 'POST' })).status).toBe(404);
  });
});
