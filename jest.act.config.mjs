import config from './jest.config.mjs';

/** Whole workflows, run by act: npm run e2e:act. */
export default {
  ...config,
  // act takes a port for its artifacts, and the flows measure.
  maxWorkers: 1,
  testMatch: ['<rootDir>/__tests__/e2e/*.act.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 240_000,
};
