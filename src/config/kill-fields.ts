import { z } from 'zod';
import type { KillPlan } from '../model/faults.js';
import { readShare, readTime, type Read } from './fault-values.js';
import { read } from './fault-toxics.js';
import { oneOf, show } from './fields.js';

/* `faults.kill`: flows that are killed on purpose. */

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT'] as const;
const AFTER: KillPlan['after'] = { from: 100, to: 1000 };
const SIGNAL = 'SIGKILL';

const about = (description: string) => ({ description });

/** `100ms..1s`, or one time for all: `500ms`. */
function readAfter(text: string): Read<KillPlan['after']> {
  const [first = '', last = first, more] = text.split(/\s*\.\.+\s*/);
  if (more !== undefined || first.trim() === '' || last.trim() === '') {
    return { ok: false, message: `${text} has no two ends; write it as 100ms..1s, or 500ms for all` };
  }
  const from = readTime(first);
  if (!from.ok) return from;
  const to = readTime(last);
  if (!to.ok) return to;
  if (to.value < from.value) {
    return {
      ok: false,
      message: `${text} ends before it begins; write the earlier time first, as in 100ms..1s`,
    };
  }
  return { ok: true, value: { from: from.value, to: to.value } };
}

function readShareOfFlows(text: string): Read<number> {
  const share = readShare(text);
  return share.ok ? share : { ok: false, message: share.message.replace('the connections', 'the flows') };
}

const map = z.strictObject(
  {
    share: read('a share of the flows such as 10%', readShareOfFlows).meta(
      about('share of the flows of a faulted wave that are killed, each drawn by itself: 10%'),
    ),
    after: read('a span of time such as 100ms..1s', readAfter)
      .optional()
      .meta(about('how long after its start a flow is killed, drawn evenly; 100ms..1s if left out')),
    signal: oneOf(SIGNALS)
      .optional()
      .meta(about('what command flows and modules with isolate: process are sent; SIGKILL if left out')),
  },
  {
    error: ({ code, input }) =>
      code === 'invalid_type'
        ? `must be a map such as {share: 10%, after: 100ms..1s}, not ${show(input)}`
        : undefined,
  },
);

export const kill = map.transform(({ share, after = AFTER, signal = SIGNAL }): KillPlan => ({
  share,
  after,
  signal,
}));

export const KILL_KEYS: readonly string[] = Object.keys(map.shape);
