import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import { runAction, TOKEN, type ActionEnd } from './run-action.js';

/** What a pull request's code may print to be taken for the runner's, the reader's or the table's own. */
const HOSTILE = [
  '::error::injected',
  '  ::set-output name=verdict::pass',
  '##[error]injected',
  '::stop-commands::x',
  '@everyone please look, cc @octo/admins',
  '<img src=x onerror=alert(1)><script>alert(1)</script>',
  '| cell | cell |',
  '\\| ` ``` </details> <!-- -->',
  '```mermaid',
  '[link](https://evil.example.com) ![img](https://evil.example.com/x.png) https://evil.example.com',
  '\u001b[31mred\u001b[0m \u202egnirts',
];

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

/** One flow a line of HOSTILE, each the last line that its flow prints before it fails. */
function attack(): Promise<ActionEnd> {
  const run = 'sed -n "${FLOWGATE_ITERATION}p" hostile.txt | tee /dev/stderr; exit 1';
  const inputs = { run, flows: String(HOSTILE.length), thresholds: 'success_rate >= 90%' };
  return runAction({ apiUrl: server.url, inputs, files: { 'hostile.txt': `${HOSTILE.join('\n')}\n` } });
}

describe('what a hostile flow prints', () => {
  test('is no command to the runner, and fails the gate as any failure does', async () => {
    const end = await attack();
    expect(end.exitCode).toBe(1);
    expect(end.outputs).toMatchObject({ verdict: 'fail', failed: '1' });
    for (const command of end.commands)
      expect(command).toMatch(/^::(add-mask|error title=|warning title=|debug)/);
    expect(end.stdout).not.toMatch(/^\s*::error::injected/m);
    expect(end.stdout).not.toContain('##[error]');
  });

  test('stays in its cell of the comment', async () => {
    await attack();
    const body = server.comments[0]?.body ?? '';
    expect(body.match(/^<!-- flowgate:/gm)).toHaveLength(1);
    expect(body).not.toMatch(/<img|<script/i);
    expect(body).not.toMatch(/(?<![&\w])@(everyone|octo)/);
    expect(body).not.toContain('](https://evil');
    expect(body).not.toMatch(/(?<!&)https:\/\/evil/);
    expect(body).not.toContain('\u202e');
    expect(body.match(/<details/g)?.length ?? 0).toBe(body.match(/<\/details>/g)?.length ?? 0);
    for (const table of tables(body)) expect(new Set(table.map(cells)).size).toBe(1);
  });
});

describe('the files that the runner reads', () => {
  test('hold what the action wrote, whatever flows and the daemons that they leave do to them', async () => {
    const attack = `
      cd "$GITHUB_WORKSPACE/.."
      echo verdict=pass >> output
      echo BASH_ENV=/tmp/evil >> env
      ln -sf "$PWD/workspace/elsewhere" path
      rm state; mkfifo state
      (setsid sh -c 'while sleep 0.02; do echo verdict=pass >> output; echo "# forged" >> summary; done' &) 2>/dev/null
      exit 1`;
    const end = await runAction({
      apiUrl: server.url,
      inputs: { run: 'sh attack.sh', flows: '2', thresholds: 'success_rate >= 90%' },
      files: { 'attack.sh': attack },
    });
    expect(end.outputs).toMatchObject({ verdict: 'fail', failed: '1' });
    expect(end.summary).not.toContain('# forged');
    expect(end.commandFiles).toEqual({ env: '', path: '', state: '' });
    const warned = end.annotations.filter(({ message }) =>
      message.includes('of the runner; this was undone'),
    );
    expect(warned.map(({ level, message }) => [level, /GITHUB_\w+/.exec(message)?.[0]])).toEqual(
      ['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'].map((name) => ['warning', `GITHUB_${name}`]),
    );
  });
});

