import type { GateChange } from '../model/gate-changes.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import { commonSettings, settingsOf, type Setting } from './settings.js';

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
  if (base !== undefined && head !== undefined) return settingChanges(settingsOf(base), settingsOf(head));
  const gates = (plan: ScenarioPlan | undefined): string | null =>
    plan === undefined
      ? null
      : plan.thresholds.map(({ expression }) => expression).join(', ') || 'no thresholds';
  return [{ setting: 'scenario', base: gates(base), head: gates(head) }];
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
