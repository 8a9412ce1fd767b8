import { describe, expect, test } from '@jest/globals';
import { makeRepository } from '../repository.js';
import { runCli } from './run-cli.js';

/*
 * One side that changes the files of the other: base is then no longer what it is said to be, and what was measured
 * against it says nothing.
 */

const config = (flow: string, more = ''): string => `version: 1
compare: base
budget: 20s
${more}scenarios:
  job:
    run: ${flow}
    flows: 2
    thresholds: [cpu_per_flow <= base + 50%]
`;

async function compare(
  base: Readonly<Record<string, string>>,
  head: Readonly<Record<string, string>>,
  options: readonly string[] = [],
) {
  const repository = makeRepository();
  repository.commit('one', base);
  repository.commit('two', head);
  const run = await runCli(['run', ...options], { cwd: repository.folder });
  const [scenario] = run.results().scenarios;
  return { status: run.status, scenario };
}

const BUSY = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done\n';

describe('a comparison is invalid if one side changes the files of the other', () => {
  test("head's flow that slows base's command is found, whatever on-inconclusive says", async () => {
    const { status, scenario } = await compare(
      { '.github/flowgate.yml': config('sh flow.sh'), 'flow.sh': 'true\n' },
      { 'flow.sh': `[ ! -e ../base ] || cp flow.sh ../base/flow.sh\n${BUSY}` },
      ['--on-inconclusive', 'pass'],
    );
    expect(scenario).toMatchObject({
      verdict: 'inconclusive',
      compared: { invalid: "head's flows changed base's files: flow.sh", ended: 'invalid', pairs: [] },
      thresholds: [{ outcome: 'inconclusive', reason: 'the comparison is invalid' }],
    });
    expect(scenario?.reasons[0]).toBe(
      "the comparison with the commit before is invalid: head's flows changed base's files: flow.sh",
    );
    expect(status).toBe(3);
  });

  test('so is a change of what prepare made, by a flow of a later round', async () => {
    // Each tree counts its own flows; the files are not tracked.
    const flow = `echo x >> runs; [ $(wc -l < runs) -lt 12 ] || { chmod 700 ../base/built/tool.sh; }\nsh built/tool.sh\n`;
    const { status, scenario } = await compare(
      {
        '.github/flowgate.yml': config(
          'sh flow.sh',
          "prepare: 'mkdir -p built; echo true > built/tool.sh'\n",
        ),
        'flow.sh': 'sh built/tool.sh\n',
      },
      { 'flow.sh': flow },
    );
    const { compared } = scenario ?? {};
    expect(compared?.invalid).toBe("head's flows changed base's files: built/tool.sh");
    expect(status).toBe(3);
  });

  test('a file that is gone counts, and so does the module that a host has loaded', async () => {
    const module = 'export default () => undefined;\n';
    const { status, scenario } = await compare(
      { '.github/flowgate.yml': config('x').replace('run: x', 'module: flow.mjs'), 'flow.mjs': module },
      {
        'flow.mjs': `import { rmSync } from 'node:fs';
export default ({ iteration }) => { if (iteration > 2) rmSync('../base/flow.mjs', { force: true }); };
`,
      },
    );
    expect(scenario?.compared?.invalid).toBe("head's flows changed base's files: flow.mjs");
    expect(status).toBe(3);
  });

  test('a flow that writes its own tracked file is honest, on both sides', async () => {
    const flow = 'echo "{\\"at\\": $(date +%s%N)}" > db.json\n';
    const { scenario } = await compare(
      { '.github/flowgate.yml': config('sh flow.sh'), 'flow.sh': flow, 'db.json': '{}\n' },
      { README: 'head\n' },
    );
    const { compared, thresholds } = scenario ?? {};
    expect(compared?.invalid).toBeUndefined();
    expect(compared?.pairs.length).toBeGreaterThan(0);
    expect(thresholds?.map(({ outcome }) => outcome)).not.toContain('inconclusive');
  });
});
