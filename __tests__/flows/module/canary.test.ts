import { expect, test } from '@jest/globals';
import { ModuleHost } from '../../../src/flows/module/host.js';
import type { FromHost, HostedFlow } from '../../../src/flows/module/protocol.js';
import { FlowOutputs } from '../../../src/flows/output.js';

const flow = (iteration: number): HostedFlow => ({
  id: iteration,
  slot: iteration,
  iteration,
  token: `fg-x-${iteration}`,
  workspace: '',
});

const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tokens of others are found in what a flow prints and returns, and told apart', async () => {
  const outputs = new FlowOutputs();
  const sent: FromHost[] = [];
  const module = {
    default: async (ctx: { iteration: number; token: string }) => {
      outputs.take('stdout', `I am ${ctx.token}\n`);
      await quiet();
      if (ctx.iteration === 2) outputs.take('stderr', 'fg-x-1 was here\n');
      return ctx.iteration === 3 ? { user: 'fg-x-1' } : ctx.token;
    },
  };
  const host = new ModuleHost({
    now: () => 0,
    after: (_, callback) => setImmediate(callback),
    worked: () => 0,
    send: (message) => sent.push(message),
    forModule: (data) => data,
    contextFor: (context) => context,
    importModule: () => Promise.resolve(module),
    outputs,
  });
  host.handle({ type: 'load', module: '/m.mjs', options: {}, seed: 7, canaries: true });
  await quiet();
  host.handle({ type: 'start', flows: [flow(1), flow(2), flow(3)] });
  await quiet();
  await quiet();
  const seen = sent.flatMap((message) => (message.type === 'ended' ? [message.flow.seen] : []));
  expect(seen).toEqual([
    { own: true, others: [], count: 0, missed: false },
    {
      own: true,
      others: [{ token: 'fg-x-1', place: 'stderr', at: 0, context: 'fg-x-1 was here' }],
      count: 1,
      missed: false,
    },
    {
      own: true,
      others: [{ token: 'fg-x-1', place: 'return value', where: '.user', context: 'fg-x-1' }],
      count: 1,
      missed: false,
    },
  ]);
});
