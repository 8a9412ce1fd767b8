import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ACTION_INPUTS, readInputs } from '../../src/config/inputs.js';

interface Action {
  readonly inputs: Record<string, { description: string; required: boolean; default?: string }>;
  readonly outputs: Record<string, { description: string }>;
  readonly runs: { using: string; main: string };
}

const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as Action;

describe('action.yml', () => {
  test('has the inputs that are read, and those of the publisher', () => {
    expect(Object.keys(action.inputs).sort()).toEqual(
      [...Object.values(ACTION_INPUTS), 'github-token', 'matrix'].sort(),
    );
  });

  test('presets nothing that the config can set', () => {
    const preset = Object.entries(action.inputs).filter(([, input]) => input.default !== undefined);
    expect(preset.map(([name, input]) => [name, input.default])).toEqual([
      ['github-token', '${{ github.token }}'],
      ['matrix', '${{ toJSON(matrix) }}'],
    ]);
    expect(Object.values(action.inputs).every(({ required }) => !required)).toBe(true);
  });

  test('describes every input and output on one line', () => {
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(description).toMatch(/^[^\n]{3,120}$/);
    }
  });

  test('has the outputs of the contract and runs the bundle on node24', () => {
    expect(Object.keys(action.outputs)).toEqual([
      'verdict',
      'failed',
      'results',
      'report',
      'summary',
      'comment-id',
      'metrics',
      'artifact-id',
    ]);
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
  });
});

test('inputs are read by their names in action.yml, and empty ones are left out', () => {
  const given: Record<string, string> = { 'check-name': 'gate', 'working-directory': 'shop', flows: '' };
  expect(readInputs((name) => given[name] ?? '')).toEqual({ checkName: 'gate', workingDirectory: 'shop' });
});
