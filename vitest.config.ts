import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    globalSetup: './test/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    // Real servers and a real browser on two shared cores: in CI one second try, which the report shows.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', './test/reporter.ts'],
  },
})
