import { expect, test } from '@jest/globals';
import { defectText } from '../../src/system/interrupt.js';
import { obeyedLines } from '../e2e/run-action.js';

test.each([
  'a\n::error::forged',
  'a\r::set-output name=verdict::pass',
  'a\r\n  ##[error]forged',
  'a\u0085::error::forged',
  'a\n\u001b[0m::error::forged',
  'a\n\u200b::error::forged',
])('what was thrown is no command to the runner, whatever is in it: %j', (message) => {
  const text = defectText(new Error(message));
  expect(obeyedLines(text)).toEqual([]);
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(text).toMatch(/This is a defect in flowgate, please report it\.$/);
});

test('what was thrown need not be an error, and may be long', () => {
  expect(defectText(undefined)).toContain('undefined');
  expect(defectText(Object.create(null))).toContain('no text');
  expect(defectText(new Error('x'.repeat(1e6))).length).toBeLessThan(11_000);
});
