import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';

const FOLDER = path.join(import.meta.dirname, 'golden');

/**
 * Compares a whole text with the file of that name under __tests__/golden.
 * With UPDATE_GOLDEN=1 the file is written instead: look at the difference before you commit it.
 */
export function expectGolden(name: string, text: string): void {
  const file = path.join(FOLDER, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}
