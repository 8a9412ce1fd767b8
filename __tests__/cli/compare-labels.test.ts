import { expect, test } from '@jest/globals';
import { twoInputs } from '../../src/cli/compare.js';
import { sideLabel } from '../../src/compare/report/lines.js';

const COMMAND = 'node --enable-source-maps --max-old-space-size=512 scripts/orders/place.js';

test.each([
  ['two options at the end of a long command', `${COMMAND} --engine old`, `${COMMAND} --engine new`],
  ['one option more', COMMAND, `${COMMAND} --fast`],
  [
    'two paths',
    '/srv/releases/shop/2026-01-01/config/flowgate-a.yml',
    '/srv/releases/shop/2026-01-01/config/flowgate-b.yml',
  ],
  ['short ones', 'node old.js', 'node new.js'],
])('the labels of two sides are told apart where they are shown: %s', (_, base, head) => {
  const { labels } = twoInputs({ baseRun: base, run: head });
  const shown = [labels.base, labels.head].map((label) => sideLabel({ label }));
  expect(new Set(shown).size).toBe(2);
  expect(shown.every((label) => label.startsWith(base.slice(0, 4)))).toBe(true);
});

test('what differs is in the label, with what comes before it', () => {
  const { labels } = twoInputs({ baseRun: `${COMMAND} --engine old`, run: `${COMMAND} --engine new` });
  expect(labels).toEqual({ base: 'node --enabl…js --engine old', head: 'node --enabl…js --engine new' });
});
