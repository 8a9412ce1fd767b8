import { expect, test } from '@jest/globals';
import { withoutSecrets } from '../../src/lib/redact.js';
import { secretTraces } from '../../src/system/flow-env.js';
import { aResults, aScenario } from '../fakes/results.js';

const TOKEN = 'ghs_0123456789abcdefghij';
const TRACES = secretTraces({}, [TOKEN]);

/** What is published of a text that a flow printed. */
function published(text: string): string {
  const scenario = { ...aScenario(), problems: [text] };
  return withoutSecrets(aResults({ scenarios: [scenario] }), TRACES).scenarios[0]?.problems[0] ?? '';
}

test.each(['', 'x', 'git:', 'oauth2:', 'octocat:', 'x-access-token:'])(
  'a token after "%s" is published in no form',
  (prefix) => {
    const bytes = Buffer.from(`${prefix}${TOKEN}`);
    const forms = [
      `${prefix}${TOKEN}`,
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      Buffer.from(JSON.stringify({ auth: bytes.toString('base64') })).toString('base64'),
    ];
    for (const form of forms) {
      const said = published(`auth: ${form}; done`);
      expect(said).toMatch(/^auth: .{0,40}\*\*\*.{0,12}; done$/);
      // What is left of it is less than a piece of the token.
      for (let at = 0; at + 8 <= form.length - prefix.length * 3; at += 1) {
        if (TRACES.some((trace) => trace.includes(form.slice(at, at + 16)))) {
          expect(said).not.toContain(form.slice(at, at + 16));
        }
      }
    }
  },
);

test('a text that was cut in the middle of a token keeps no half of it', () => {
  for (const trace of TRACES) {
    const middle = Math.floor(trace.length / 2);
    const [first, second] = [trace.slice(0, middle), trace.slice(middle)];
    expect(published(`said ${first}`)).toBe('said ***');
    expect(published(`said ${first}…`)).toBe('said ***…');
    expect(published(`${second} it said`)).toBe('*** it said');
    expect(published(second)).toBe('***');
  }
});

test('what only begins like a token stays', () => {
  for (const text of ['ghs_0123', 'ghs_01234', 'ghs_0123 is a prefix', 'x', '', '…']) {
    expect(published(`${text}.`)).toBe(`${text}.`);
  }
});

test('without a secret nothing is changed', () => {
  const results = aResults();
  expect(withoutSecrets(results, [])).toBe(results);
});
