import { expect, test } from 'vitest';
import { keptEntry } from '../../../src/journal/entry.ts';
import { journalEntry } from '../../support/journal-entry.ts';

const LONG = 'é'.repeat(16_000);
const SHORT = `${'é'.repeat(200)}…`;

test.each([
  ['operation', LONG, SHORT],
  ['restApiId', LONG, SHORT],
  ['restApiId', undefined, undefined],
  ['parameters', { deploymentId: LONG, other: 'x' }, { deploymentId: SHORT, other: 'x' }],
  ['parameters', undefined, undefined],
  ['note', LONG, `${'é'.repeat(1000)}…`],
  ['note', undefined, undefined],
] as const)('of a call a long %s is cut where it is kept (%#)', (field, given, kept) => {
  const entry = journalEntry();
  expect(keptEntry({ ...entry, [field]: given })).toEqual({ ...entry, [field]: kept });
});
