import { expect, test } from '@jest/globals';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { assembleScenario } from '../../src/verdict/assemble.js';
import { excerptOf, recordOf, scenarioPlanOf } from '../fakes/record.js';
import { aResults } from '../fakes/results.js';
import { expectGolden } from '../golden.js';

/** The message of a verify command that failed has the last line of its output already: see system/hook.ts. */
const broken = recordOf({
  verify: {
    ok: false,
    message: 'exit status 1: stock is 88, not 90',
    stdout: excerptOf('counting\n'),
    stderr: excerptOf('stock is 88, not 90\n'),
  },
});

const results = aResults({
  verdict: 'fail',
  scenarios: [assembleScenario(scenarioPlanOf({ verify: 'node scripts/check-stock.js' }), broken)],
});

test('a broken invariant is told with the last line that verify printed, once in each place', () => {
  const comment = renderComment(results, { marker: '<!-- flowgate:ci/gate -->' });
  expectGolden('report/comment-invariant.md', comment);
  for (const line of comment.split('\n')) expect(line.split('stock is 88').length).toBeLessThanOrEqual(2);
  expectGolden('report/terminal-invariant.txt', renderTerminal(results, { color: false, width: 80 }) + '\n');
});
