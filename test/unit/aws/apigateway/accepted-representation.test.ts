import { expect, test } from 'vitest';
import { acceptedRepresentation } from '../../../../src/aws/apigateway/accepted-representation.ts';

test.each<[string | undefined, 'hal' | 'json']>([
  ['application/json', 'json'],
  ['Application/JSON', 'json'],
  [' application/json ', 'json'],
  ['application/json, text/plain, */*', 'json'],
  ['*/*, application/json', 'json'],
  ['application/json, application/hal+json', 'json'],
  ['application/hal+json;q=0.8, application/json;q=0.9', 'json'],
  ['text/html, application/json;q=0.1', 'json'],
  ['application/hal+json;q=0, */*', 'json'],
  ['application/json;charset=utf-8', 'json'],
  ['application/json; charset=UTF-8; q=0.9, application/hal+json;q=0.8', 'json'],
  [undefined, 'hal'],
  ['', 'hal'],
  ['*/*', 'hal'],
  ['application/*', 'hal'],
  ['application/hal+json', 'hal'],
  ['application/hal+json, application/json', 'hal'],
  ['application/json;q=0.1, */*', 'hal'],
  ['application/json;q=0', 'hal'],
  ['application/json;q=0, */*', 'hal'],
  ['application/json;charset=utf-8;q=0.1, application/hal+json', 'hal'],
  ['text/html', 'hal'],
  ['application/jsonx', 'hal'],
  ['json', 'hal'],
  [',;q', 'hal'],
])('Accept: %s asks for %s', (accept, representation) => {
  expect(acceptedRepresentation(accept)).toBe(representation);
});
