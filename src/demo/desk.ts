import { Alerts } from './alerts.js';
import { bugOf } from './bugs.js';
import type { Bug } from './bugs.js';
import { MetricsCollector } from './collector.js';
import { ModelConnection } from './model.js';
import { QualityGate } from './quality-gate.js';
import { Sessions } from './sessions.js';

/** What all flows share: the state whose concurrent use is under test. */
export interface Desk {
  readonly collector: MetricsCollector;
  readonly alerts: Alerts;
  readonly gate: QualityGate;
  readonly model: ModelConnection;
  readonly sessions: Sessions;
  readonly bug: Bug | undefined;
  /** How many times faster, and smaller, than those of the reference the models are. */
  readonly speed: number;
  /** Bug `bleed`: the user whom the desk believes to serve. */
  currentUser: string;
  /** Bug `leak`: what nobody lets go of. */
  readonly hoard: Buffer[];
}

/** Options: `bug`, one of BUGS; `speed`, a number above 0. Throws an Error that says what is wrong with them. */
export function openDesk(options: Readonly<Record<string, string>>): Desk {
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

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new Error(`the demo's speed is "${text}"; it must be a number above 0`);
  }
  return speed;
}
