import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Folders that compute and nothing else: what they need, they are given. */
const PURE = ['model', 'stats', 'checks', 'verdict', 'report', 'baseline'];
/** Folders that speak to the world through ports only. */
const THROUGH_PORTS = ['run', 'scenarios', 'monitor', 'faults', 'publish', 'inputs', 'trees', 'gate-changes'];

/** What they speak to the world with. */
const ADAPTERS = ['src/compare/trees/git.ts', 'src/compare/trees/tree-files.ts'];

const here = (folder) => `./src/${folder}`;
const WORLD = [
  'node:fs',
  'node:fs/*',
  'node:child_process',
  'node:net',
  'node:http',
  'node:https',
  'node:os',
  'node:worker_threads',
  'node:timers',
  'node:timers/*',
  '@actions/*',
  '@octokit/*',
  'pidusage',
  'pidtree',
  'undici*',
  'undici*/**',
];
const WORLD_GLOBALS = [
  { name: 'process', message: 'Take what is needed as an argument or through a port.' },
  { name: 'console', message: 'Use the Logger port.' },
  { name: 'setTimeout', message: 'Use the Clock port.' },
  { name: 'setInterval', message: 'Use the Clock port.' },
  { name: 'setImmediate', message: 'Use the Clock port.' },
  { name: 'fetch', message: 'Use the Http port.' },
  { name: 'performance', message: 'Use the Clock port.' },
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'build', 'coverage', '.flowgate'] },
  {
    files: ['src/**/*.ts', '__tests__/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({ extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } }),
      ],
    },
    rules: {
      'import-x/no-cycle': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            {
              target: here('model'),
              from: './src',
              except: ['./model'],
              message: 'model imports nothing of the project.',
            },
            { target: './src/lib/errors.ts', from: './src', message: 'errors imports nothing of the project.' },
            {
              target: ['./src/system/ports.ts', here('ports')],
              from: './src',
              except: ['./model', './ports'],
              message: 'ports import the model only.',
            },
            ...[...PURE, ...THROUGH_PORTS].map((folder) => ({
              target: here(folder),
              from: ['./src/adapters', './src/main.ts', './src/cli.ts'],
              message: 'Adapters are imported by main.ts and cli.ts only.',
            })),
            {
              target: './src/gate.ts',
              from: './src/adapters',
              message: 'Adapters are imported by main.ts and cli.ts only.',
            },
            ...['model', 'stats', 'checks', 'verdict', 'baseline'].map((folder) => ({
              target: here(folder),
              from: './src/report',
              message: 'A verdict is reached before it is reported.',
            })),
            ...PURE.map((folder) => ({
              target: here(folder),
              from: [
                './src/run',
                './src/scenarios',
                './src/monitor',
                './src/faults',
                './src/publish',
                './src/inputs',
                './src/trees',
                './src/gate-changes',
              ],
              message: 'Data flows one way: pure code does not look back at what gathered its data.',
            })),
          ],
        },
      ],
    },
  },
  {
    files: [...PURE, ...THROUGH_PORTS].map((folder) => `src/${folder}/**/*.ts`),
    ignores: ADAPTERS,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: WORLD.map((name) => ({ group: [name], message: 'Speak to the world through a port.' })) },
      ],
      'no-restricted-globals': ['error', ...WORLD_GLOBALS],
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Use seededRandom, so that the same seed gives the same run.',
        },
        { object: 'Date', property: 'now', message: 'Use the Clock port.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Use the Clock port.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/adapters/**', 'src/main.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@actions/*', '@octokit/*'],
              message: '@actions/* appears only in adapters/ and main.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    // The narrower list above would be replaced, not extended: say both again for the folders that are bound by both.
    files: [...PURE, ...THROUGH_PORTS].map((folder) => `src/${folder}/**/*.ts`),
    ignores: ADAPTERS,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: WORLD.map((name) => ({ group: [name], message: 'Speak to the world through a port.' })) },
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
