import { expect, test } from 'vitest';
import { nameConstraints } from '../../../src/tls/name-constraints.ts';

/** Two subtrees, of IPv4 and IPv6: address and mask, all zeros. */
const EXCLUDED = `a130300a8708${'00'.repeat(8)}30228720${'00'.repeat(32)}`;

test('permits names by their endings, and excludes every address', () => {
  const name = Buffer.from('api.aws').toString('hex');
  expect(Buffer.from(nameConstraints(['api.aws'])).toString('hex')).toBe(
    `303fa00b30098207${name}${EXCLUDED}`,
  );
});

test('writes lengths over 127 in as many octets as they take', () => {
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}`;
  const der = Buffer.from(nameConstraints([long])).toString('hex');
  expect(der).toContain(`3081b98281b6${Buffer.from(long).toString('hex')}`);
  const many = Buffer.from(nameConstraints(Array.from({ length: 100 }, () => 'api.aws'))).toString('hex');
  expect(many.startsWith('30820482a082044c30098207')).toBe(true);
});
