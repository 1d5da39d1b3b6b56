import { type BuildOptions, build } from 'rolldown';

/** What each framework's file takes from its user's project, and from what is bundled already. */
const external = ['vitest', '@jest/globals', '@playwright/test', /^node:/, './testing.js'];

/**
 * Builds what is imported as `restage/vitest` and the like: a small file for each, beside `testing.js`. The framework is its
 * user's; vitest cannot be required, jest and Playwright require what they are not told to import.
 */
export async function buildFrameworks(out: string): Promise<void> {
  const common: BuildOptions = {
    platform: 'node',
    external,
    transform: { target: 'node20.19' },
    plugins: [
      {
        name: 'bundled-already',
        resolveId: (source: string) =>
          source === './testing.ts' ? { id: './testing.js', external: true } : null,
      },
    ],
  };
  await build({
    ...common,
    input: { vitest: 'src/testing/vitest.ts', 'node-test': 'src/testing/node-test.ts' },
    output: { dir: out, format: 'esm', sourcemap: true },
  });
  await build({
    ...common,
    input: { jest: 'src/testing/jest.ts', playwright: 'src/testing/playwright.ts' },
    output: { dir: out, format: 'cjs', entryFileNames: '[name].cjs', sourcemap: true },
  });
}
