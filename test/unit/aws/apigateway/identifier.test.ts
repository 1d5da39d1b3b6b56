import { expect, test } from 'vitest';
import { Identifier } from '../../../../src/aws/apigateway/identifier.ts';

const target = '/restapis/a1b2c3d4e5/stages?deploymentId=vakw79';

test('a target that was asked for before is not worked out again', () => {
  const identifier = new Identifier();
  const asked = identifier.identify({ method: 'GET', target: target, accept: undefined });
  expect(asked.key?.parameters).toEqual({ deploymentId: 'vakw79' });
  expect(identifier.identify({ method: 'GET', target: target, accept: undefined })).toBe(asked);
});

test('the method is told apart', () => {
  const identifier = new Identifier();
  identifier.identify({ method: 'GET', target: target, accept: undefined });
  expect(identifier.identify({ method: 'DELETE', target: target, accept: undefined }).key).toBeUndefined();
});

test('what clients make up without end is forgotten, and what is long is not remembered', () => {
  const identifier = new Identifier();
  const first = identifier.identify({ method: 'GET', target: target, accept: undefined });
  for (let n = 0; n < 10_000; n += 1)
    identifier.identify({ method: 'GET', target: `/restapis/api${n}/stages`, accept: undefined });
  expect(identifier.identify({ method: 'GET', target: target, accept: undefined })).not.toBe(first);
  const long = `/restapis/${'a'.repeat(300)}/stages`;
  expect(identifier.identify({ method: 'GET', target: long, accept: undefined })).not.toBe(
    identifier.identify({ method: 'GET', target: long, accept: undefined }),
  );
});
