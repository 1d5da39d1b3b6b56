import { defineConfig } from 'vitest/config';

/** Tests that put something in the place of a module: others must not find it there. */
const MOCKING = ['test/unit/sessions/proxy-authorization.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    env: { AWS_EC2_METADATA_DISABLED: 'true', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        // They share no state but what they import: to load that once for all saves a third of their time.
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          exclude: [...MOCKING],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'integration', include: ['test/integration/**/*.test.ts', ...MOCKING] },
      },
    ],
  },
});
