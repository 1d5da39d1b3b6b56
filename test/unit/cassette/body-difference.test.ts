import { describe, expect, test } from 'vitest';
import { type Key, withBody } from '../../../src/aws/apigateway/key.ts';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { describeBodyDifference } from '../../../src/cassette/body-difference.ts';
import type { JsonObject } from '../../../src/json.ts';

function keyWith(body: JsonObject): Key {
  const { key } = identify('POST', '/apikeys');
  if (key === undefined) throw new Error('no key');
  return withBody(key, { body });
}

const OTHERWISE =
  'one of them is redacted, and the other is not; replay with the same --no-redact as it was recorded with';

describe('where two bodies differ', () => {
  test.each<[string, JsonObject, JsonObject, string]>([
    ['a value', { name: 'a' }, { name: 'b' }, "it is 'a', recorded is 'b'"],
    ['a place too few', {}, { value: 'REDACTED' }, "it is absent, recorded is 'REDACTED'"],
    ['nothing in the place', { value: 'REDACTED' }, { value: '' }, "it is 'REDACTED', recorded is ''"],
    ['what redaction takes out of what is sent', { value: 'REDACTED' }, { value: 's3cret' }, OTHERWISE],
    ['what redaction took out of what is recorded', { value: 's3cret' }, { value: 'REDACTED' }, OTHERWISE],
    ['a part of a value', { uri: 'https://u:REDACTED@h' }, { uri: 'https://u:s3cret@h' }, OTHERWISE],
  ])('%s is told, and no secret of the one that the other has not', (_, sent, recorded, expected) => {
    const told = describeBodyDifference(keyWith(sent), [keyWith(recorded)]);
    expect(told).toMatch(/^its body differs from the recorded one at 'body\.\w+': /);
    expect(told).toContain(expected);
    expect(told).not.toContain('s3cret');
  });
});