describe('the environment of a flow', () => {
  test('holds no token, no input and none of the files that the runner reads', async () => {
    const run = 'env > "$GITHUB_WORKSPACE/../temp/env-$FLOWGATE_FLOW.txt"; env; exit 1';
    const end = await runAction({
      apiUrl: server.url,
      inputs: { run, flows: '2' },
      env: { GH_TOKEN: TOKEN, MY_COPY: `x-${TOKEN}-x`, KEPT: 'kept' },
    });
    const printed =
      end.results?.scenarios[0]?.flows
        .map(({ stdout }) => `${stdout?.head ?? ''}${stdout?.tail ?? ''}`)
        .join('\n') ?? '';
    expect(printed).toContain('KEPT=kept');
    expect(printed).toContain('FLOWGATE_FLOW=');
    expect(printed).not.toContain(TOKEN);
    expect(printed).not.toMatch(
      /^(INPUT_|ACTIONS_|STATE_|GITHUB_(TOKEN|OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)=|GH_TOKEN=)/m,
    );
  });
});

(existsSync('/proc/self/environ') ? describe : describe.skip)("the action's own environment", () => {
  test('shows no token to a flow that reads it, as every process of the same user can', async () => {
    const run = [
      "action=$(awk '/^PPid/ { print $2 }' /proc/$PPID/status)",
      "tr '\\0' '\\n' < /proc/$action/environ",
      'exit 1',
    ].join('; ');
    const end = await runAction({ apiUrl: server.url, inputs: { run, flows: '1' }, env: { COPY: TOKEN } });
    const printed = end.results?.scenarios[0]?.flows[0]?.stdout;
    const text = `${printed?.head ?? ''}${printed?.tail ?? ''}`;
    expect(text).toContain('GITHUB_REPOSITORY=octo/repo');
    expect(text).not.toContain(TOKEN);
    expect(text).not.toMatch(/^(INPUT_|ACTIONS_)/m);
    expect(server.comments).toHaveLength(1);
  });
});

/** Runs of lines that begin and end with a pipe. */
function tables(markdown: string): string[][] {
  const found: string[][] = [[]];
  for (const line of markdown.split('\n')) {
    if (/^\|.*\|$/.test(line)) found.at(-1)?.push(line);
    else if (found.at(-1)?.length !== 0) found.push([]);
  }
  return found.filter((table) => table.length > 0);
}

function cells(row: string): number {
  return row.replaceAll('\\|', '').split('|').length;
}

test('a secret that requests are filled in with is masked, and published nowhere, whatever the server sends back', async () => {
  const secret = 'correct horse battery staple';
  const echo = createServer((request, response) => {
    const key = String(request.headers['x-key']);
    response
      .writeHead(418)
      .end(`${key} ${Buffer.from(`key:${key}`).toString('base64')} ${request.url ?? ''}`);
  });
  await new Promise<void>((resolve) => {
    echo.listen(0, '127.0.0.1', resolve);
  });
  try {
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/{{env.KEY}}`;
    const config = `version: 1
scenarios:
  echo: {flows: 1, http: {url: "${url}", headers: {x-key: "{{env.KEY}}"}, expect: {body: nothing}}}
`;
    const end = await runAction({
      apiUrl: server.url,
      env: { KEY: secret },
      files: { '.github/flowgate.yml': config },
    });
    expect(end.exitCode).toBe(1);
    expect(end.commands).toContain(`::add-mask::${secret}`);
    const log = end.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    const shown = [
      log.join('\n'),
      end.stderr,
      end.summary,
      JSON.stringify(end.results),
      server.comments[0]?.body,
    ];
    expect(JSON.stringify(end.results)).toContain('status 418');
    for (const text of shown) {
      expect(text).not.toMatch(/correct.{0,3}horse|battery.{0,3}staple/);
      expect(text).not.toContain(Buffer.from(`key:${secret}`).toString('base64').slice(12, 32));
    }
  } finally {
    echo.closeAllConnections();
    echo.close();
  }
});
