import { isSame } from '../accept/accept.js';
import { levelOf } from '../checks/index.js';
import { CHECK_IDS } from '../model/checks.js';
import { formatQuantity, formatTime, plural } from '../lib/format.js';
import type { GateChange } from '../model/gate-changes.js';
import {
  type HttpRequestPlan,
  type MixPart,
  type Plan,
  type RetryPlan,
  type ScenarioPlan,
  watchedIn,
  watchTitle,
} from '../model/plan.js';
import { metricName } from '../model/metrics.js';
import type { Threshold } from '../model/threshold.js';
import { loadWords } from '../report/surroundings.js';

/** Everything in which head's gates are not base's: of the whole config first, then in head's order of scenarios. */
export function differences(
  base: Pick<Plan, 'scenarios'> & Partial<Plan>,
  head: Plan,
): readonly GateChange[] {
  const names = (plan: Pick<Plan, 'scenarios'>): string[] => plan.scenarios.map(({ name }) => name);
  const all = [...new Set([...names(head), ...names(base)])];
  const find = ({ scenarios }: Pick<Plan, 'scenarios'>, name: string): ScenarioPlan | undefined =>
    scenarios.find((scenario) => scenario.name === name);
  return [
    ...settingChanges(commonSettings({ source: head.source, ...base }), commonSettings(head)),
    ...all.flatMap((scenario) =>
      scenarioChanges(find(base, scenario), find(head, scenario)).map((change) => ({ scenario, ...change })),
    ),
  ];
}

type Change = Omit<GateChange, 'scenario'>;

/** A scenario that is new or gone is one change: its settings are not told one by one. */
function scenarioChanges(base: ScenarioPlan | undefined, head: ScenarioPlan | undefined): readonly Change[] {
  if (base !== undefined && head !== undefined) {
    return [...settingChanges(settingsOf(base), settingsOf(head)), ...newlyAccepted(base, head)];
  }
  const gates = (plan: ScenarioPlan | undefined): string | null =>
    plan === undefined
      ? null
      : plan.thresholds.map(({ expression }) => expression).join(', ') || 'no thresholds';
  return [{ setting: 'scenario', base: gates(base), head: gates(head) }];
}

/** An entry that is gone alters nothing. */
function newlyAccepted(base: ScenarioPlan, { accept = [] }: ScenarioPlan): readonly Change[] {
  const before = base.accept ?? [];
  return accept
    .filter((entry) => before.every((one) => !isSame(one, entry)))
    .map(({ metric, reason }) => ({
      setting: `accept ${metric}`,
      base: before.find((one) => one.metric === metric)?.reason ?? null,
      head: reason,
    }));
}

function settingChanges(base: readonly Setting[], head: readonly Setting[]): readonly Change[] {
  const names = [...new Set([...head, ...base].map(({ name }) => name))];
  return names.flatMap((name) => {
    const before = base.find((setting) => setting.name === name);
    const after = head.find((setting) => setting.name === name);
    if (before?.identity === after?.identity) return [];
    return [{ setting: name, ...told(before, after) }];
  });
}

/** Two values that words do not tell apart are told as they are. */
function told(before: Setting | undefined, after: Setting | undefined): Pick<GateChange, 'base' | 'head'> {
  const same = before !== undefined && before.text === after?.text;
  const text = (setting: Setting | undefined): string | null =>
    setting === undefined ? null : same ? setting.identity : setting.text;
  return { base: text(before), head: text(after) };
}

/** One thing that decides what passes. */
interface Setting {
  readonly name: string;
  readonly text: string;
  /** The same for two settings that judge the same, however they were written. */
  readonly identity: string;
}

/**
 * What judges a scenario: its thresholds, the levels of its checks, what is expected of a flow, and under which load,
 * timeout and retries. What a flow does is not among it: that is the code under test.
 */
