/** Alerts that were raised by flows, and by whom: one a rule and flow, however often it is raised. */
export type AlertRule = 'flow failed' | 'hard to read' | 'repeats itself';

export class Alerts {
  private readonly tokensByRule = new Map<AlertRule, Set<string>>();

  /** True if the alert is new; a flow that raises the same rule again changes nothing. */
  raise(rule: AlertRule, token: string): boolean {
    const tokens = this.tokensByRule.get(rule) ?? new Set<string>();
    const isNew = !tokens.has(token);
    tokens.add(token);
    this.tokensByRule.set(rule, tokens);
    return isNew;
  }

  /** Tokens of the flows that raised the rule. */
  raisedBy(rule: AlertRule): ReadonlySet<string> {
    return this.tokensByRule.get(rule) ?? new Set();
  }
}
