import config from './jest.config.mjs';

/** The tests that take minutes: comparisons on real processes, simulations, growth. */
export default {
  ...config,
  // They measure: more at once than cores would starve the monitor.
  maxWorkers: 2,
  testMatch: ['<rootDir>/__tests__/**/*.long.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
