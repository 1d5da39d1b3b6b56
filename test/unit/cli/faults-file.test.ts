import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readWholePlan } from '../../../src/settings/read-plan.ts';
import { resolveSettings } from '../../../src/settings/settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function readWith(faults: unknown) {
  const path = join(temporaryFolder(), 'faults.json');
  writeFileSync(path, JSON.stringify(faults));
  const flags = { fault: ['throttle'], preset: ['expired-token'], faults: path };
  return { path, plan: readWholePlan(resolveSettings({ flags, variables: {}, file: undefined }).faults) };
}

it('adds the rules of the file to those that were given without it', async () => {
  const { plan } = await readWith({ faults: ['conflict', { kind: 'internal', first: 1 }] });
  const kinds = (await plan).rules.map(({ kind }) => kind);
  expect(kinds).toEqual(['expired-token', 'throttle', 'conflict', 'internal']);
});

it('refuses a file that cannot be understood, by its name', async () => {
  const { path, plan } = await readWith({ nope: [] });
  await expect(plan).rejects.toThrow(`Cannot use '${path}': there is no 'nope'`);
});
