import type { z } from 'zod';
import type { KillPlan } from '../model/faults.js';
import { map, oneOf, readAs, type Finding, type Path } from './fields.js';
import { good, readShare, readTime, unreadable, type Read } from './quantities.js';

/* `faults.kill`: flows that are killed on purpose. */

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT'] as const;
const AFTER: KillPlan['after'] = { from: 100, to: 1000 };
const SIGNAL = 'SIGKILL';

/** `100ms..1s`, or one time for all: `500ms`. */
function readAfter(text: string): Read<KillPlan['after']> {
  const [first = '', last = first, more] = text.split(/\s*\.\.+\s*/);
  if (more !== undefined || first.trim() === '' || last.trim() === '') {
    return unreadable(`${text} has no two ends; write it as 100ms..1s, or 500ms for all`);
  }
  const from = readTime(first);
  if (!from.ok) return from;
  const to = readTime(last);
  if (!to.ok) return to;
  if (to.value < from.value) {
    return unreadable(`${text} ends before it begins; write the earlier time first, as in 100ms..1s`);
  }
  return good({ from: from.value, to: to.value });
}

export const kill = map(
  {
    share: readAs('a share of the flows such as 10%', (text) => readShare(text, 'the flows')).describe(
      'share of the flows of a faulted wave that are killed, each drawn by itself: 10%',
    ),
    after: readAs('a span of time such as 100ms..1s', readAfter)
      .optional()
      .describe('how long after its start a flow is killed, drawn evenly; 100ms..1s if left out'),
    signal: oneOf(SIGNALS)
      .optional()
      .describe('what command flows and modules with isolate: process are sent; SIGKILL if left out'),
  },
  'a map such as {share: 10%, after: 100ms..1s}',
);

type KillConfig = z.output<typeof kill>;

/** A scenario as far as killing its flows depends on it. */
interface KilledScenario {
  readonly module?: string;
  readonly isolate?: string;
}

/** @param path of `faults.kill` */
export function killRules(path: Path, killed: KillConfig | undefined, scenario: KilledScenario): Finding[] {
  const isolate = 'isolate' in scenario ? scenario.isolate : 'none';
  const isModule = 'module' in scenario;
  if (isModule && isolate === 'thread') {
    const message =
      'kills a flow by its process, or by aborting its signal where all flows share one, and isolate: thread has ' +
      'neither; write isolate: process, or none';
    return [{ path, message }];
  }
  if (killed === undefined || !('signal' in killed)) return [];
  const signal = [...path, 'signal'];
  if (isModule && isolate === 'none') {
    const message =
      'is for processes; a module flow that shares one is aborted: leave it out, or write isolate: process';
    return [{ path: signal, message }];
  }
  if ('http' in scenario) {
    const message = 'is for processes; of an HTTP flow the connection is reset: leave it out';
    return [{ path: signal, message }];
  }
  return [];
}

export function planKill({ share, after = AFTER, signal = SIGNAL }: KillConfig): KillPlan {
  return { share, after, signal };
}