function settingsOf(scenario: ScenarioPlan): readonly Setting[] {
  const { timeout, retries, verify, faults, work, ladder, warmup } = scenario;
  return [
    ...thresholdSettings(scenario.thresholds),
    ...checkSettings(scenario),
    ...given('verify', verify),
    ...given('import', work.kind === 'import' ? work.name : undefined),
    ...(work.kind === 'http' ? [expectations(work.requests)] : []),
    ...(work.kind === 'mix' ? work.parts.flatMap(partSettings) : []),
    { name: 'load', text: loadWords(scenario.load), identity: JSON.stringify(scenario.load) },
    ...given('ladder', ladder?.map(({ flows }) => flows).join(', '), ladder),
    { name: 'timeout', text: formatTime(timeout), identity: String(timeout) },
    ...given('retries', retries && retriesText(retries), retries),
    ...(warmup === 0 ? [] : given('warmup', plural(warmup, 'flow'))),
    ...given('faults', faults && JSON.stringify(faults)),
    // What is no longer measured can be as large as it likes.
    ...given('watch', watchedIn(scenario).map(watchTitle).join(', ') || undefined),
  ];
}

/** Of a part of a mix, by its name. */
function partSettings({ name, share, timeout, retries, work }: MixPart): readonly Setting[] {
  const settings = [
    ...given('share', formatQuantity(share, 'ratio')),
    ...given('timeout', formatTime(timeout)),
    ...given('retries', retries && retriesText(retries), retries),
    ...(work.kind === 'http' ? [expectations(work.requests)] : []),
  ];
  return settings.map((setting) => ({ ...setting, name: `${setting.name} of ${name}` }));
}

function retriesText({ times, backoff }: RetryPlan): string {
  return `${times}, the first after ${formatTime(backoff)}`;
}

/** What judges and is of the whole config. */
function commonSettings({ compare, history, scenarios }: Plan): readonly Setting[] {
  const gate = history?.gate;
  const meanings = Object.entries(scenarios[0]?.metrics ?? {});
  return [
    ...meanings.flatMap(([name, { better, unit = 'any unit' }]) =>
      given(`metrics ${name}`, `${better} is better, ${unit}`),
    ),
    ...given('compare', compare && `with ${compare.ref}, unresolved: ${compare.onUnresolved}`, [
      compare?.ref,
      compare?.onUnresolved,
      compare?.defaultLevel,
      compare?.services,
      compare?.startSpread,
    ]),
    ...given('compare budget', compare?.budget === undefined ? undefined : formatTime(compare.budget)),
    ...given('history gate', gate && `${gate.level}, margin ${gate.margin * 100}%`, gate),
  ];
}

function given(name: string, text: string | undefined, value: unknown = text): readonly Setting[] {
  return text === undefined ? [] : [{ name, text, identity: JSON.stringify(value) }];
}

/** All limits of one metric are one setting, so that a raised limit is one line and not one gone and one new. */
function thresholdSettings(thresholds: readonly Threshold[]): readonly Setting[] {
  const names = [...new Set(thresholds.map(metricName))];
  return names.map((name) => {
    const limits = thresholds.filter((threshold) => metricName(threshold) === name);
    const judged = limits.map(({ level, op, limit, abort }) => JSON.stringify([level, op, limit, abort]));
    return { name, text: limits.map(thresholdText).join(', '), identity: judged.sort().join() };
  });
}

function thresholdText({ expression, level, abort }: Threshold): string {
  const alert = level === 'warn' ? ' (alert)' : '';
  return `${expression}${alert}${abort === undefined ? '' : ` (aborts after ${formatTime(abort.delay)})`}`;
}

function checkSettings({ checks, unaskedChecks }: ScenarioPlan): readonly Setting[] {
  return CHECK_IDS.map((id) => {
    const level = levelOf(id, { ...unaskedChecks, ...checks });
    return { name: `check ${id}`, text: level, identity: level };
  });
}

function expectations(requests: readonly HttpRequestPlan[]): Setting {
  const all = requests.map(({ name, expect }) => ({ name, ...expect }));
  const text = all
    .map(({ name, statusText, body, json }) =>
      [name, statusText, body && JSON.stringify(body), json && JSON.stringify(json)]
        .filter(Boolean)
        .join(' '),
    )
    .join('; ');
  return { name: 'expect', text, identity: JSON.stringify(all) };
}
