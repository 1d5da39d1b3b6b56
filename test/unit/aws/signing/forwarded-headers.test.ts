import { expect, test } from 'vitest';
import { namedByConnection } from '../../../../src/aws/signing/forwarded-headers.ts';
import { growthOf, LINEAR } from '../../../support/growth.ts';
import { makeCall } from '../../../support/make-call.ts';

test('Connection names headers in any spelling, between any blanks', () => {
  const call = makeCall({ headers: ['Connection', 'Keep-Alive ,X-One,,\tx-two', 'CONNECTION', 'close'] });
  expect([...namedByConnection(call)]).toEqual(['keep-alive', 'x-one', '', 'x-two', 'close']);
});

test.each([
  ['blanks', (size: number) => `${' '.repeat(size)}x`],
  ['names', (size: number) => 'x,'.repeat(size)],
])('Connection is read in time in proportion to its %s', (_, textOf) => {
  const callOf = (size: number) => makeCall({ headers: ['connection', textOf(size)] });
  expect(growthOf(8000, callOf, namedByConnection)).toBeLessThan(LINEAR);
});
