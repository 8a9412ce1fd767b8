export default {
  testEnvironment: '<rootDir>/scripts/fast-globals.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  // Sources import each other as './x.js', as Node will see them; here they are still './x.ts'.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  // Comparisons, simulations and what else takes minutes: npm run test:long.
  testPathIgnorePatterns: ['/node_modules/', '\\.(long|act)\\.test\\.ts$'],
  reporters: ['default', '<rootDir>/scripts/closing-line.mjs'],
  // Two cores are the smallest machine that the tests must pass on. End-to-end tests wait more than they compute.
  maxWorkers: 4,
  testTimeout: 60_000,
  injectGlobals: false,
};
