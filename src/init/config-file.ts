import { Document, isMap, isScalar } from 'yaml';
import type { Finding } from './repository.js';

/** What holds on every machine. Limits of time and memory come from what a run measures, and are the user's to draw. */
const GATES = ['success_rate >= 99%'];

/** Of the same version as the action that the workflow names: editors find it once that is released. */
const SCHEMA = 'https://raw.githubusercontent.com/flowgate/flowgate/v0/schema/config.schema.json';

/** The config with one scenario; comments say what it was made of and what else there was. */
export function renderConfig([chosen, ...others]: readonly [Finding, ...Finding[]]): string {
  const document = new Document({
    version: 1,
    scenarios: { [chosen.name]: { ...chosen.scenario, thresholds: GATES } },
  });
  document.commentBefore = asComment([
    `yaml-language-server: $schema=${SCHEMA}`,
    'Written by flowgate init: a first guess, made to be edited.',
    `Found: ${chosen.what}.`,
    ...others.map(({ what }) => `Also found, and not used: ${what}.`),
  ]);
  const scenario = document.getIn(['scenarios', chosen.name]);
  if (isMap(scenario)) {
    commentOn(scenario, 'run', chosen.advice);
    commentOn(scenario, 'module', chosen.advice);
    commentOn(scenario, 'http', chosen.advice);
    commentOn(
      scenario,
      'thresholds',
      'See what a run measures, then add gates such as flow_time.p95 < 2s or peak_memory < 500MB.',
    );
  }
  return document.toString({ lineWidth: 0 });
}

function commentOn(
  map: { readonly items: readonly { key: unknown }[] },
  name: string,
  comment: string,
): void {
  for (const { key } of map.items) {
    if (isScalar(key) && key.value === name) {
      key.commentBefore = asComment([comment]);
    }
  }
}

/** What a repository says of itself must not end the comment. */
function asComment(lines: readonly string[]): string {
  return lines.map((line) => ` ${line.replaceAll(/\s+/gu, ' ')}`).join('\n');
}
