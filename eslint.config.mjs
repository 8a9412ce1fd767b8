import tseslint from 'typescript-eslint';
import { ADAPTERS, ENTRIES } from './scripts/rooms.mjs';

const WORLD_GLOBALS = [
  { name: 'process', message: 'Take what is needed as an argument or through a port.' },
  { name: 'console', message: 'Use the Logger port.' },
  { name: 'setTimeout', message: 'Use the Clock port.' },
  { name: 'setInterval', message: 'Use the Clock port.' },
  { name: 'setImmediate', message: 'Use the Clock port.' },
  { name: 'fetch', message: 'Use the Http port.' },
  { name: 'performance', message: 'Use the Clock port.' },
];

// Who may import whom is held by .dependency-cruiser.mjs.
export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'build', 'coverage', '.flowgate', '**/.venv'] },
  {
    files: ['src/**/*.ts', '__tests__/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...[...ADAPTERS, ...ENTRIES].map((path) => `src/${path}.ts`), 'src/cli/**', 'src/demo/**'],
    rules: {
      'no-restricted-globals': ['error', ...WORLD_GLOBALS],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Take a seeded random source: lib/random.' },
        { object: 'Date', property: 'now', message: 'Use the Clock port.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Use the Clock port.' },
      ],
    },
  },
  {
    files: ['__tests__/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'jest', property: 'mock', message: 'Implement the port in __tests__/fakes instead.' },
      ],
    },
  },
);
