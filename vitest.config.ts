import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { searchPath } from './test/support/search-path.ts';
import { ProgramsFirst } from './test/support/sequencer.ts';

/** Tests that put something in the place of a module, or of all HTTP: others must not find it there. */
const MOCKING = [
  'test/unit/cassette/failing-file-system.test.ts',
  'test/unit/sessions/proxy-authorization.test.ts',
  'test/integration/default-endpoint.test.ts',
  'test/integration/no-network.test.ts',
  'test/integration/regions.test.ts',
];

export default defineConfig({
  test: {
    env: {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      // Where a machine has a company's roots, every process would read them.
      AWS_CA_BUNDLE: '',
      NODE_EXTRA_CA_CERTS: '',
      REQUESTS_CA_BUNDLE: '',
      PATH: searchPath(),
    },
    // One more than there are cores: in some tests a client waits for its quota.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: ProgramsFirst },
    // Far more than any takes on an idle machine: some start several programs, one after the other.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        // They share no state but what they import: to load that once for all saves a third of their time.
        test: {
          name: 'sharing',
          include: ['test/**/*.test.ts'],
          exclude: [...MOCKING],
          isolate: false,
          // Of one project, not of all, each of which would build again: the others run no program.
          globalSetup: ['test/support/build.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'mocking', include: [...MOCKING] },
      },
    ],
  },
});
