import { expect, test } from '@jest/globals';
import { thrownAt } from '../../../src/flows/module/import.js';

const HERE = { cwd: '/repo', own: '/opt/flowgate/dist' };

function errorWith(...stack: string[]): Error {
  const error = new Error('boom');
  error.stack = stack.join('\n');
  return error;
}

/* Stacks as Node 20, 22 and 24 write them. */
test.each([
  [
    'an ES module',
    [
      'Error: boom',
      '    at file:///repo/flows/order.mjs:3:7',
      '    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)',
    ],
    'flows/order.mjs:3',
  ],
  [
    'a function below what Node itself did',
    [
      'Error: boom',
      '    at Object.openSync (node:fs:573:18)',
      '    at JSON.parse (<anonymous>)',
      '    at connect (/repo/node_modules/db/index.js:12:5)',
    ],
    'node_modules/db/index.js:12',
  ],
  [
    'a CommonJS module that can not be parsed',
    [
      '/repo/flow.cjs:1',
      'const a = ;',
      '          ^',
      '',
      "SyntaxError: Unexpected token ';'",
      '    at wrapSafe (node:internal/modules/cjs/loader:1464:18)',
    ],
    'flow.cjs:1',
  ],
  [
    'a name with a blank and brackets',
    ['Error: boom', '    at async file:///repo/a%20(b)/c.mjs:9:1'],
    'a (b)/c.mjs:9',
  ],
])('%s: the line that threw', (_, stack, place) => {
  expect(thrownAt(errorWith(...stack), HERE)).toBe(place);
});

test('our own way to the module is none, nor is what has no stack', () => {
  const own = errorWith(
    'Error: Cannot find module',
    '    at async f (file:///opt/flowgate/dist/host.js:1:2)',
  );
  expect(thrownAt(own, HERE)).toBeUndefined();
  expect(thrownAt('boom', HERE)).toBeUndefined();
});
