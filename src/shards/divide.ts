import type { Load, Plan, ScenarioPlan } from '../model/plan.js';
import { countOf, type Share } from '../model/share.js';

/* One machine's part of a plan. */

/** More machines than a matrix of GitHub has jobs. */
const MOST_SHARDS = 256;

/** `2/4`; or why it is none. */
export function parseShare(text: string): Share | string {
  const [, index = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const share = { index: Number(index), of: Number(of) };
  const form = 'a shard is i/n, as in 2/4: the second of four';
  if (index === '') return `${form}, not ${text}`;
  if (share.of < 1 || share.of > MOST_SHARDS)
    return `${form}, with n from 1 to ${MOST_SHARDS}, not ${share.of}`;
  if (share.index < 1 || share.index > share.of)
    return `${form}, with i from 1 to ${share.of}, not ${share.index}`;
  return share;
}

/** Why the run cannot be divided among so many machines; each is a sentence about one scenario or about the run. */
export function indivisible(
  plan: Pick<Plan, 'scenarios' | 'compare' | 'history'>,
  { of }: Share,
): readonly string[] {
  const whole = [
    plan.compare !== undefined &&
      'compare and shard are given: head and base are compared on one machine; leave one of them out',
    plan.history !== undefined &&
      'history and shard are given: a shard is not judged, and earlier runs are part of judging; give history: false',
  ];
  return [
    ...whole.filter((message) => message !== false),
    ...plan.scenarios.flatMap((each) => indivisibleScenario(each, of)),
  ];
}

function indivisibleScenario(
  { name, work, load, ladder, faults }: ScenarioPlan,
  of: number,
): readonly string[] {
  if (work.kind === 'import') return [`${name} is read from a file, once; run it without shard`];
  if (work.kind === 'mix') return [`${name} is a mix, whose parts are not joined yet; run it without shard`];
  if (ladder !== undefined)
    return [`${name} has a ladder, which finds the limit of one machine; run it without shard`];
  if (faults !== undefined) {
    return [
      `${name} has faults, whose effect is judged by the flows beside them on one machine; run it without shard`,
    ];
  }
  if (load.flows >= of) return [];
  const flows = load.model === 'open' ? 'at most in flight' : 'at once';
  return [
    `${name} has ${load.flows} flows ${flows}, fewer than the ${of} shards; each shard needs one at least`,
  ];
}

/** The part of a scenario that one machine runs. Warm-up and services are each machine's own. It judges nothing. */
export function divided(plan: ScenarioPlan, share: Share): ScenarioPlan {
  return { ...plan, load: dividedLoad(plan.load, share), thresholds: [] };
}

function dividedLoad(load: Load, share: Share): Load {
  const flows = countOf(share, load.flows);
  return 'iterations' in load
    ? { ...load, flows, iterations: countOf(share, load.iterations), share }
    : { ...load, flows, share };
}
