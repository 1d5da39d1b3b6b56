import { expect, test } from 'vitest';
import { operationRows } from '../../../src/aws/apigateway/model/rows.ts';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { answerOf } from '../../support/victim.ts';

/** All that answers with an error of the service, as rules. */
const ERRORS = [
  ...Object.keys(faultKinds).filter((kind) => {
    const type = answerOf(faultKinds[kind]?.example ?? '')?.headers[5];
    return type?.endsWith('Exception') || type === 'InternalFailure';
  }),
  ...[400, 403, 404, 409, 500].map((code) => `status,code=${code}`),
];

/** A call as a fault sees it. */
function victimOf(method: string, target: string) {
  const { key } = identify(method, target);
  return { method, path: key?.path, restApiId: key?.restApiId };
}

function notFound(target: string): string {
  return JSON.parse(answerOf('not-found', victimOf('GET', target))?.body ?? '').message;
}

test('every operation is answered with errors that speak of itself', () => {
  expect(ERRORS).toEqual(expect.arrayContaining(['not-found', 'access-denied', 'conflict']));
  for (const { name, method, path, fixedQuery } of operationRows()) {
    const filled = path.replace(/\{[^}]+\}/g, 'x1');
    const victim = victimOf(method, fixedQuery === undefined ? filled : `${filled}?${fixedQuery}`);
    expect(victim.path, name).toBe(filled);
    for (const kind of ERRORS) {
      const body = answerOf(kind, victim)?.body ?? '';
      // Not the user's name: it is restage.
      if (!path.includes('/stages')) expect(body, `${kind} of ${name}`).not.toMatch(/(?<!re)stage/i);
      if (!/\/(?:rest)?apis/.test(path))
        expect(body, `${kind} of ${name}`).not.toMatch(/\bAPI\b(?! Key)|restapis/);
    }
    const resource = `arn:aws:apigateway:eu-west-1::${filled.replace(/^\/v2/, '')}`;
    expect(JSON.parse(answerOf('access-denied', victim)?.body ?? '').message, name).toContain(
      `perform: apigateway:${method} on resource: ${resource} because`,
    );
  }
});

test.each([
  ['/restapis/a1/models/resources/default_template', 'Invalid Model identifier specified'],
  ['/restapis/a1/stages/models/exports/oas30', 'Invalid stage identifier specified'],
  ['/restapis/a1/stages/prod/sdks/stages', 'Invalid stage identifier specified'],
  ['/restapis/integration/resources', 'Invalid API identifier specified 123456789012:integration'],
  ['/v2/apis/a1/routes/stages', 'Invalid Route identifier specified'],
  ['/restapis/a1/resources/r1/methods/GET/integration', 'Invalid Integration identifier specified'],
])('%s is not found by its own name, whatever things are called', (target, message) => {
  expect(notFound(target)).toBe(message);
});
