import { markup, xmlLines } from '../lib/escape.js';
import { type Row, type Standing } from '../model/document.js';
import type { Results, ScenarioResults } from '../model/results.js';
import { type Finding, findingsOf } from './checks.js';
import { tableRows } from './gates.js';
import { rowLine } from './rows.js';
import { renderTerminal } from './terminal.js';

/*
 * JUnit XML that is valid by the schema of Ant's JUnitReport (windyroad/JUnit-Schema) and by that of Jenkins' xUnit
 * plugin: what one of them refuses, such as output of a single case, is not used.
 */

/** JUnit has no word for a warning: what only warns is skipped, with what is wrong as its message. */
type Kind = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly name: string;
  readonly kind: Kind;
  /** Of what is no pass: `gate`, `alert`, `check`, `run`, `no data`. */
  readonly type: string;
  /** One line; may hold what a flow printed. */
  readonly message: string;
  /** What else there is to say, a line each. */
  readonly lines: readonly string[];
  /** s. */
  readonly time: number;
}

/** Characters of a name, a message and a line. */
const LONGEST = 300;
const MOST_LINES = 50;
/** Characters of the report that stands below the cases. */
const LONGEST_REPORT = 50_000;

/** A scenario is a test suite; its gates, alerts and checks are test cases, and so is the run itself. */
export function renderJunit(results: Results): string {
  const { scenarios, faults = [] } = results;
  const suites = scenarios.map((scenario, id) => suiteText(scenario, id, results));
  // A file without any test case is green to its readers.
  const unrun = scenarios.length === 0 ? ['no scenario was run'] : faults;
  const body = unrun.length === 0 ? suites : [...suites, lacking(results, unrun)];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body.join('\n')}\n</testsuites>\n`;
}

function suiteText(scenario: ScenarioResults, id: number, results: Results): string {
  const alone = { ...results, verdict: scenario.verdict, scenarios: [scenario] };
  return suite({
    id,
    name: scenario.name,
    startedAt: scenario.startedAt,
    cases: casesOf(scenario, scenario.leg?.cores ?? results.environment.cores),
    properties: [['verdict', scenario.verdict], ['work', scenario.work], ...propertiesOf(results)],
    report: renderTerminal(alone, { color: false, width: 120 }),
  });
}

/** What is not there and should be, as runs that were to be joined. */
function lacking(results: Results, faults: readonly string[]): string {
  const cases = distinct(
    faults.map((message) => ({ name: 'run', kind: 'error', type: 'no data', message, lines: [], time: 0 })),
  );
  return suite({
    id: results.scenarios.length,
    name: 'flowgate',
    startedAt: results.createdAt,
    cases,
    properties: propertiesOf(results),
    report: faults.join('\n'),
  });
}

function casesOf(scenario: ScenarioResults, cores: number): readonly Case[] {
  const rows = tableRows(scenario, cores).filter(({ limit }) => limit !== undefined);
  const judged = [
    ...rows.map((row) => caseOfRow(row, scenario)),
    ...findingsOf(scenario).map((finding) => caseOfFinding(finding, scenario)),
  ];
  return [caseOfRun(scenario, judged), ...distinct(judged)];
}

function caseOfRow(row: Row, { compared }: ScenarioResults): Case {
  const { expression = row.metric, standing, level } = row;
  const isFatal = level === 'fail' && compared?.onUnresolved === 'fail';
  const kind = standing === 'unresolved' && isFatal ? 'error' : KINDS[standing];
  const isAlert = level === 'warn';
  return {
    name: isAlert ? `${expression} (alert)` : expression,
    kind,
    type: kind === 'error' ? 'no data' : isAlert ? 'alert' : 'gate',
    message: rowLine(row),
    lines: [],
    time: 0,
  };
}

function caseOfFinding({ id, standing, title, evidence }: Finding, { checks }: ScenarioResults): Case {
  const kind = KINDS[standing];
  return {
    name: `check ${id}`,
    kind,
    type: kind === 'error' ? 'no data' : 'check',
    message: evidence === '' ? title : `${title}: ${evidence}`,
    lines: checks.find((check) => check.id === id)?.evidence ?? [],
    time: 0,
  };
}

const KINDS: Readonly<Record<Standing, Kind>> = {
  fail: 'failure',
  inconclusive: 'error',
  unresolved: 'skipped',
  alert: 'skipped',
  pass: 'passed',
  plain: 'passed',
};

/** What no gate and no check tells: how the run went, and a verdict that is worse than all of them. */
function caseOfRun(scenario: ScenarioResults, judged: readonly Case[]): Case {
  const { problems, aborted, interrupted, verdict, reasons, metrics } = scenario;
  const has = (kind: Kind): boolean => judged.some((each) => each.kind === kind);
  const isUntold = verdict === 'fail' ? !has('failure') : verdict === 'inconclusive' && !has('error');
  const isBad = problems.length > 0 || aborted !== undefined || interrupted !== undefined || isUntold;
  const kind = isBad
    ? verdict === 'fail'
      ? 'failure'
      : 'error'
    : judged.length === 0
      ? 'skipped'
      : 'passed';
  const message =
    judged.length === 0 && !isBad ? 'nothing was judged: there is no gate and no check' : reasons[0];
  return {
    name: 'run',
    kind,
    type: 'run',
    message: message ?? verdict,
    lines: [...reasons.slice(1), ...problems],
    time: (metrics['total_time']?.value ?? 0) / 1000,
  };
}

/** Readers take two cases of one name for two runs of one test. */
function distinct(cases: readonly Case[]): readonly Case[] {
  const seen = new Map<string, number>();
  return cases.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, count);
    return count === 1 ? each : { ...each, name: `${each.name} (${count})` };
  });
}

function propertiesOf({ flowgate, environment, git, run, reproduce }: Results): readonly Property[] {
  const { os, arch, cpu, cores, image } = environment;
  return [
    ['flowgate', flowgate],
    ['machine', `${os} ${arch}, ${cpu}, ${cores} cores`],
    ['image', image],
    ['commit', git.sha],
    ['ref', git.ref],
    ['workflow run', run?.url],
    ['reproduce', reproduce],
  ];
}

type Property = readonly [name: string, value: string | undefined];

interface Suite {
  readonly id: number;
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly cases: readonly Case[];
  readonly properties: readonly Property[];
  readonly report: string;
}

function suite({ id, name, startedAt, cases, properties, report }: Suite): string {
  const count = (kind: Kind): string => String(cases.filter((each) => each.kind === kind).length);
  // A reader looks for a source file of this name up to a point: there is to be none, and no pattern of files in it.
  const className = `flowgate:${name.replace(/[^\w-]+/g, '_').slice(0, LONGEST)}`;
  const head = attributes({
    name,
    package: 'flowgate',
    id: String(id),
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(cases.reduce((sum, { time }) => sum + time, 0)),
    timestamp: timestamp(startedAt),
    // Of no use, and asked for by the schema.
    hostname: 'localhost',
  });
  const known = properties.filter(([, value]) => value !== undefined && value !== '');
  return [
    `  <testsuite${head}>`,
    '    <properties>',
    ...known.map(([key, value = '']) => `      <property${attributes({ name: key, value })}/>`),
    '    </properties>',
    ...cases.map((each) => caseText(each, className)),
    `    <system-out>${xmlLines(report, LONGEST_REPORT)}</system-out>`,
    '    <system-err></system-err>',
    '  </testsuite>',
  ].join('\n');
}

function caseText({ name, kind, type, message, lines, time }: Case, className: string): string {
  const head = attributes({ name, classname: className, time: seconds(time) });
  if (kind === 'passed') return `    <testcase${head}/>`;
  const text = lines
    .slice(0, MOST_LINES)
    .map((line) => markup(line, LONGEST))
    .join('\n');
  const said: Readonly<Record<string, string>> = kind === 'skipped' ? { message } : { type, message };
  return `    <testcase${head}>\n      <${kind}${attributes(said)}>${text}</${kind}>\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => ` ${key}="${markup(value, LONGEST) || '-'}"`)
    .join('');
}

/** Jenkins takes three digits after the point and no exponent. */
function seconds(time: number): string {
  return time.toFixed(3);
}

/** Of UTC, as the schema wants it: without a zone. */
function timestamp(iso: string): string {
  const time = Date.parse(iso);
  return new Date(Number.isNaN(time) ? 0 : time).toISOString().slice(0, 19);
}
