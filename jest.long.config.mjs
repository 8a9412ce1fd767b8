import config from './jest.config.mjs';

/** The tests that take minutes: comparisons on real processes, simulations, growth. */
export default {
  ...config,
  testMatch: ['<rootDir>/__tests__/**/*.long.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
